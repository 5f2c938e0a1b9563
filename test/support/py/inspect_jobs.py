"""inspect_jobs.py URL: prints what real RQ sees of the jobs and queues named on stdin
(`{"ids": [...], "queues": [...]}`)."""

import json
import sys

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry, FinishedJobRegistry, ScheduledJobRegistry


def describe(job_id, connection):
    try:
        job = Job.fetch(job_id, connection=connection)
        return {
            "id": job_id,
            "error": None,
            "status": status(job),
            "origin": job.origin,
            "func": job.func_name,
            "args": list(job.args),
            "kwargs": job.kwargs,
            "meta": job.meta,
            "description": job.description,
            "timeout": job.timeout,
            "ttl": job.ttl,
            "resultTtl": job.result_ttl,
            "atFront": bool(job.enqueue_at_front),
            "expiresIn": connection.ttl(job.key),
        }
    except Exception as error:  # what RQ raises is the answer
        return {"id": job_id, "error": type(error).__name__}


def status(job):
    value = job.get_status()
    return getattr(value, "value", value)


def look(name, connection):
    queue = Queue(name, connection=connection)
    registry = ScheduledJobRegistry(queue=queue)
    return {
        "name": name,
        "scheduled": [
            {"id": job_id, "at": registry.get_scheduled_time(job_id).timestamp()} for job_id in registry.get_job_ids()
        ],
        "queued": queue.get_job_ids(),
        "finished": FinishedJobRegistry(queue=queue).get_job_ids(),
        "failed": FailedJobRegistry(queue=queue).get_job_ids(),
    }


def main():
    connection = Redis.from_url(sys.argv[1])
    wanted = json.load(sys.stdin)
    print(
        json.dumps(
            {
                "jobs": [describe(job_id, connection) for job_id in wanted["ids"]],
                "queues": [look(name, connection) for name in wanted["queues"]],
                "knownQueues": sorted(queue.name for queue in Queue.all(connection=connection)),
            },
            default=repr,
        )
    )


main()
