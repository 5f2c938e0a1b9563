"""With fakeredis, as users' tests have it: registration, listing and cancelling need no Lua."""

import unittest
from datetime import datetime, timedelta

import support

import fakeredis
import recurring_jobs as jobs
from rq.job import Job
from rq_recurring import Definition, Scheduler, cancel, cron, ensure, every, list_series, pause, repair, resume


class Fake(unittest.TestCase):
    def setUp(self):
        self.redis = fakeredis.FakeStrictRedis()
        self.redis.flushall()
        self.scheduler = Scheduler(connection=self.redis)

    def test_scheduler(self):
        def local():
            pass

        later = datetime.utcnow() + timedelta(minutes=1)
        jobs_ = [
            self.scheduler.enqueue_at(later, jobs.ok, 'x'),
            self.scheduler.enqueue_in(timedelta(minutes=2), local),
            self.scheduler.schedule(later, jobs.ok, args=['x'], interval=60, id='often'),
            self.scheduler.schedule(later, jobs.ok, args=['y'], interval=60, id='often'),
            self.scheduler.cron('0 3 * * *', jobs.ok, id='rule'),
        ]
        self.assertEqual({job.id for job in self.scheduler.get_jobs()}, {job.id for job in jobs_})
        self.assertEqual(self.scheduler.count(), 4)
        self.assertEqual(Job.fetch('often', connection=self.redis).args, ['y'])
        self.scheduler.change_execution_time(jobs_[-1], later)
        for job in self.scheduler.get_jobs():
            self.assertIn(job, self.scheduler)
            self.scheduler.cancel(job)
        self.assertEqual((list(self.scheduler.get_jobs()), list_series(connection=self.redis)), ([], []))

    def test_series(self):
        every(60, jobs.ok, connection=self.redis, name='often')
        cron('0 3 * * *', jobs.ok, connection=self.redis, name='rule')
        self.assertTrue(pause('rule', connection=self.redis) and resume('rule', connection=self.redis))
        self.assertEqual(repair(connection=self.redis, grace=0), [])
        done = ensure([Definition(jobs.ok, interval=60, name='often')], connection=self.redis)
        self.assertEqual((done.kept, done.cancelled), (['often'], ['rule']))
        self.assertTrue(cancel('often', connection=self.redis))
        self.assertEqual(list_series(connection=self.redis), [])


if __name__ == '__main__':
    print('fakeredis', getattr(fakeredis, '__version__', '?'))
    support.main()
