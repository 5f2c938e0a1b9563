"""long_pass.py URL SECONDS: one pass of the real rq-scheduler that takes SECONDS for each entry and, by the time it is
under way, has lost its lock as by expiry. At its end it deletes the lock, whoever's it is by then."""

import sys
import time

from redis import Redis
from rq_scheduler import Scheduler


class Slow(Scheduler):
    def enqueue_job(self, job):
        if not self.connection.get("test:pass"):
            self.connection.set("test:pass", "begun")
            self.connection.delete(self.scheduler_lock_key)
            print("begun", flush=True)
        time.sleep(float(sys.argv[2]))
        super().enqueue_job(job)


scheduler = Slow(connection=Redis.from_url(sys.argv[1]))
assert scheduler.acquire_lock()
scheduler.enqueue_jobs()
scheduler.remove_lock()
print("ended", flush=True)
