"""Schedules the demo's jobs with the real rq-scheduler: `demo_seed.py URL SECONDS [SECONDS ...]`.

Each number is a delay from now. Prints a JSON list of `{"id", "queue", "due"}`, due in epoch seconds.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

from redis import Redis
from rq_scheduler import Scheduler

import tasks


def main() -> None:
    url, delays = sys.argv[1], [int(text) for text in sys.argv[2:]]
    scheduler = Scheduler(queue_name="default", connection=Redis.from_url(url))
    # rq-scheduler takes naive times for UTC.
    now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    jobs = []
    for number, delay in enumerate(delays, start=1):
        queue = "push" if number % 2 == 0 else "default"
        when = now + timedelta(seconds=delay)
        job = scheduler.enqueue_at(when, tasks.send_reminder, f"user-{number}", "demo", queue_name=queue)
        jobs.append({"id": job.id, "queue": queue, "due": when.replace(tzinfo=timezone.utc).timestamp()})
    print(json.dumps(jobs))


if __name__ == "__main__":
    main()
