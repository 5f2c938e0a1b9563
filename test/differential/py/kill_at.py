"""A configuration for ``rq worker -c kill_at``: dies where the Redis list ``test:kill`` says, once for each entry.

``before`` and ``after``: SIGKILL for the work horse before or after the one transaction of a tick; ``worker``: for the
worker as well, before it.
"""

import os
import signal

import rq_recurring.worker as ticks

_transact = ticks.transact


def transact(connection, step):
    if connection.lrem("test:kill", 1, "worker"):
        os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
    if connection.lrem("test:kill", 1, "before"):
        os.kill(os.getpid(), signal.SIGKILL)
    result = _transact(connection, step)
    if connection.lrem("test:kill", 1, "after"):
        os.kill(os.getpid(), signal.SIGKILL)
    return result


ticks.transact = transact
