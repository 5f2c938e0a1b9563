"""Registers a series: python register.py URL; the fields come as JSON on stdin, ``first`` as an epoch second."""

import json
import sys
from datetime import datetime, timezone

from redis import Redis
from rq_recurring import Scheduler

wanted = json.load(sys.stdin)
Scheduler(connection=Redis.from_url(sys.argv[1])).schedule(
    datetime.fromtimestamp(wanted["first"], timezone.utc),
    "jobs." + wanted["func"],
    [wanted["id"], *wanted["args"]],
    id=wanted["id"],
    interval=wanted["interval"],
    repeat=wanted["repeat"],
)
