"""The measured jobs for ``rq cron``."""

import os

from bench_tasks import mark
from rq import cron

for number in range(int(os.environ['BENCH_SERIES'])):
    cron.register(mark, queue_name='default', cron=os.environ['BENCH_RULE'], kwargs={'seconds': number * 1e-9})
