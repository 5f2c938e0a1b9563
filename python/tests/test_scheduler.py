"""The drop-in ``Scheduler``: what programs written for rq-scheduler rely on. No worker runs beside these tests."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest
import warnings
from datetime import datetime, timedelta, timezone

import rq
import support
from support import emptied, enqueue_due, main, make_due, marks, run_python, start_server, waiting, work

import recurring_jobs as jobs
from rq import Queue, Retry
from rq.job import Job
from rq_recurring import Scheduler, every, get, list_series, repair
from rq_recurring.keys import registry_key

LEGACY = 'rq:scheduler:scheduled_jobs'
SOON = timedelta(minutes=1)
OLD = rq.VERSION.startswith('1.')


def setUpModule():
    start_server()


class OwnJob(Job):
    pass


class OwnQueue(Queue):
    def push_job_id(self, job_id, *args, **kwargs):
        self.connection.rpush('own-queue', job_id)
        return super().push_job_id(job_id, *args, **kwargs)


class Eager(Queue):
    """Enqueues in its own way, as a subclass may."""

    def enqueue_job(self, job, *args, **kwargs):
        self.connection.rpush('eager', job.id)
        return super().enqueue_job(job, *args, **kwargs)


def replies(connection):
    """Round trips so far: what the server has read from its sockets, each at least once."""
    return connection.info('stats')['total_reads_processed']


class Case(unittest.TestCase):
    def setUp(self):
        self.redis = emptied(7)
        self.scheduler = Scheduler('default', connection=self.redis)

    def schedule(self, *args, **options):
        options = {'scheduled_time': datetime.utcnow() + SOON, 'func': jobs.ok, 'interval': 60, **options}
        return self.scheduler.schedule(args=list(args), **options)

    def ids(self, **options):
        return [job.id for job in self.scheduler.get_jobs(**options)]

    def fetch(self, job_id):
        return Job.fetch(job_id, connection=self.redis)

    def tick(self, job_id, queue='default', run=True):
        """Let the series' tick be due and execute it, and the run that it enqueues."""
        make_due(self.redis, get(job_id, connection=self.redis).job_id, queue)
        if run:
            work(self.redis, queue)
        else:
            self.work_one(queue)

    def work_one(self, queue='default'):
        rq.SimpleWorker([queue], connection=self.redis).work(burst=True, logging_level='CRITICAL', max_jobs=1)


class Imports(unittest.TestCase):
    def test_names_of_rq_scheduler(self):
        from rq_recurring import scheduler, utils

        self.assertIs(scheduler.Scheduler, Scheduler)
        for name in ('from_unix', 'to_unix', 'get_next_scheduled_time', 'rationalize_until', 'setup_loghandlers'):
            self.assertTrue(callable(getattr(utils, name)), name)
        moment = datetime(2030, 1, 2, 3, 4, 5)
        self.assertEqual(utils.from_unix(utils.to_unix(moment)), moment)
        self.assertEqual(utils.to_unix(moment.replace(tzinfo=timezone.utc)), utils.to_unix(moment))
        self.assertEqual(utils.rationalize_until(None), '+inf')
        self.assertEqual(utils.rationalize_until(moment), utils.to_unix(moment))
        self.assertEqual(utils.rationalize_until(5), 5)
        following = utils.get_next_scheduled_time('0 3 * * *')
        self.assertIsNotNone(following.tzinfo)
        self.assertGreater(following, datetime.now(timezone.utc))


