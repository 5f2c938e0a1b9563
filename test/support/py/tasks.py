"""Job functions for tests. Each run appends one JSON line to the Redis list `test:runs`, or to the
file that TEST_RUNS_FILE names."""

import json
import os
import time

from rq import get_current_job


def _note(func, args, kwargs):
    job = get_current_job()
    line = json.dumps(
        {"id": job.id, "func": func, "args": list(args), "kwargs": kwargs, "queue": job.origin, "at": time.time()}
    )
    path = os.environ.get("TEST_RUNS_FILE")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(line + "\n")
    else:
        job.connection.rpush("test:runs", line)


def record(*args, **kwargs):
    _note("record", args, kwargs)
    return "ok"


def slow(seconds, *args):
    _note("slow", (seconds,) + args, {})
    time.sleep(seconds)


def fail(*args, **kwargs):
    _note("fail", args, kwargs)
    raise ValueError("fails on purpose")
