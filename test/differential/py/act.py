"""What an application does with its schedule: python act.py MODULE URL; a JSON list of actions on stdin.

MODULE is ``rq_scheduler`` or ``rq_recurring``. Times are epoch seconds; ``token`` is the first argument of the job's
function ``jobs.<func>``. Prints what each action answered.
"""

import importlib
import json
import sys
from datetime import datetime, timezone

from redis import Redis
from rq.job import Job


def utc(epoch):
    return datetime.fromtimestamp(epoch, timezone.utc).replace(tzinfo=None)


def schedule(scheduler, at, token, id=None, func="record", args=(), interval=None, repeat=None):
    call = {"id": id, "interval": interval, "repeat": repeat}
    return scheduler.schedule(utc(at), "jobs." + func, [token, *args], **call).id


def enqueue_at(scheduler, at, token, id=None):
    return scheduler.enqueue_at(utc(at), "jobs.record", token, job_id=id).id


def cron(scheduler, expression, token, id=None):
    return scheduler.cron(expression, "jobs.record", [token], id=id).id


def clear(scheduler):
    found = list(scheduler.get_jobs())
    for job in found:
        scheduler.cancel(job)
    return [job.id for job in found]


def cancel(scheduler, id):
    return scheduler.cancel(id)


def move(scheduler, id, at):
    return scheduler.change_execution_time(Job.fetch(id, connection=scheduler.connection), utc(at))


def look(scheduler, ids=()):
    pairs = list(scheduler.get_jobs(with_times=True))
    return {
        "count": scheduler.count(),
        "listed": [[job.id, int(when.replace(tzinfo=timezone.utc).timestamp())] for job, when in pairs],
        "args": {job.id: list(job.args) for job, _ in pairs},
        "in": [one in scheduler for one in ids],
    }


def main(module, url):
    scheduler = importlib.import_module(module).Scheduler(connection=Redis.from_url(url))
    answers = []
    for action in json.load(sys.stdin):
        call = globals()[action.pop("do")]
        answers.append(call(scheduler, **action))
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
