"""Two processes register, move and cancel the same ids at the same moments: python register_at_once.py URL ROUNDS.

Prints for each round what waits afterwards: {id: [entries in RQ's registry, of these armed by the series]}.
"""

import json
import multiprocessing
import sys
from datetime import datetime, timedelta

from redis import Redis
from rq_recurring import Scheduler

import jobs

WAYS = {
    "interval": lambda s, when, i: s.schedule(when, jobs.record, ["interval"], id="interval", interval=60),
    "changing": lambda s, when, i: s.schedule(
        when + timedelta(seconds=i), jobs.record, ["changing", i], id="changing", interval=60 + i
    ),
    "cron": lambda s, when, i: s.cron("0 0 1 1 *", jobs.record, ["cron"], id="cron"),
    "once": lambda s, when, i: s.enqueue_at(when, jobs.record, "once", job_id="once"),
    "mixed": lambda s, when, i: (
        s.enqueue_at(when, jobs.record, "mixed", job_id="mixed")
        if i
        else s.schedule(when, jobs.record, ["mixed"], id="mixed", interval=60)
    ),
    "moved": lambda s, when, i: s.change_execution_time(
        s.schedule(when, jobs.record, ["moved"], id="moved", interval=60), when + timedelta(seconds=i)
    ),
}


def register(url, rounds, number, barrier, seen):
    connection = Redis.from_url(url)
    scheduler = Scheduler(connection=connection)
    when = datetime.utcnow() + timedelta(days=1)
    for _ in range(rounds):
        for way in WAYS.values():
            barrier.wait()
            way(scheduler, when, number)
        barrier.wait()
        if number == 0:
            seen.append(waiting(connection))
        barrier.wait()


def waiting(connection):
    ids = [job_id.decode() for job_id in connection.zrange("rq:scheduled:default", 0, -1)]
    found = {}
    for name in WAYS:
        own = [job_id for job_id in ids if job_id == name or job_id.startswith(name + "-")]
        series = connection.hgetall("migrate-scheduler:series:" + name)
        armed = series.get(b"job_id", b"").decode() if series.get(b"state") == b"active" else name
        found[name] = [len(own), own.count(armed)]
    return found


def main(url, rounds):
    context = multiprocessing.get_context("fork")
    with context.Manager() as manager:
        seen, barrier = manager.list(), context.Barrier(2)
        both = [context.Process(target=register, args=(url, rounds, i, barrier, seen)) for i in (0, 1)]
        for process in both:
            process.start()
        for process in both:
            process.join()
        json.dump(list(seen), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
