"""RQ_KEY_PREFIX (RQ 3.0): the keys of this package follow it, as RQ's do. Skipped where RQ has no prefix."""

import json
import os
import time
import unittest
from datetime import datetime, timedelta

import rq
from support import emptied, main, marks, run_python, start_server, start_worker, stop, url

DB = 13
PROGRAM = """
import json, sys
from datetime import datetime, timedelta
from redis import Redis
from rq_recurring import Scheduler, every, list_series
import recurring_jobs as jobs
redis = Redis.from_url(%r)
s = Scheduler(connection=redis)
if %r:
    s.schedule(datetime.utcnow(), jobs.ok, args=[%r], interval=60, id='poll', repeat=1)
    every(600, jobs.ok, connection=redis, name='apart')
print(json.dumps([[job.id for job in s.get_jobs()], [one.id for one in list_series(connection=redis)]]))
"""


def setUpModule():
    start_server()


@unittest.skipIf(int(rq.VERSION.split('.')[0]) < 3, 'no prefix before RQ 3')
class Prefix(unittest.TestCase):
    def setUp(self):
        self.redis = emptied(DB)

    def program(self, prefix, register, mark=''):
        return json.loads(run_python(PROGRAM % (url(DB), register, mark), RQ_KEY_PREFIX=prefix))

    def test_two_prefixes_do_not_see_each_other(self):
        self.assertEqual(self.program('shop', True, 'shop'), [['poll'], ['poll', 'apart']])
        self.assertEqual(self.program('blog', False), [[], []])
        self.assertEqual(self.program('blog', True, 'blog')[0], ['poll'])
        unprefixed = [key for key in self.redis.keys('rq:*') + self.redis.keys('migrate-scheduler:*')
                      if not key.startswith((b'migrate-scheduler:shop:', b'migrate-scheduler:blog:'))]  # fmt: skip
        self.assertEqual(unprefixed, [])
        workers = [start_worker(['default'], DB, RQ_KEY_PREFIX=prefix) for prefix in ('shop', 'blog')]
        try:
            until = time.time() + 30
            while time.time() < until and not all(marks(self.redis, one) for one in ('shop', 'blog')):
                time.sleep(0.1)
        finally:
            stop(*workers)
        self.assertEqual([len(marks(self.redis, one)) for one in ('shop', 'blog')], [1, 1])
        self.assertEqual(self.program('shop', False), [[], ['apart', 'poll']])


if __name__ == '__main__':
    main()
