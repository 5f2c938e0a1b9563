"""poison_probe.py URL: plants the entries described on stdin, each in a queue of its own beside a healthy job, and has
the real RQScheduler enqueue what is due; then a real worker works off the queue. Prints per entry
`{"raised", "left", "ran", "failed", "other"}`: the exception's class, whether the entry is still registered, whether its
job ran or failed, and which other jobs ran."""

import base64
import json
import logging
import sys
import time

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.scheduler import RQScheduler
from rq.worker import SimpleWorker

import tasks

logging.disable(logging.CRITICAL)


def raw(text):
    return base64.b64decode(text)


def template(connection):
    """The hash of a job that real RQ wrote."""
    job = Job.create(tasks.record, connection=connection, id="template", origin="default")
    job.save()
    fields = connection.hgetall("rq:job:template")
    connection.delete("rq:job:template")
    fields[b"status"] = b"scheduled"
    return fields


def plant(connection, fields, case):
    queue, job_id = case["queue"], raw(case["id"])
    key = b"rq:job:" + job_id
    if case["type"] == "string":
        connection.set(key, "x")
    elif case["type"] == "hash":
        values = dict(fields, origin=queue)
        for name, value in case["fields"].items():
            values.pop(name.encode(), None)
            values.pop(name, None)
            if value is not None:
                values[name] = raw(value)
        connection.hset(key, mapping=values)
    if case.get("prefixJob"):
        connection.hset("rq:job:" + job_id.decode().split(":")[0], mapping=dict(fields, origin=queue))
    now = time.time()
    score = case.get("score", now - 20)
    connection.zadd("rq:scheduled:" + queue, {job_id: score, "healthy-" + queue: now - 10})
    connection.hset("rq:job:healthy-" + queue, mapping=dict(fields, origin=queue))


def schedule(connection, case):
    """The class of what the scheduler of this queue alone raised, None for nothing."""
    scheduler = RQScheduler([case["queue"]], connection)
    try:
        scheduler.acquire_locks()
        scheduler.enqueue_scheduled_jobs()
    except Exception as error:
        return type(error).__name__
    return None


def main():
    connection = Redis.from_url(sys.argv[1])
    fields = template(connection)
    cases = json.load(sys.stdin)
    raised = []
    for case in cases:
        plant(connection, fields, case)
        raised.append(schedule(connection, case))
    queues = [Queue(case["queue"], connection=connection) for case, error in zip(cases, raised) if not error]
    SimpleWorker(queues, connection=connection).work(burst=True)
    runs = [json.loads(line) for line in connection.lrange("test:runs", 0, -1)]
    results = []
    for case, error in zip(cases, raised):
        queue, job_id = case["queue"], raw(case["id"])
        ran = {run["id"] for run in runs if run["queue"] == queue}
        name = job_id.decode("utf-8", "replace")
        results.append(
            {
                "raised": error,
                "left": connection.zscore("rq:scheduled:" + queue, job_id) is not None,
                "ran": name in ran,
                "failed": connection.zscore("rq:failed:" + queue, job_id) is not None,
                "healthy": "healthy-" + queue in ran,
                "other": sorted(ran - {name, "healthy-" + queue}),
            }
        )
    print(json.dumps(results))


main()