class Jobs(Case):
    def test_ids_are_stable_and_jobs_real(self):
        job = self.schedule('x', id='poll')
        nameless = self.schedule('x')
        for one in (job, nameless):
            self.assertIsInstance(one, Job)
            self.assertEqual(one.id, one._id)
            self.assertIn(one.id, self.ids())
        self.assertEqual(job.id, 'poll')
        self.assertNotEqual(nameless.id, self.schedule('x').id)
        for _ in range(2):
            self.tick('poll')
        self.assertEqual(self.ids().count('poll'), 1)
        self.assertEqual([one[2] for one in marks(self.redis, 'x')], ['poll', 'poll'])

    def test_fetch_and_fetch_many(self):
        self.schedule('x', id='poll')
        once = self.scheduler.enqueue_in(SOON, jobs.ok, 'once', key=1)
        self.assertEqual(self.fetch('poll').func_name, 'recurring_jobs.ok')
        found = Job.fetch_many(['poll', once.id, 'other'], connection=self.redis)
        self.assertEqual([one and one.id for one in found], ['poll', once.id, None])
        self.assertEqual((list(found[1].args), found[1].kwargs), (['once'], {'key': 1}))

    def test_delete_ends_a_schedule_and_cancel_does_not(self):
        for job_id in ('poll', 'other'):
            self.schedule(job_id, id=job_id)
        self.fetch('poll').cancel()
        self.assertIn('poll', self.scheduler)
        self.tick('poll')
        self.assertEqual(len(marks(self.redis, 'poll')), 1)
        for job in self.scheduler.get_jobs():
            job.delete()
        self.assertEqual((self.ids(), self.scheduler.count(), 'poll' in self.scheduler), ([], 0, False))
        self.assertEqual(waiting(self.redis, 'poll') + waiting(self.redis, 'other'), [])
        self.assertEqual(repair(connection=self.redis, grace=0), [])

    def test_cancel_lets_a_run_that_is_due_or_queued_execute(self):
        """... so that clearing and registering again at each start loses no run."""
        for round_, ticked in enumerate((False, True)):
            self.schedule('x', id='poll', scheduled_time=datetime.utcnow() - timedelta(seconds=1))
            enqueue_due(self.redis)
            if ticked:
                self.work_one()
            for job in self.scheduler.get_jobs():
                self.scheduler.cancel(job)
            self.schedule('x', id='poll')
            work(self.redis)
            self.assertEqual(len(marks(self.redis, 'x')), round_ + 1)
            self.assertEqual(self.ids(), ['poll'])

    def test_registered_again_under_an_id_while_a_run_is_due(self):
        self.schedule('x', id='poll', scheduled_time=datetime.utcnow() - timedelta(seconds=1))
        enqueue_due(self.redis)
        self.schedule('x', id='poll')
        work(self.redis)
        self.assertEqual(len(marks(self.redis, 'x')), 1)
        self.assertEqual(len(waiting(self.redis, 'poll')), 1)

    def test_listed_while_a_run_is_queued_or_executed(self):
        self.redis.delete('listing')
        self.schedule(id='poll', func=jobs.lists)
        make_due(self.redis, get('poll', connection=self.redis).job_id)
        self.assertEqual((self.ids(), 'poll' in self.scheduler), (['poll'], True))
        self.work_one()
        self.assertEqual((self.ids(), 'poll' in self.scheduler), (['poll'], True))
        work(self.redis)
        self.assertEqual(self.redis.lrange('listing', 0, -1), [b'poll True'])

    def test_meta_args_description_timeout_times(self):
        when = datetime(2030, 1, 2, 3, 4, 5)
        job = self.schedule('x', scheduled_time=when, repeat=4, meta={'mine': 1}, timeout=77, queue_name='low')
        rule = self.scheduler.cron('0 3 * * *', jobs.ok, args=['x'], use_local_timezone=True, repeat=2)
        self.assertEqual(self.fetch(job.id).meta, {'mine': 1, 'interval': 60, 'repeat': 4})
        self.assertEqual(
            self.fetch(rule.id).meta, {'cron_string': '0 3 * * *', 'use_local_timezone': True, 'repeat': 2}
        )
        found = self.fetch(job.id)
        self.assertEqual((type(found.args), found.args), (list, ['x']))
        self.assertEqual((found.description, found.timeout, found.origin), ("recurring_jobs.ok('x')", 77, 'low'))
        self.assertIn((found.id, when), [(one.id, time_) for one, time_ in self.scheduler.get_jobs(with_times=True)])

    def test_meta_counts_down(self):
        self.schedule('x', id='poll', repeat=3)
        for left in (2, 1, 0):
            self.tick('poll')
            self.assertEqual(self.fetch('poll').meta['repeat'], left)
        self.assertEqual((self.ids(), len(marks(self.redis, 'x'))), ([], 3))

    def test_queued_and_finished_runs_show_the_function(self):
        self.schedule('x', id='poll')
        self.tick('poll', run=False)
        queue = Queue('default', connection=self.redis)
        self.assertEqual([job.func_name for job in queue.jobs], ['recurring_jobs.ok'])
        work(self.redis)
        self.assertEqual(queue.finished_job_registry.get_job_ids(), ['poll'])
        tick = self.fetch(get('poll', connection=self.redis).job_id)
        self.assertEqual(tick.description, "recurring_jobs.ok('x')")

    def test_schedule_under_an_id_sets_the_next_run(self):
        when = datetime(2031, 1, 1)
        self.schedule('x', id='poll', scheduled_time=datetime(2030, 1, 1))
        self.schedule('y', id='poll', scheduled_time=when, interval=90)
        self.assertEqual([time_ for _, time_ in self.scheduler.get_jobs(with_times=True)], [when])
        self.assertEqual((self.fetch('poll').args, len(waiting(self.redis, 'poll'))), (['y'], 1))

    def test_a_recurring_job_and_a_single_one_replace_each_other(self):
        later = datetime.utcnow() + SOON
        self.scheduler.enqueue_at(later, jobs.ok, 'once', job_id='poll')
        self.schedule('x', id='poll')
        self.assertEqual(self.redis.zrange(registry_key('default'), 0, -1), [waiting(self.redis, 'poll')[0].encode()])
        self.scheduler.enqueue_at(later, jobs.ok, 'once', job_id='poll', queue_name='low')
        self.assertEqual((self.redis.zcard(registry_key('default')), self.ids()), (0, ['poll']))
        make_due(self.redis, 'poll', 'low')
        work(self.redis)
        self.assertEqual((len(marks(self.redis, 'once')), len(marks(self.redis, 'x'))), (1, 0))
        self.assertEqual(list_series(connection=self.redis), [])

    def test_floats_and_texts(self):
        job = self.schedule('x', interval=60.9, timeout='3h', result_ttl='72000')
        self.assertEqual((job.meta['interval'], job.timeout, job.result_ttl), (60, 10800, 72000))
        self.assertEqual(get(job.id, connection=self.redis).interval, 60)
        self.assertEqual(self.fetch(self.schedule('x', interval='60').id).meta['interval'], 60)
        self.schedule('x', id='poll', timeout=12.5, result_ttl=500.5)
        self.tick('poll')
        self.assertEqual(len(marks(self.redis, 'x')), 1)

    def test_results_of_a_job_without_result_ttl_do_not_end_it(self):
        self.schedule('x', id='poll')
        self.scheduler.cron('0 3 * * *', jobs.ok, args=['c'], id='rule', result_ttl=None)
        for job_id in ('poll', 'rule'):
            self.assertEqual(self.fetch(job_id).result_ttl, -1)
            self.tick(job_id)
            self.assertEqual(self.redis.ttl('rq:job:' + job_id), -1)

    def test_runs_go_on_whatever_the_result_ttl(self):
        for ttl in (0, 1):
            self.schedule('x', id='poll%d' % ttl, result_ttl=ttl)
            for _ in range(2):
                self.tick('poll%d' % ttl)
                self.redis.delete('rq:job:poll%d' % ttl)
                time.sleep(ttl)
        self.assertEqual(len(marks(self.redis, 'x')), 4)

    def test_arguments_of_each_release(self):
        """0.9 to 0.14: every keyword by its name."""
        once = self.scheduler.enqueue_at(
            datetime.utcnow() + SOON, jobs.ok, 'x', key=1, timeout=5, job_id='one', job_ttl=600, job_result_ttl=7,
            job_description='told', meta={'a': 1}, queue_name='low', at_front=True,
            on_success=rq.Callback(jobs.succeeded), on_failure=None, depends_on=None,
        )  # fmt: skip
        found = self.fetch(once.id)
        self.assertEqual((found.timeout, found.ttl, found.result_ttl, found.description), (5, 600, 7, 'told'))
        self.assertEqual((found.meta, found.origin, found.kwargs), ({'a': 1}, 'low', {'key': 1}))
        self.assertTrue(found.enqueue_at_front)
        self.assertEqual(found.success_callback, jobs.succeeded)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            for method in (self.scheduler.enqueue, self.scheduler.enqueue_periodic):
                self.assertIn(method(datetime.utcnow() + SOON, jobs.ok, args=['x'], interval=60), self.scheduler)
        self.assertRaises(ValueError, self.schedule, interval=None, repeat=2)
        self.assertEqual(self.scheduler.count(), 3)

    def test_numbers_of_runs(self):
        for repeat, left in ((None, None), (-1, None), (0, 1), (1, 1), (3, 3)):
            self.assertEqual(get(self.schedule(repeat=repeat).id, connection=self.redis).remaining, left)

    def test_naive_is_utc_in_any_zone(self):
        code = (
            'from datetime import datetime\nfrom redis import Redis\nfrom rq_recurring import Scheduler\n'
            'import recurring_jobs as jobs\ns = Scheduler(connection=Redis.from_url(%r))\n'
            's.enqueue_at(datetime(2030, 1, 1), jobs.ok, job_id="once")\n'
            's.schedule(datetime(2030, 1, 1), jobs.ok, id="often", interval=60)\n'
            'print([str(t) for _, t in s.get_jobs(with_times=True)])'
        ) % support.url(7)
        self.assertEqual(run_python(code, TZ='Asia/Shanghai'), str(['2030-01-01 00:00:00'] * 2))
        self.assertEqual(self.redis.zscore(registry_key('default'), 'once'), 1893456000)

    def test_cancel_by_job_id_or_bytes_and_of_what_is_not_there(self):
        for give in (lambda job: job, lambda job: job.id, lambda job: job.id.encode()):
            for job in (self.schedule('x'), self.scheduler.enqueue_in(SOON, jobs.ok, 'x')):
                self.assertIn(give(job), self.scheduler)
                self.scheduler.cancel(give(job))
                self.assertNotIn(give(job), self.scheduler)
        self.scheduler.cancel('nothing')
        self.assertEqual(self.redis.zcard(registry_key('default')), 0)

    def test_cancel_takes_no_other_job_with_it(self):
        """An id that looks like that of a tick of another job."""
        self.schedule('x', id='poll')
        slot = get('poll', connection=self.redis).slot
        for job_id in ('poll-%d' % (slot - 60), 'poll-%d' % slot):
            self.scheduler.enqueue_in(SOON, jobs.ok, 'x', job_id=job_id + '-2')
            self.scheduler.cancel(job_id + '-2')
            self.assertIn('poll', self.scheduler)

    def test_registered_and_unscheduled_under_one_id(self):
        self.scheduler.cron('0 3 * * *', jobs.ok, id='poll')
        self.scheduler.cancel('poll')
        self.assertNotIn('poll', self.scheduler)
        self.assertEqual(waiting(self.redis, 'poll'), [])

    def test_unscheduled_jobs_are_forgotten_in_time(self):
        for job in (self.schedule('x'), self.scheduler.enqueue_in(SOON, jobs.ok)):
            self.scheduler.cancel(job)
            self.assertGreater(self.redis.ttl(job.key), 0)

    def test_change_execution_time(self):
        when = datetime(2030, 1, 1)
        jobs_ = [self.schedule('x', id='poll'), self.scheduler.enqueue_in(SOON, jobs.ok, job_id='once')]
        for job in jobs_:
            self.scheduler.change_execution_time(job, when)
        self.assertEqual([time_ for _, time_ in self.scheduler.get_jobs(with_times=True)], [when, when])
        self.assertEqual(self.redis.zrange(registry_key('default'), 0, -1, withscores=True)[0][1], 1893456000)
        self.scheduler.cancel('poll')
        self.assertRaises(ValueError, self.scheduler.change_execution_time, jobs_[0], when)

    def test_listing_by_time_and_part(self):
        for minutes, job_id in ((3, 'c'), (1, 'a'), (2, 'b')):
            self.scheduler.enqueue_in(timedelta(minutes=minutes), jobs.ok, job_id=job_id, queue_name=job_id)
        self.assertEqual(self.ids(), ['a', 'b', 'c'])
        for until in (timedelta(seconds=130), datetime.utcnow() + timedelta(seconds=130), time.time() + 130):
            self.assertEqual((self.ids(until=until), self.scheduler.count(until)), (['a', 'b'], 2))
        self.assertEqual(self.ids(offset=1, length=1), ['b'])
        self.assertEqual(list(self.scheduler.get_jobs_to_queue()), [])

    def test_ids_that_rq_cannot_schedule(self):
        """Every kind of id that this RQ takes at all."""
        for job_id in ('a:b', 'report.daily', 'with space', 'naïve'):
            try:
                Job('probe ' + job_id if job_id == 'with space' else job_id, connection=self.redis)
                if ':' in job_id and not OLD:
                    continue
            except ValueError:
                continue
            self.schedule('r', id=job_id)
            self.scheduler.enqueue_in(SOON, jobs.ok, 'once', job_id='1' + job_id)
            self.assertIn(job_id, self.scheduler)
            for one in (job_id, '1' + job_id):
                self.tick(one)
            self.assertEqual(marks(self.redis, 'r')[-1][2], job_id)
            self.assertEqual(marks(self.redis, 'once')[-1][2], '1' + job_id)
            self.scheduler.cancel(job_id)
            self.assertEqual(self.ids(), [])

    def test_functions_need_not_be_importable_here(self):
        def local():
            pass

        for func in (local, 'not_here.function', jobs.Greeter('x').greet):
            self.assertIn(self.schedule(func=func), self.scheduler)
            self.assertIn(self.scheduler.enqueue_in(SOON, func), self.scheduler)
        self.assertEqual(len(self.ids()), 6)


