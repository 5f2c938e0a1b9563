"""The measured jobs for ``rq cron``: croniter's sixth field is seconds."""

import os

from bench_tasks import mark
from rq import cron

for number in range(int(os.environ['BENCH_SERIES'])):
    cron.register(mark, queue_name='default', cron='* * * * * */5', kwargs={'seconds': number * 1e-9})
