"""Runs programs: python drive.py MODULE URL START NAME...

MODULE is ``rq_scheduler`` or ``rq_recurring``. START is the epoch second from which their times count: then they run
side by side; or ``alone``: one after the other, each with an empty schedule. Prints {name: what the program recorded} as JSON; an exception that
ends a program is its last event.
"""

import importlib
import json
import logging
import math
import sys
import threading
import time
import traceback

from redis import Redis
from stage import Stage

LEAD = 2
"""Seconds before its start in which a program that runs alone registers its first jobs."""


def perform(stage):
    try:
        importlib.import_module(stage.name).program(stage)
    except Exception:
        stage.note("raised", traceback.format_exc())


def main(module, url, start, names):
    logging.disable(logging.CRITICAL)
    scheduler_class = importlib.import_module(module).Scheduler
    connection = Redis.from_url(url)
    stages = {name: Stage(name, scheduler_class, connection, start) for name in names}
    if start == "alone":
        for stage in stages.values():
            stage.start = math.ceil(time.time()) + LEAD
            perform(stage)
    else:
        for stage in stages.values():
            stage.start = int(start)
        threads = [threading.Thread(target=perform, args=(stage,)) for stage in stages.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    json.dump({name: stage.events for name, stage in stages.items()}, sys.stdout, default=repr)


if __name__ == "__main__":
    main(*sys.argv[1:4], sys.argv[4:])
