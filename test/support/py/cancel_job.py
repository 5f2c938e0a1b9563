"""cancel_job.py URL: cancels and deletes the jobs named on stdin (a JSON list of ids) as RQ's users do."""

import json
import sys

from redis import Redis
from rq.job import Job

connection = Redis.from_url(sys.argv[1])
for job_id in json.load(sys.stdin):
    job = Job.fetch(job_id, connection=connection)
    job.cancel()
    job.delete()
