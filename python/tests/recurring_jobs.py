"""The functions that the runtime test's workers execute. Each leaves a mark in Redis (``support.marks``)."""

import asyncio
import json
import os
import signal
import time
from datetime import timezone

from rq import get_current_job


def mark(name, *details):
    job = get_current_job()
    enqueued = job.enqueued_at.replace(tzinfo=timezone.utc).timestamp()
    job.connection.rpush('mark:' + name, json.dumps([name, time.time(), job.id, enqueued] + list(details)))


def ok(name, *args, **kwargs):
    mark(name, list(args), kwargs)
    return name


def failing(name):
    mark(name)
    raise ValueError('meant to fail')


def killed(name):
    mark(name)
    os.kill(os.getpid(), signal.SIGKILL)


def slow(name, seconds):
    """Marks the slot that is armed while it runs (None: none is)."""
    slot = get_current_job().connection.hget('migrate-scheduler:series:' + name, 'slot')
    mark(name, int(slot) if slot else None)
    time.sleep(seconds)


def fails_first(name):
    """Fails at its first execution of all."""
    mark(name)
    if get_current_job().connection.incr('tries:' + get_current_job().id) == 1:
        raise ValueError('retry me')


async def awaited(name):
    await asyncio.sleep(0.01)
    mark(name)
    return 'awaited'


def seen_meta(name):
    job = get_current_job()
    mark(name, job.meta, job.description, job.timeout, job.origin)


def succeeded(job, connection, result, *args, **kwargs):
    connection.rpush('callback', json.dumps([job.id, result]))


def mends_zone(series):
    get_current_job().connection.hset('migrate-scheduler:series:' + series, 'tz', 'UTC')


def ends_itself():
    from rq_recurring import cancel

    job = get_current_job()
    cancel(job, connection=job.connection)


def lists():
    from rq_recurring import Scheduler

    job = get_current_job()
    scheduler = Scheduler(connection=job.connection)
    names = ' '.join(one.id for one in scheduler.get_jobs())
    job.connection.rpush('listing', '{} {}'.format(names, job in scheduler))


class Greeter:
    def __init__(self, word):
        self.word = word

    def greet(self, name):
        mark(name, self.word)
