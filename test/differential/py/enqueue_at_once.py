"""Three processes start as the old service did, while jobs are due and no worker lives: python enqueue_at_once.py URL.

Prints [how often each job is on the queue, runs left of each series, jobs that are scheduled].
"""

import json
import multiprocessing
import sys
from datetime import datetime, timedelta

from redis import Redis
from rq_recurring import Scheduler

JOBS = 20


def start(url, barrier):
    scheduler = Scheduler(connection=Redis.from_url(url))
    barrier.wait()
    scheduler.run(burst=True)


def main(url):
    connection = Redis.from_url(url)
    scheduler = Scheduler(connection=connection)
    past = datetime.utcnow() - timedelta(seconds=5)
    for number in range(JOBS):
        scheduler.enqueue_at(past, "jobs.record", number, job_id="once-{}".format(number))
        series = "series-{}".format(number)
        scheduler.schedule(past, "jobs.record", [number], id=series, interval=600, repeat=3)
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(3)
    processes = [context.Process(target=start, args=(url, barrier)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    queued = [job_id.decode() for job_id in connection.lrange("rq:queue:default", 0, -1)]
    left = [connection.hget("migrate-scheduler:series:series-{}".format(n), "remaining") for n in range(JOBS)]
    times = {job_id: queued.count(job_id) for job_id in queued}
    json.dump([times, [int(one) for one in left], scheduler.count()], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
