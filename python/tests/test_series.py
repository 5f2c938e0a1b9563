"""Series without a running worker: what is stored, what ``ensure`` and ``repair`` make of it, what a tick does."""

import dataclasses
import subprocess
import sys
import time
import typing
import unittest
from datetime import datetime, timezone

import rq
import support
from support import emptied, enqueue_due, main, make_due, marks, start_server, waiting, work

import recurring_jobs as jobs
from rq.job import Job
from rq_recurring import Definition, Series, cancel, cron, ensure, every, get, list_series, pause, repair, resume, run_now
from rq_recurring.series import _INTS as INTEGER_FIELDS
from version_one import write_by_hand


def setUpModule():
    start_server()


class Stored(unittest.TestCase):
    def setUp(self):
        self.redis = emptied(3)

    def waiting(self, series):
        return waiting(self.redis, series)

    def test_tick_is_native_and_neither_it_nor_the_job_expires(self):
        series = every(60, jobs.ok, ['x'], connection=self.redis, name='plain', ttl=5, at_front=True, queue='low')
        tick = Job.fetch(series.job_id, connection=self.redis)
        self.assertEqual((tick.get_status(), tick.func_name, tick.result_ttl), ('scheduled', 'rq_recurring.tick', 0))
        self.assertEqual(list(tick.args), ['plain', series.slot])
        self.assertTrue(tick.enqueue_at_front)
        self.assertEqual(tick.description, series.description)
        self.assertTrue(self.redis.sismember('rq:queues', 'rq:queue:low'))
        self.assertEqual(self.redis.zscore('rq:scheduled:low', tick.id), series.slot)
        self.assertEqual(tick.id, 'plain-%d' % series.slot)
        self.assertIn(series.slot - int(time.time()), (59, 60))
        job = Job.fetch('plain', connection=self.redis)
        self.assertEqual((job.func_name, list(job.args), job.origin), ('recurring_jobs.ok', ['x'], 'low'))
        self.assertTrue(job.enqueue_at_front)
        self.assertEqual([self.redis.ttl(one.key) for one in (tick, job)], [-1, -1])

    def test_registering_again_changes_nothing(self):
        first = every(60, jobs.ok, ['x'], {'k': {'a': 1}}, connection=self.redis)
        again = every(60, jobs.ok, ('x',), {'k': {'a': 1}}, connection=self.redis)
        self.assertEqual(first, again)
        other = every(60, jobs.ok, ['y'], connection=self.redis)
        self.assertNotEqual(first.id, other.id)
        self.assertEqual(len(list_series(connection=self.redis)), 2)

    def test_changed_schedule_rearms_changed_arguments_keep_the_slot(self):
        first = every(60, jobs.ok, ['x'], connection=self.redis, name='one', repeat=5)
        self.redis.hset('migrate-scheduler:series:one', 'remaining', 4)
        second = every(60, jobs.ok, ['y'], connection=self.redis, name='one', repeat=5)
        self.assertEqual((second.slot, second.remaining), (first.slot, 4))
        self.assertEqual(len(self.waiting('one')), 1)
        self.assertIn("'y'", Job.fetch(second.job_id, connection=self.redis).description)
        self.assertEqual(list(Job.fetch('one', connection=self.redis).args), ['y'])
        third = every(90, jobs.ok, ['y'], connection=self.redis, name='one', repeat=5)
        self.assertNotEqual(third.slot, first.slot)
        self.assertEqual(third.remaining, 5)
        self.assertEqual(self.waiting('one'), [third.job_id])

    def test_naive_start_is_utc(self):
        series = every(60, jobs.ok, connection=self.redis, name='utc', start=datetime(2030, 1, 1))
        self.assertEqual(series.slot, int(datetime(2030, 1, 1, tzinfo=timezone.utc).timestamp()))

    def test_cancel(self):
        every(60, jobs.ok, ['x'], connection=self.redis, name='one')
        self.assertTrue(cancel('one', connection=self.redis))
        self.assertFalse(cancel('one', connection=self.redis))
        self.assertFalse(cancel('other', connection=self.redis))
        self.assertEqual((self.waiting('one'), list_series(connection=self.redis)), ([], []))
        self.assertEqual(self.redis.keys('rq:job:one-*'), [])
        self.assertGreater(self.redis.ttl('rq:job:one'), 0)  # forgotten in time
        again = every(60, jobs.ok, ['x'], connection=self.redis, name='one')
        self.assertEqual(self.waiting('one'), [again.job_id])
        self.assertEqual(self.redis.ttl('rq:job:one'), -1)

    def test_cancel_lets_a_run_that_is_due_or_queued_execute(self):
        for position, ticked in enumerate((False, True)):
            series = every(60, jobs.ok, ['due'], connection=self.redis, name='one', start=int(time.time()) - 1)
            enqueue_due(self.redis)
            if ticked:
                self.tick(series)
            self.assertTrue(cancel('one', connection=self.redis))
            work(self.redis)
            self.assertEqual(len(marks(self.redis, 'due')), position + 1)
            self.assertEqual(self.waiting('one'), [])

    def tick(self, series):
        """Execute the series' queued tick, and nothing else."""
        self.redis.lrem('rq:queue:' + series.queue, 1, series.job_id)
        self.redis.rpush('rq:queue:ticks', series.job_id)
        rq.SimpleWorker(['ticks'], connection=self.redis).work(burst=True, logging_level='CRITICAL')

    def due(self, series):
        make_due(self.redis, series.job_id, series.queue)

    def test_executed_early_goes_on_after_its_slot(self):
        series = every(60, jobs.ok, ['early'], connection=self.redis, name='one')
        self.due(series)
        work(self.redis)
        self.assertEqual(len(marks(self.redis, 'early')), 1)
        self.assertEqual(self.waiting('one'), ['one-%d' % (series.slot + 60)])

    def test_requeued_job_runs_once_more_and_arms_nothing(self):
        series = every(60, jobs.failing, ['again'], connection=self.redis, name='one', repeat=5)
        self.due(series)
        work(self.redis)
        Job.fetch('one', connection=self.redis).requeue()
        work(self.redis)
        self.assertEqual(len(marks(self.redis, 'again')), 2)
        self.assertEqual(self.redis.hget('migrate-scheduler:series:one', 'remaining'), b'4')
        self.assertEqual(len(self.waiting('one')), 1)

    def test_remembered_id_is_not_overwritten(self):
        slot = int(time.time()) + 60
        self.redis.hset('rq:job:one-%d' % slot, mapping={'status': 'finished'})
        series = every(60, jobs.ok, connection=self.redis, name='one', start=slot)
        self.assertEqual((series.job_id, series.slot), ('one-%d-2' % slot, slot))
        self.assertEqual(self.redis.hget('rq:job:one-%d' % slot, 'status'), b'finished')

    def test_a_second_tick_of_a_slot_does_nothing(self):
        series = every(60, jobs.ok, ['again'], connection=self.redis, name='one', repeat=5)
        raw = self.redis.hgetall('rq:job:' + series.job_id)
        self.due(series)
        work(self.redis)
        self.redis.hset('rq:job:' + series.job_id, mapping=raw)
        self.redis.rpush('rq:queue:default', series.job_id)
        work(self.redis)
        self.assertEqual(len(marks(self.redis, 'again')), 1)
        self.assertEqual(get('one', connection=self.redis).remaining, 4)
        self.assertEqual(len(self.waiting('one')), 1)

    def test_broken_zone_keeps_no_run_and_repair_goes_on_with_the_others(self):
        for name in ('one', 'two'):
            self.due(cron('0 3 * * *', jobs.ok, ['zone'], connection=self.redis, name=name, repeat=3))
        every(60, jobs.ok, ['lost'], connection=self.redis, name='zzz')
        self.redis.delete('rq:job:' + get('zzz', connection=self.redis).job_id)
        for name in ('one', 'two'):
            self.redis.hset('migrate-scheduler:series:' + name, 'tz', 'Europe/Atlantis')
        work(self.redis)
        self.assertEqual(len(marks(self.redis, 'zone')), 2)
        self.redis.hset('migrate-scheduler:series:two', 'tz', 'UTC')
        self.assertEqual([one.series for one in repair(connection=self.redis, grace=0)], ['two', 'zzz'])
        self.assertEqual(get('two', connection=self.redis).remaining, 2)  # its run has taken place
        self.assertGreater(get('two', connection=self.redis).slot, time.time())

    def test_json_serializer(self):
        series = every(60, jobs.ok, ['json', 1], connection=self.redis, name='one', serializer='json', queue='low')
        json = 'rq.serializers.JSONSerializer'
        self.redis.zadd('rq:scheduled:low', {series.job_id: int(time.time())})
        enqueue_due(self.redis, 'low', json)
        work(self.redis, 'low', serializer=json)
        self.assertEqual(marks(self.redis, 'json')[0][4:], [[1], {}])
        following = Job.fetch(self.waiting('one')[0], connection=self.redis, serializer=json)
        self.assertEqual(following.args[:2], ['one', series.slot + 60])

    def test_refusals_write_nothing(self):
        for call in (
            lambda: every(0, jobs.ok, connection=self.redis),
            lambda: every(60, jobs.ok, connection=self.redis, name='with space'),
            lambda: cron('*/60 * * * *', jobs.ok, connection=self.redis),
            lambda: cron('0 0 30 2 *', jobs.ok, connection=self.redis),
            lambda: cron('* * * * *', jobs.ok, connection=self.redis, tz='Nowhere/At_all'),
            lambda: cron('* * * * *', jobs.ok, connection=self.redis, dialect='quartz'),
            lambda: ensure([Definition(jobs.ok, interval=1, name='a'), Definition(jobs.ok)], connection=self.redis),
            lambda: ensure([Definition(jobs.ok, interval=1)] * 2, connection=self.redis),
        ):
            self.assertRaises(ValueError, call)
        self.assertEqual(self.redis.keys('*'), [])


