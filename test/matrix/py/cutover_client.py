"""cutover_client.py URL NAME SECONDS RATE HORIZON: an old client. For so many seconds it adds RATE jobs a second
through rq-scheduler, due within HORIZON seconds, and notes each in the Redis list `test:added` before it does: {token, due, runs, kind}."""

import json
import random
import sys
import time
from datetime import datetime, timedelta, timezone

from matrix_tasks import record
from redis import Redis
from rq_scheduler import Scheduler

QUEUES = ("one", "two")


def utc(epoch):
    # A naive datetime is UTC for rq-scheduler (SEMANTICS 1).
    return datetime.fromtimestamp(epoch, timezone.utc).replace(tzinfo=None)


def add(scheduler, connection, token, horizon):
    now = time.time()
    kind = random.choice(("at", "at", "in", "soon", "past", "once"))
    if random.random() < 0.05:
        kind = "interval"
    due = now + {"soon": 0.5, "past": -30}.get(kind, random.uniform(1, horizon))
    runs = random.choice((2, 3)) if kind == "interval" else 1
    note = {"token": token, "kind": kind, "due": max(due, now), "runs": runs}
    connection.rpush("test:added", json.dumps(note))
    queue = random.choice(QUEUES)
    if kind == "in":
        scheduler.enqueue_in(timedelta(seconds=due - now), record, token, queue_name=queue)
    elif kind in ("once", "interval"):
        more = {"interval": random.choice((1, 2)), "repeat": runs} if kind == "interval" else {}
        scheduler.schedule(utc(due), record, args=[token], queue_name=queue, **more)
    else:
        scheduler.enqueue_at(utc(due), record, token, queue_name=queue)


def main():
    url, name, seconds, rate, horizon = sys.argv[1:6]
    connection = Redis.from_url(url)
    scheduler = Scheduler(connection=connection)
    start, count = time.time(), 0
    print("adding", flush=True)
    while time.time() - start < float(seconds):
        add(scheduler, connection, "%s-%d" % (name, count), float(horizon))
        count += 1
        time.sleep(max(0, start + count / float(rate) - time.time()))
    print("added %d" % count, flush=True)


main()