class Store(Case):
    def test_all_schedulers_share_one_schedule(self):
        other = Scheduler('low', connection=self.redis)
        job = other.schedule(datetime.utcnow() + SOON, jobs.ok, interval=60)
        self.assertEqual((job.origin, self.ids(), self.scheduler.count()), ('low', [job.id], 1))
        self.scheduler.cancel(job)
        self.assertEqual(list(other.get_jobs()), [])

    def test_another_key_is_another_schedule(self):
        class Own(Scheduler):
            scheduled_jobs_key = 'own:scheduled_jobs'

        own = Own(connection=self.redis)
        job = own.schedule(datetime.utcnow() + SOON, jobs.ok, interval=60)
        self.assertEqual((self.ids(), [one.id for one in own.get_jobs()]), ([], [job.id]))

    def test_never_lists_what_others_put_into_rqs_registry(self):
        queue = Queue('default', connection=self.redis)
        native = queue.enqueue_in(SOON, jobs.ok)
        retried = queue.enqueue(jobs.failing, 'x', retry=Retry(2, interval=60))
        every(60, jobs.ok, connection=self.redis, name='apart')
        work(self.redis)
        self.assertEqual((self.ids(), self.scheduler.count(), native.id in self.scheduler), ([], 0, False))
        self.scheduler.cancel(native.id)
        self.assertEqual(
            {one.decode() for one in self.redis.zrange(registry_key('default'), 0, -1)} & {native.id, retried.id},
            {native.id, retried.id},
        )

    def test_enqueued_jobs_leave_the_list(self):
        job = self.scheduler.enqueue_in(timedelta(seconds=-1), jobs.ok, 'x')
        enqueue_due(self.redis)
        self.assertNotIn(job, self.scheduler)
        work(self.redis)
        self.assertEqual((self.ids(), len(marks(self.redis, 'x'))), ([], 1))

    def test_depends_on(self):
        queue = Queue('default', connection=self.redis)
        first = queue.enqueue(jobs.ok, 'first')
        once = self.scheduler.enqueue_in(SOON, jobs.ok, 'once', depends_on=first, job_id='once')
        self.schedule('often', id='often', depends_on=first)
        self.redis.lrem(queue.key, 1, first.id)
        for job_id in ('once', 'often'):
            self.tick(job_id)
        self.assertEqual((marks(self.redis, 'once'), marks(self.redis, 'often')), ([], []))
        self.assertEqual(self.fetch(once.id).get_status(), 'deferred')
        self.redis.rpush(queue.key, first.id)
        work(self.redis)
        self.assertEqual([len(marks(self.redis, one)) for one in ('first', 'once', 'often')], [1, 1, 1])
        self.tick('often')
        self.assertEqual(len(marks(self.redis, 'often')), 2)
        self.assertEqual([one.id for one in list_series(connection=self.redis)], ['often'])

    def test_own_classes(self):
        for given in ({'job_class': OwnJob, 'queue_class': OwnQueue},
                      {'job_class': 'test_scheduler.OwnJob', 'queue_class': 'test_scheduler.OwnQueue'}):  # fmt: skip
            self.redis.flushdb()
            sys.modules.setdefault('test_scheduler', sys.modules[__name__])
            scheduler = Scheduler(connection=self.redis, **given)
            job = scheduler.schedule(datetime.utcnow() + SOON, jobs.ok, args=['x'], interval=60, id='poll')
            self.assertEqual((type(job).__name__, type(scheduler.get_queue_for_job(job)).__name__), ('OwnJob', 'OwnQueue'))
            self.assertEqual(type(next(scheduler.get_jobs())).__name__, 'OwnJob')
            if not isinstance(given['queue_class'], str) and __name__ == '__main__':
                continue  # classes of the started program have no name by which a worker finds them
            self.tick('poll')
            self.assertEqual((self.redis.lrange('own-queue', 0, -1), len(marks(self.redis, 'x'))), ([b'poll'], 1))

    def test_settable_attributes(self):
        scheduler = Scheduler('first', 'ignored' and None, 5, connection=emptied(8), name='me')
        scheduler.connection = self.redis
        scheduler.log = self.scheduler.log
        self.assertEqual((scheduler.queue_name, scheduler._interval, scheduler.name), ('first', 5, 'me'))
        self.assertEqual(scheduler.schedule(datetime.utcnow(), jobs.ok, interval=60).origin, 'first')
        self.assertEqual(self.scheduler.count(), 1)
        self.assertTrue(callable(scheduler._install_signal_handlers))
        for name in ('redis_scheduler_namespace_prefix', 'scheduler_key', 'scheduler_lock_key', 'scheduled_jobs_key'):
            self.assertIsInstance(getattr(Scheduler, name), str)
        self.assertEqual(Scheduler(queue=Queue('low', connection=self.redis)).queue_name, 'low')

    def test_queue_that_is_not_async(self):
        queue = Queue('default', is_async=False, connection=self.redis)
        scheduler = Scheduler(queue=queue, connection=self.redis)
        job = scheduler.schedule(datetime.utcnow() + SOON, jobs.ok, args=['x'], interval=60)
        once = scheduler.enqueue_in(SOON, jobs.ok, 'x')
        self.assertEqual(sorted(self.ids()), sorted([job.id, once.id]))
        self.assertEqual(marks(self.redis, 'x'), [])

    def test_a_connection_is_needed(self):
        if not OLD:
            self.assertRaises(ValueError, Scheduler)

    def test_a_purge_of_rqs_registry_is_mended(self):
        self.schedule('x', id='poll')
        registry = rq.registry.ScheduledJobRegistry('default', connection=self.redis)
        for job_id in registry.get_job_ids():
            registry.remove(job_id, delete_job=True)
        self.assertIn('poll', self.scheduler)
        self.assertEqual([one.series for one in repair(connection=self.redis, grace=0)], ['poll'])
        self.tick('poll')
        self.assertEqual(len(marks(self.redis, 'x')), 1)

    def test_two_programs_register_at_once(self):
        code = (
            'import sys\nfrom datetime import datetime, timedelta\nfrom redis import Redis\n'
            'from rq_recurring import Scheduler\nimport recurring_jobs as jobs\n'
            's = Scheduler(connection=Redis.from_url(%r))\n'
            'for n in range(20):\n'
            '    for job in s.get_jobs():\n'
            '        s.cancel(job)\n'
            '    for name in ("a", "b"):\n'
            '        s.schedule(datetime.utcnow() + timedelta(hours=1), jobs.ok, interval=60 + n, id=name)\n'
            '    s.cron("0 3 * * *", jobs.ok, id="c")\n'
            '    s.enqueue_in(timedelta(hours=1), jobs.ok, job_id="d")\n'
        ) % support.url(7)
        command = [sys.executable, '-B', '-W', 'ignore', '-c', code]
        running = [subprocess.Popen(command, env=support.environment()) for _ in range(2)]
        self.assertEqual([one.wait(60) for one in running], [0, 0])
        self.assertEqual(sorted(self.ids()), ['a', 'b', 'c', 'd'])
        self.assertEqual(self.redis.zcard(registry_key('default')), 4)

    def test_a_listing_takes_no_new_registration_for_a_deleted_job(self):
        """A job is deleted, a listing sees that, and the program registers it again before the listing acts."""
        from rq_recurring.control import end_deleted

        self.schedule('x', id='poll')
        self.fetch('poll').delete()
        self.schedule('x', id='poll')
        self.assertFalse(end_deleted(self.redis, 'poll'))
        self.assertIn('poll', self.scheduler)

    def test_many_are_listed_in_pages(self):
        for n in range(1100):
            self.scheduler.enqueue_in(SOON, jobs.ok, job_id='j%d' % n)
        before = replies(self.redis)
        self.assertEqual(self.scheduler.count(), 1100)
        self.assertEqual(len(self.ids()), 1100)
        self.assertEqual(self.ids(offset=600, length=3), self.ids()[600:603])
        self.assertLess(replies(self.redis) - before, 300)