class Ensure(unittest.TestCase):
    def setUp(self):
        self.redis = emptied(4)

    def ensure(self, *definitions, **options):
        return ensure(definitions, connection=self.redis, **options)

    def test_equal_changed_new_and_vanished(self):
        first = self.ensure(*[Definition(jobs.ok, [name], interval=60, name=name) for name in ('a', 'b', 'c')])
        self.assertEqual(first.added, ['a', 'b', 'c'])
        before = {one.id: one for one in list_series(connection=self.redis)}
        done = self.ensure(
            Definition(jobs.ok, ['a'], interval=60, name='a'),
            Definition(jobs.ok, ['b'], interval=70, name='b'),
            Definition(jobs.ok, ['d'], cron='0 3 * * *', name='d'),
        )
        self.assertEqual((done.kept, done.changed, done.added, done.cancelled), (['a'], ['b'], ['d'], ['c']))
        after = {one.id: one for one in list_series(connection=self.redis)}
        self.assertEqual(after['a'], before['a'])
        self.assertEqual(set(after), {'a', 'b', 'd'})
        self.assertEqual(self.redis.zcard('rq:scheduled:default'), 3)

    def test_finished_series_stays_finished(self):
        definition = Definition(jobs.ok, interval=60, name='a', repeat=1)
        self.ensure(definition)
        self.redis.hset('migrate-scheduler:series:a', mapping={'state': 'finished', 'slot': '', 'remaining': '0'})
        self.assertEqual(self.ensure(definition).kept, ['a'])
        self.assertEqual(list_series(connection=self.redis)[0].state, 'finished')

    def test_group_touches_only_its_own(self):
        every(60, jobs.ok, ['user'], connection=self.redis, name='user')
        self.ensure(Definition(jobs.ok, ['a'], interval=60, name='a'), group='one')
        self.ensure(Definition(jobs.ok, ['b'], interval=60, name='b'), group='two')
        self.assertEqual(self.ensure(group='one').cancelled, ['a'])
        self.assertEqual({one.id for one in list_series(connection=self.redis)}, {'user', 'b'})
        self.assertEqual(sorted(self.ensure().cancelled), ['b', 'user'])

    def test_takes_over_migrated_series(self):
        slot = int(time.time()) + 1000
        write_by_hand(self.redis, 'm1', slot, ('recurring_jobs.ok', None, ['x'], {}))
        write_by_hand(self.redis, 'm2', slot, ('recurring_jobs.ok', None, ['vanished'], {}))
        done = self.ensure(Definition(jobs.ok, ('x',), interval=2, name='nice', timeout=50))
        self.assertEqual((done.kept, done.added, done.cancelled), (['m1'], [], ['m2']))
        self.assertEqual(waiting(self.redis, 'm1'), ['m1-%d' % slot])
        self.assertEqual(self.ensure(Definition(jobs.ok, ('x',), interval=2, name='nice', timeout=50)).kept, ['m1'])
        series = every(3, jobs.ok, ['x'], connection=self.redis, name='nice')  # now known by its name
        self.assertEqual((series.id, series.legacy_id, series.interval), ('m1', 'old:m1', 3))
        self.assertEqual(self.redis.zcard('rq:scheduled:default'), 1)
        self.assertTrue(cancel('old:m1', connection=self.redis))

    def test_migrated_finite_series_keeps_its_remaining_runs(self):
        write_by_hand(self.redis, 'm1', int(time.time()) + 1000, ('recurring_jobs.ok', None, ['x'], {}), remaining='2')
        for _ in range(2):
            series = every(2, jobs.ok, ['x'], connection=self.redis, repeat=5)
            self.assertEqual((series.id, series.remaining), ('m1', 2))

    def test_many_at_once_arm_one_each(self):
        code = (
            'import sys; sys.path[:0] = %r\n'
            'from redis import Redis; import recurring_jobs as jobs\n'
            'from rq_recurring import Definition, ensure, every\n'
            'redis = Redis(port=%d, db=4)\n'
            'for n in range(15):\n'
            "    every(60 + n, jobs.ok, ['e'], connection=redis, name='fought')\n"
            "    ensure([Definition(jobs.ok, ['d'], interval=60, name='d%%d' %% k) for k in range(5)], connection=redis, group='g')\n"
        ) % (sys.path[:2], support.SERVER['port'])
        running = [subprocess.Popen([sys.executable, '-B', '-c', code]) for _ in range(3)]
        self.assertEqual([one.wait(60) for one in running], [0, 0, 0])
        self.assertEqual(len(waiting(self.redis, 'fought')), 1)
        self.assertEqual(self.redis.zcard('rq:scheduled:default'), 6)
        self.assertEqual(len(self.redis.keys('rq:job:*')), 12)  # a job and a tick each


