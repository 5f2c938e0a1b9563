"""scheduler_tools.py URL: does one thing with rq_recurring's Scheduler, as stdin says (`{"do": ..., ...}`), and prints the
answer as JSON. Needs python/src on the import path."""

import json
import sys
from datetime import datetime, timezone

from redis import Redis
from rq.job import Job
from rq_recurring import Scheduler


def describe(job, at):
    return {
        "id": job.id,
        "at": at.replace(tzinfo=timezone.utc).timestamp(),
        "func": job.func_name,
        "args": list(job.args),
        "meta": job.meta,
        "description": job.description,
        "status": str(getattr(job.get_status(), "value", job.get_status())),
    }


def main():
    connection = Redis.from_url(sys.argv[1])
    asked = json.load(sys.stdin)
    scheduler = Scheduler(connection=connection)
    action, answer = asked["do"], None
    if action == "list":
        answer = [describe(job, at) for job, at in scheduler.get_jobs(with_times=True)]
        assert scheduler.count() == len(answer) and all(one["id"] in scheduler for one in answer)
    elif action == "cancel":
        scheduler.cancel(asked["id"])
    elif action == "move":
        job = Job.fetch(asked["id"], connection=connection)
        scheduler.change_execution_time(job, datetime.fromtimestamp(asked["at"], timezone.utc).replace(tzinfo=None))
    else:
        raise SystemExit("unknown: %s" % action)
    print(json.dumps(answer, default=repr))


main()
