"""series_tools.py URL: does one thing to series with real RQ and the real runtime module, as stdin says
(`{"do": ..., ...}`), and prints the answer as JSON. Needs python/src on the import path."""

import json
import sys
from datetime import datetime, timezone

import rq_recurring
import rq_recurring.control
import rq_recurring.series
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.registry import ScheduledJobRegistry


def define(connection, every):
    for one in every:
        options = dict(one)
        if "start" in options:
            options["start"] = datetime.fromtimestamp(options["start"], timezone.utc)
        kind = rq_recurring.cron if "expression" in options else rq_recurring.every
        kind(func=options.pop("func"), connection=connection, **options)


def enqueue_due(connection, queue, job_id):
    """What RQ's scheduler does when a job is due."""
    job = Job.fetch(job_id, connection=connection)
    Queue(queue, connection=connection)._enqueue_job(job)
    ScheduledJobRegistry(queue, connection=connection).remove(job)


def main():
    connection = Redis.from_url(sys.argv[1])
    asked = json.load(sys.stdin)
    action, answer = asked["do"], None
    if action == "define":
        define(connection, asked["series"])
    elif action == "cancel-job":
        Job.fetch(asked["job"], connection=connection).cancel()
    elif action == "enqueue":
        enqueue_due(connection, asked["queue"], asked["job"])
    elif action == "empty":
        Queue(asked["queue"], connection=connection).empty()
    elif action == "lost":
        answer = sorted(series for series, _ in rq_recurring.control.lost_series(connection))
    elif action == "next-slots":
        answer = {one.id: rq_recurring.series.slot_after(one, asked["now"]) for one in rq_recurring.series.load_all(connection)}
    elif action == "list":
        answer = [
            {"id": one.id, "slot": one.slot, "remaining": one.remaining, "job": one.job_id, "state": one.state}
            for one in rq_recurring.list_series(connection=connection)
        ]
    else:
        raise SystemExit("unknown: %s" % action)
    print(json.dumps(answer))


main()