class Repairing(unittest.TestCase):
    def setUp(self):
        self.redis = emptied(5)
        self.series = every(60, jobs.ok, ['x'], connection=self.redis, name='one', repeat=5)
        self.key = 'rq:job:' + self.series.job_id

    def repair(self):
        return [one.series for one in repair(connection=self.redis, grace=0.05)]

    def assert_one_armed(self):
        waiting = self.redis.zrange('rq:scheduled:default', 0, -1, withscores=True)
        self.assertEqual(len(waiting), 1)
        stored = list_series(connection=self.redis)[0]
        self.assertEqual((stored.job_id.encode(), stored.slot), waiting[0])
        self.assertEqual(stored.remaining, 5)
        self.assertEqual(Job.fetch(stored.job_id, connection=self.redis).get_status(), 'scheduled')
        return stored

    def test_sound_series_is_left_alone(self):
        self.assertEqual(self.repair(), [])
        for status in ('started', 'deferred'):
            self.redis.zrem('rq:scheduled:default', self.series.job_id)
            self.redis.hset(self.key, 'status', status)
            self.assertEqual(self.repair(), [])
        self.redis.hset(self.key, 'status', 'queued')
        self.redis.rpush('rq:queue:default', self.series.job_id)
        self.assertEqual(self.repair(), [])
        self.redis.rpoplpush('rq:queue:default', 'rq:queue:default:intermediate')
        self.assertEqual(self.repair(), [])

    def test_deleted_job_is_armed_at_the_same_slot(self):
        self.redis.delete(self.key)
        self.assertEqual(self.repair(), ['one'])
        self.assertEqual(self.assert_one_armed().slot, self.series.slot)
        self.assertEqual(self.repair(), [])

    def test_lost_registry(self):
        self.redis.delete('rq:scheduled:default')
        self.assertEqual(self.repair(), ['one'])
        self.assert_one_armed()

    def test_job_cancelled_by_rq(self):
        Job.fetch(self.series.job_id, connection=self.redis).cancel()
        self.assertEqual(self.repair(), ['one'])
        self.assertEqual(self.assert_one_armed().job_id, self.series.job_id + '-2')

    def test_failed_before_it_could_arm_goes_on_with_the_next_slot(self):
        past = self.series.slot - 300
        self.redis.delete('rq:scheduled:default')
        self.redis.hset('migrate-scheduler:series:one', 'slot', past)
        self.redis.hset(self.key, 'status', 'failed')
        self.assertEqual(self.repair(), ['one'])
        stored = self.assert_one_armed()
        self.assertGreater(stored.slot, time.time())
        self.assertEqual((stored.slot - self.series.slot) % 60, 0)

    def test_emptied_queue(self):
        self.redis.zrem('rq:scheduled:default', self.series.job_id)
        self.redis.hset(self.key, 'status', 'queued')
        self.assertEqual(self.repair(), ['one'])
        self.assert_one_armed()

    def test_several_at_once_repair_once(self):
        self.redis.delete(self.key, 'rq:scheduled:default')
        code = (
            'import sys; sys.path[:0] = %r\n'
            'from redis import Redis; from rq_recurring import repair\n'
            'print(len(repair(connection=Redis(port=%d, db=5), grace=0.2)))'
        ) % (sys.path[:2], support.SERVER['port'])
        running = [subprocess.Popen([sys.executable, '-B', '-c', code], stdout=subprocess.PIPE) for _ in range(4)]
        self.assertEqual(sum(int(one.communicate()[0]) for one in running), 1)
        self.assert_one_armed()

    def test_finished_and_cancelled_are_not_repaired(self):
        cancel('one', connection=self.redis)
        self.assertEqual(self.repair(), [])


