"""The functions that the programs schedule. Each run adds one JSON line to a list; its first argument is its token."""

import json
import os
import signal
import time
from datetime import timedelta

from rq import get_current_job
from rq_scheduler import Scheduler


def _note(token, args, kwargs):
    job = get_current_job()
    line = {
        "token": token,
        "id": job.id,
        "func": job.func_name,
        "args": list(args),
        "kwargs": kwargs,
        "meta": job.meta,
        "description": job.description,
        "timeout": job.timeout,
        "result_ttl": job.result_ttl,
        "queue": job.origin,
        "at": time.time(),
    }
    job.connection.rpush("test:runs", json.dumps(line, default=repr))
    return job


def record(token, *args, **kwargs):
    _note(token, args, kwargs)
    return len(args)


def other(token, *args, **kwargs):
    _note(token, args, kwargs)


def fail(token, *args, **kwargs):
    _note(token, args, kwargs)
    raise ValueError("fails on purpose")


def sleep(token, seconds):
    _note(token, (seconds,), {})
    time.sleep(seconds)


def die(token):
    _note(token, (), {})
    os.kill(os.getpid(), signal.SIGKILL)


def count_in_meta(token):
    """Keep a number from run to run, as applications do."""
    job = _note(token, (), {})
    job.meta["seen"] = job.meta.get("seen", 0) + 1
    job.save_meta()


def save_job_whole(token):
    """The same with ``save``, which writes every field of the job."""
    job = _note(token, (), {})
    job.meta["seen"] = job.meta.get("seen", 0) + 1
    job.save()


def cancel_own_job(token, by):
    """End the schedule from inside a run: by the job or by its id."""
    job = _note(token, (by,), {})
    Scheduler(connection=job.connection).cancel(job if by == "job" else job.id)


def follow_up(token, seconds):
    """Schedule another job."""
    job = _note(token, (seconds,), {})
    following = token + "-second"
    Scheduler(connection=job.connection).enqueue_in(timedelta(seconds=seconds), record, following, job_id=following)


def delete_own_job(token):
    job = _note(token, (), {})
    job.delete()


def succeeded(job, connection, result):
    _callback(job, connection, "succeeded", result)


def failed(job, connection, kind, value, trace):
    _callback(job, connection, "failed", str(value))


def cancel_after_failure(job, connection, kind, value, trace):
    Scheduler(connection=connection).cancel(job)


def _callback(job, connection, kind, value):
    line = {"token": "{}-{}".format(job.id, kind), "id": job.id, "value": value, "at": time.time()}
    connection.rpush("test:runs", json.dumps(line))
