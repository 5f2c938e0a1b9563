"""What a worker's start-up does: python repair.py URL."""

import sys

from redis import Redis
from rq_recurring import repair

repair(connection=Redis.from_url(sys.argv[1]))