class Objects(unittest.TestCase):
    """``Series`` as ``every``, ``cron``, ``get`` and ``list_series`` return it."""

    def setUp(self):
        self.redis = emptied(6)

    def every(self, interval, *args, **options):
        return every(interval, jobs.ok, *args, connection=self.redis, **{'name': 'one', **options})

    def tick(self, name='one'):
        make_due(self.redis, get(name, connection=self.redis).job_id)
        work(self.redis)

    def test_says_what_it_does(self):
        series = self.every(60, ['x', 1], {'key': [2]}, meta={'mine': 1}, description='told', queue='low', repeat=4)
        self.assertEqual((series.id, series.func_name, series.queue), ('one', 'recurring_jobs.ok', 'low'))
        self.assertEqual((list(series.args), series.kwargs, series.meta), (['x', 1], {'key': [2]}, {'mine': 1}))
        self.assertEqual((series.description, series.remaining, series.previous_run), ('told', 4, None))
        self.assertEqual(series.next_run, datetime.fromtimestamp(series.slot, timezone.utc))
        self.assertEqual(get('one', connection=self.redis), series)
        self.assertEqual(list_series(connection=self.redis, queue='low'), [series])
        self.assertEqual(list_series(connection=self.redis, queue='default'), [])

    def test_get_knows_ids_names_and_jobs(self):
        write_by_hand(self.redis, 'm1', 2000000000, ('recurring_jobs.ok', None, ['x'], {}), name='nice')
        for name in ('m1', 'nice', 'old:m1', 'm1-2000000000'):
            self.assertEqual(get(name, connection=self.redis).id, 'm1', name)
        for name in ('other', 'm1-2000000001', 'm'):
            self.assertIsNone(get(name, connection=self.redis), name)

    def test_previous_run(self):
        due = self.every(60, ['x'], start=int(time.time()) - 1)
        enqueue_due(self.redis)
        work(self.redis)
        series = get('one', connection=self.redis)
        self.assertEqual(series.previous_run, due.next_run)
        self.assertEqual(series.slot, due.slot + 60)

    def test_pause_and_resume(self):
        series = self.every(60, ['x'], repeat=3)
        self.assertTrue(series.pause())
        self.assertFalse(series.pause())
        paused = get('one', connection=self.redis)
        self.assertEqual((paused.state, paused.next_run, waiting(self.redis, 'one')), ('paused', None, []))
        self.assertEqual(repair(connection=self.redis, grace=0), [])
        self.assertTrue(paused.resume())
        self.assertFalse(paused.resume())
        again = get('one', connection=self.redis)
        self.assertEqual((again.state, again.slot, again.remaining), ('active', series.slot, 3))
        self.assertEqual(waiting(self.redis, 'one'), [again.job_id])

    def test_pause_lets_the_last_run_execute_once(self):
        self.every(60, ['last'], repeat=1, start=int(time.time()) - 1)
        enqueue_due(self.redis)
        self.assertTrue(pause('one', connection=self.redis))
        work(self.redis)
        self.assertTrue(resume('one', connection=self.redis))
        self.assertEqual(get('one', connection=self.redis).state, 'finished')
        self.assertEqual((len(marks(self.redis, 'last')), waiting(self.redis, 'one')), (1, []))

    def test_run_now_is_outside_schedule_and_count(self):
        series = self.every(60, ['now'], repeat=2)
        self.assertEqual(series.run_now().id, 'one')
        work(self.redis)
        self.assertEqual(len(marks(self.redis, 'now')), 1)
        after = get('one', connection=self.redis)
        self.assertEqual((after.slot, after.remaining, after.job_id), (series.slot, 2, series.job_id))
        self.assertRaises(ValueError, run_now, 'other', connection=self.redis)

    def test_cancel(self):
        series = self.every(60, ['x'])
        self.assertTrue(series.cancel())
        self.assertFalse(series.cancel())
        self.assertEqual(list_series(connection=self.redis), [])

    def test_a_run_can_end_its_series(self):
        every(60, jobs.ends_itself, connection=self.redis, name='one', start=int(time.time()) - 1)
        enqueue_due(self.redis)
        work(self.redis)
        self.assertEqual(get('one', connection=self.redis).state, 'cancelled')
        self.assertEqual(waiting(self.redis, 'one'), [])

    def test_deleting_the_job_ends_the_series(self):
        series = self.every(60, ['x'])
        Job.fetch('one', connection=self.redis).delete()
        make_due(self.redis, series.job_id)
        work(self.redis)
        self.assertEqual(get('one', connection=self.redis).state, 'cancelled')
        self.assertEqual((marks(self.redis, 'x'), waiting(self.redis, 'one')), ([], []))

    def test_a_job_that_expires_after_its_run_comes_back(self):
        """... whether a tick, ``run_now``, a pause or a new registration enqueued that run."""
        self.every(60, ['x'], result_ttl=0)
        self.tick()
        self.assertFalse(self.redis.exists('rq:job:one'))
        self.tick()
        self.assertEqual(len(marks(self.redis, 'x')), 2)

        self.every(60, ['y'], result_ttl=0, name='two').run_now()
        work(self.redis)
        self.tick('two')
        self.assertEqual(len(marks(self.redis, 'y')), 2)

        self.every(60, ['z'], result_ttl=0, name='three', start=int(time.time()) - 1)
        enqueue_due(self.redis)
        pause('three', connection=self.redis)
        work(self.redis)
        resume('three', connection=self.redis)
        self.tick('three')
        self.assertEqual(len(marks(self.redis, 'z')), 2)

    def test_a_hash_that_a_late_run_has_written_again_counts_as_gone(self):
        """RQ's worker saves the job of a run that ends without its meta, also where the hash has expired meanwhile."""
        series = self.every(60, ['x'], result_ttl=0, meta={'a': 1})
        self.tick()
        left = {'status': 'finished', 'created_at': '2026-01-01T00:00:00Z', 'origin': 'default', 'data': series.raw_data}
        self.redis.hset('rq:job:one', mapping=left)
        self.tick()
        self.assertEqual((get('one', connection=self.redis).state, len(marks(self.redis, 'x'))), ('active', 2))

    def test_registered_again_while_a_run_is_queued_or_executed(self):
        for name, changed in (('one', {'timeout': 50}), ('two', {'repeat': 7})):
            options = {'name': name, 'result_ttl': 0}
            self.every(60, [name], **options)
            make_due(self.redis, get(name, connection=self.redis).job_id)
            self.redis.rpoplpush('rq:queue:default', 'rq:queue:ticks')
            work(self.redis, 'ticks')
            self.redis.rpoplpush('rq:queue:ticks', 'rq:queue:default')
            self.redis.lrem('rq:queue:default', 0, name)
            self.redis.rpush('rq:queue:default', name)
            self.every(60, [name], **options, **changed)
            self.every(60, [name], **options, **changed)
            work(self.redis)
            self.assertFalse(self.redis.exists('rq:job:' + name))
            self.tick(name)
            self.assertEqual(len(marks(self.redis, name)), 2, name)
            self.assertEqual(get(name, connection=self.redis).state, 'active', name)

    def test_integer_fields_are_those_of_the_class(self):
        hints = typing.get_type_hints(Series)
        self.assertEqual(
            set(INTEGER_FIELDS), {name for name, hint in hints.items() if hint == typing.Optional[int]}
        )

    def test_a_hash_says_all(self):
        series = self.every(60, ['x'], repeat=4, meta={'a': 1}, at_front=True, ttl=9, on_success=jobs.succeeded)
        self.redis.hset('migrate-scheduler:series:one', mapping={'previous': 5, 'enqueued': 6, 'expires': 7})
        found = get('one', connection=self.redis)
        self.assertEqual((found.previous, found.enqueued, found.expires), (5, 6, 7))
        self.assertEqual(dataclasses.replace(found, previous=None, enqueued=None, expires=None), series)


