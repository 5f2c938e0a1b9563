"""Functions that the series of the matrix call. Each run appends one JSON line to the Redis list
`test:runs`; its first argument names the case."""

import json
import os
import signal
import time
from datetime import timezone

from rq import get_current_job


def _note(args, kwargs):
    job = get_current_job()
    enqueued = job.enqueued_at.replace(tzinfo=timezone.utc).timestamp()  # naive UTC before rq 2
    line = {"id": job.id, "args": list(args), "kwargs": kwargs, "at": time.time(), "enqueued": enqueued}
    job.connection.rpush("test:runs", json.dumps(line))


def record(*args, **kwargs):
    _note(args, kwargs)


def fail(*args, **kwargs):
    _note(args, kwargs)
    raise ValueError("fails on purpose")


def die(*args, **kwargs):
    """What the kernel does to a work horse that takes too much memory."""
    _note(args, kwargs)
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(*args, **kwargs):
    _note(args, kwargs)
    time.sleep(kwargs["seconds"])