class Legacy(Case):
    """Between deploying the swapped code and moving the jobs: rq-scheduler's own set still holds entries."""

    def setUp(self):
        super().setUp()
        self.job = Job.create(jobs.ok, ['old'], connection=self.redis, id='old', origin='default')
        self.job.meta['interval'] = 60
        self.job.save()
        self.redis.zadd(LEGACY, {'old': 1893456000})

    def test_are_listed_and_found(self):
        self.schedule('x', id='new')
        self.assertEqual((self.ids(), self.scheduler.count()), (['new', 'old'], 2))
        self.assertIn('old', self.scheduler)
        self.assertIn(self.job, self.scheduler)

    def test_are_cancelled_changed_and_replaced(self):
        self.scheduler.change_execution_time(self.job, datetime(2031, 1, 1))
        self.assertEqual(self.redis.zscore(LEGACY, 'old'), 1924992000)
        self.schedule('x', id='old')
        self.assertEqual((self.redis.zcard(LEGACY), self.ids()), (0, ['old']))
        self.redis.zadd(LEGACY, {'old': 1893456000})
        self.scheduler.cancel('old')
        self.assertEqual((self.redis.zcard(LEGACY), self.ids()), (0, []))


class Process(Case):
    def test_enqueue_jobs_enqueues_what_is_due(self):
        for queue_class in (None, Eager):
            self.redis.flushdb()
            scheduler = Scheduler(connection=self.redis, queue_class=queue_class)
            scheduler.schedule(datetime.utcnow(), jobs.ok, args=['x'], interval=60, id='poll')
            scheduler.enqueue_at(datetime.utcnow(), jobs.ok, 'y', job_id='once')
            scheduler.enqueue_in(SOON, jobs.ok, 'z')
            self.assertEqual(sorted(job.id for job in scheduler.enqueue_jobs()), ['once', 'poll'])
            self.assertEqual(self.redis.llen('eager'), 2 if queue_class else 0)
            work(self.redis)
            self.assertEqual([len(marks(self.redis, one)) for one in 'xyz'], [1, 1, 0])
            self.assertEqual(len(waiting(self.redis, 'poll')), 1)
            self.assertEqual(scheduler.enqueue_jobs(), [])

    def test_run_burst_returns(self):
        self.scheduler.enqueue_at(datetime.utcnow(), jobs.ok, 'x')
        with self.assertLogs(level='WARNING'):
            self.scheduler.run(burst=True)
        work(self.redis)
        self.assertEqual(len(marks(self.redis, 'x')), 1)
        self.assertTrue(self.redis.hexists(self.scheduler.key, 'death'))

    def test_run_ends_on_sigterm(self):
        code = (
            'from redis import Redis\nfrom rq_recurring import Scheduler\n'
            'Scheduler(connection=Redis.from_url(%r), name="idle", interval=1).run()' % support.url(7)
        )
        process = subprocess.Popen([sys.executable, '-B', '-c', code], env=support.environment(), stderr=subprocess.PIPE)
        for _ in range(200):
            if self.redis.keys('*scheduler_instance:idle'):
                break
            time.sleep(0.05)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        os.kill(process.pid, signal.SIGTERM)
        said = process.communicate(timeout=20)[1]
        self.assertIn(b'--with-scheduler', said)
        self.assertEqual(process.returncode, 0)

    def test_locks_and_births(self):
        other = Scheduler(connection=self.redis)
        self.assertTrue(self.scheduler.acquire_lock())
        self.assertFalse(other.acquire_lock())
        other.remove_lock()
        self.assertFalse(other.acquire_lock())
        self.scheduler.remove_lock()
        self.assertTrue(other.acquire_lock())
        self.scheduler.register_birth()
        self.assertRaises(ValueError, Scheduler(connection=self.redis, name=self.scheduler.name).register_birth)
        self.scheduler.heartbeat()
        self.scheduler.register_death()
        Scheduler(connection=self.redis, name=self.scheduler.name).register_birth()


if __name__ == '__main__':
    main()