class VersionOne(unittest.TestCase):
    """What version 1 armed runs, and goes on as ticks."""

    def setUp(self):
        self.redis = emptied(9)
        self.slot = int(time.time()) - 1

    def write(self, call, **fields):
        write_by_hand(self.redis, 'old', self.slot, call, **fields)

    def test_runs_and_becomes_ticks(self):
        self.write(('recurring_jobs.ok', None, ['x'], {'k': 1}), remaining='3', legacy_id='old')
        enqueue_due(self.redis)
        work(self.redis)
        for left in (2, 1):
            series = get('old', connection=self.redis)
            self.assertEqual((series.remaining, waiting(self.redis, 'old')), (left, [series.job_id]))
            self.assertEqual(Job.fetch(series.job_id, connection=self.redis).func_name, 'rq_recurring.tick')
            make_due(self.redis, series.job_id)
            work(self.redis)
        found = marks(self.redis, 'x')
        self.assertEqual([one[2] for one in found], ['old-%d' % self.slot, 'old', 'old'])
        self.assertEqual([one[4:] for one in found], [[[], {'k': 1}]] * 3)
        self.assertEqual(get('old', connection=self.redis).state, 'finished')

    def test_long_after_its_job_is_gone(self):
        """No hash of a real job, no expiry: version 1 had none, and that is not ``job.delete()``."""
        self.write(('recurring_jobs.ok', None, ['x'], {}))
        enqueue_due(self.redis)
        work(self.redis)
        make_due(self.redis, get('old', connection=self.redis).job_id)
        work(self.redis)
        self.assertEqual(len(marks(self.redis, 'x')), 2)
        self.assertEqual(get('old', connection=self.redis).state, 'active')

    def test_run_now_pause_and_repair(self):
        self.slot += 1000
        self.write(('recurring_jobs.ok', None, ['x'], {}))
        run_now('old', connection=self.redis)
        work(self.redis)
        self.assertEqual(len(marks(self.redis, 'x')), 1)
        self.redis.delete('rq:job:old-%d' % self.slot)
        self.assertEqual([one.series for one in repair(connection=self.redis, grace=0)], ['old'])
        self.assertTrue(pause('old', connection=self.redis))
        self.assertTrue(resume('old', connection=self.redis))
        make_due(self.redis, get('old', connection=self.redis).job_id)
        work(self.redis)
        self.assertEqual(len(marks(self.redis, 'x')), 2)

    def test_a_run_ends_its_series(self):
        self.write(('recurring_jobs.ends_itself', None, [], {}))
        enqueue_due(self.redis)
        work(self.redis)
        self.assertEqual((get('old', connection=self.redis).state, waiting(self.redis, 'old')), ('cancelled', []))

    def test_arming_is_tried_again_after_the_function(self):
        self.write(('recurring_jobs.mends_zone', None, ['old'], {}), kind='cron', cron='0 3 * * *', tz='Europe/Atlantis')
        enqueue_due(self.redis)
        work(self.redis)
        self.assertEqual(len(waiting(self.redis, 'old')), 1)


if __name__ == '__main__':
    main()
