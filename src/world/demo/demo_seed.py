"""Schedules the demo's jobs with the real rq-scheduler: `demo_seed.py URL DELAY [DELAY ...]`.

A delay is a number of seconds from now; `20/3x4` is a job every 3 seconds, 4 times, from then on. Prints a
JSON list of `{"id", "queue", "due", "interval", "runs"}`, due in epoch seconds.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

from redis import Redis
from rq_scheduler import Scheduler

import tasks


def main() -> None:
    url = sys.argv[1]
    scheduler = Scheduler(queue_name="default", connection=Redis.from_url(url))
    # rq-scheduler takes naive times for UTC.
    now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    jobs = []
    for number, text in enumerate(sys.argv[2:], start=1):
        delay, _, rule = text.partition("/")
        interval, _, runs = rule.partition("x")
        queue = "push" if number % 2 == 0 else "default"
        when = now + timedelta(seconds=int(delay))
        call = (f"user-{number}", "demo")
        if rule:
            job = scheduler.schedule(
                when, tasks.send_reminder, args=call, interval=int(interval), repeat=int(runs), queue_name=queue
            )
        else:
            job = scheduler.enqueue_at(when, tasks.send_reminder, *call, queue_name=queue)
        jobs.append(
            {
                "id": job.id,
                "queue": queue,
                "due": int(when.replace(tzinfo=timezone.utc).timestamp()),
                "interval": int(interval or 0),
                "runs": int(runs or 1),
            }
        )
    print(json.dumps(jobs))


if __name__ == "__main__":
    main()
