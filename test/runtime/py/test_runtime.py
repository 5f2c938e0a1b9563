"""rq_recurring with the installed rq, a private Redis and real workers. Usage: python test_runtime.py

First the live cases: all series are registered, two workers with schedulers (and a SimpleWorker) run them for a
while, then their marks are judged. Then the cases that need no worker. Prints the versions it ran with.
RQ_RECURRING_REDIS_PORT names a private Redis that is already there; it is emptied.
"""

import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import zlib
from datetime import datetime, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
RUNTIME = os.path.join(HERE, '..', '..', '..', 'python', 'src')
sys.path[:0] = [RUNTIME, HERE]

import recurring_jobs as jobs  # noqa: E402
import rq  # noqa: E402
from redis import Redis  # noqa: E402
from rq import Callback, Queue  # noqa: E402
from rq.job import Job  # noqa: E402
from rq.registry import ScheduledJobRegistry  # noqa: E402

import rq_recurring  # noqa: E402
from rq_recurring import Definition, cancel, cron, ensure, every, list_series, repair  # noqa: E402

LIVE_TIMEOUT = 90.0
LIVE_QUEUES = ['default', 'second']
SERVER = {}


def setUpModule():
    SERVER['folder'] = tempfile.mkdtemp(prefix='rq-recurring-')
    if 'RQ_RECURRING_REDIS_PORT' in os.environ:
        SERVER['port'] = int(os.environ['RQ_RECURRING_REDIS_PORT'])
        connect().flushall()
        return
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        ['redis-server', '--port', str(port), '--bind', '127.0.0.1', '--save', '', '--dir', SERVER['folder']],
        stdout=subprocess.DEVNULL,
    )
    SERVER.update(port=port, process=process)
    for _ in range(100):
        try:
            connect().ping()
            return
        except Exception:
            time.sleep(0.05)
    raise RuntimeError('redis-server did not start')


def tearDownModule():
    if 'process' in SERVER:
        SERVER['process'].terminate()
        SERVER['process'].wait()
    shutil.rmtree(SERVER['folder'])


def connect(db=0):
    return Redis(host='127.0.0.1', port=SERVER['port'], db=db)


def start_worker(queues, db, *options):
    """A real ``rq worker``; its output goes to a file in the private Redis' folder."""
    log = open(os.path.join(SERVER['folder'], 'worker-%d-%d.log' % (db, time.time_ns())), 'w')
    path = os.pathsep.join([RUNTIME, HERE])
    return subprocess.Popen(
        [sys.executable, '-c', 'import sys; from rq.cli import main; sys.exit(main())', 'worker', '--with-scheduler', *options]
        + ['-u', 'redis://127.0.0.1:%d/%d' % (SERVER['port'], db)]
        + queues,
        env={**os.environ, 'PYTHONPATH': path, 'PYTHONDONTWRITEBYTECODE': '1'},
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def stop(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def marks(connection, name):
    return [json.loads(one) for one in connection.lrange('mark:' + name, 0, -1)]


def slots(connection, name):
    """Slot of every execution, in order: the number at the end of the occurrence's id."""
    return [int(one[2].rsplit('-', 1)[1]) for one in marks(connection, name)]


def armed(connection, series):
    """Ids of the jobs of a series that wait in a registry, or on a queue when the workers were stopped."""
    found = []
    for queue in LIVE_QUEUES + ['low']:
        found += connection.zrange(ScheduledJobRegistry(queue, connection=connection).key, 0, -1)
        found += connection.lrange('rq:queue:' + queue, 0, -1)
    return [one.decode() for one in found if one.decode().startswith(series + '-')]


def write_by_hand(connection, series, slot, call, **fields):
    """Hash, job and registry entry as the migrating tool writes them (no rq API), meta with legacy keys."""
    data = zlib.compress(pickle.dumps(call))
    meta = pickle.dumps({'interval': 2, 'repeat': 3, 'mine': 'kept'})
    values = {
        'version': '1', 'kind': 'interval', 'interval': '2', 'cron': '', 'tz': 'UTC', 'dialect': 'crontab',
        'anchor': str(slot), 'remaining': '', 'slot': str(slot), 'job_id': '%s-%d' % (series, slot), 'queue': 'default',
        'timeout': '77', 'result_ttl': '', 'failure_ttl': '', 'ttl': '', 'description': 'by hand', 'func': call[0],
        'data': data, 'meta': meta, 'serializer': 'pickle', 'legacy_id': 'old:' + series, 'created_at': '1',
        'state': 'active',
    }  # fmt: skip
    values.update(fields)
    job = {
        'created_at': '2026-11-23T00:00:00.000000Z', 'origin': 'default', 'status': 'scheduled', 'timeout': '77',
        'description': 'by hand', 'data': zlib.compress(pickle.dumps(('rq_recurring.run', None, (series, slot, data), {}))),
    }  # fmt: skip
    pipe = connection.pipeline()
    pipe.sadd('migrate-scheduler:series', series)
    pipe.hset('migrate-scheduler:series:' + series, mapping=values)
    pipe.hset('rq:job:%s-%d' % (series, slot), mapping=job)
    pipe.sadd('rq:queues', 'rq:queue:default')
    pipe.zadd('rq:scheduled:default', {'%s-%d' % (series, slot): slot})
    pipe.execute()


class Live(unittest.TestCase):
    """Everything here ran at the same time, on two workers; one more set of cases on a SimpleWorker."""

    @classmethod
    def setUpClass(cls):
        cls.redis = redis = connect(1)
        cls.simple = simple = connect(2)
        cls.begin = begin = int(time.time()) + 4
        start = dict(connection=redis, start=begin)
        every(1, jobs.ok, ['endless'], name='endless', **start)
        every(1, jobs.ok, ('once', 1), {'key': [2]}, name='once', repeat=1, **start)
        every(1, jobs.ok, ['zero'], name='zero', repeat=0, **start)
        every(1, jobs.ok, ['thrice'], name='thrice', repeat=3, queue='second', **start)
        every(2, jobs.failing, ['failing'], name='failing', **start)
        every(2, jobs.killed, ['killed'], name='killed', repeat=3, **start)
        every(1, jobs.slow, ['slow', 2], name='slow', repeat=2, queue='second', **start)
        retried = every(5, jobs.fails_first, ['retried'], name='retried', repeat=2, **start)
        redis.hset('rq:job:' + retried.job_id, 'retries_left', 3)
        every(2, jobs.awaited, ['awaited'], name='awaited', repeat=2, **start)
        every(2, jobs.Greeter('hello').greet, ['method'], name='method', repeat=1, **start)
        every(2, jobs.seen_meta, ['meta'], name='meta', repeat=2, meta={'a': 1}, timeout='1m', description='told', **start)
        every(1, jobs.ok, ['callback'], name='callback', repeat=2, on_success=Callback(jobs.succeeded, timeout=5), **start)
        cron('*/2 * * * * * *', jobs.ok, ['seconds'], name='seconds', connection=redis, start=begin)
        cron('* * * * * */3', jobs.ok, ['croniter'], name='croniter', connection=redis, dialect='croniter', start=begin)
        every(2, jobs.ok, ['late'], name='late', connection=redis, start=begin - 1000)
        every(2, jobs.ok, ['cancelled'], name='cancelled', connection=redis, start=begin + 3)
        write_by_hand(redis, 'hand', begin, ('recurring_jobs.seen_meta', None, ['hand'], {}), remaining='3')
        write_by_hand(redis, 'gone', begin, ('recurring_jobs.ok', None, ('gone',), {}))
        redis.delete('migrate-scheduler:series:gone')
        every(1, jobs.ok, ['simple'], name='simple', connection=simple, start=begin, repeat=3)
        every(1, jobs.failing, ['simple-failing'], name='simple-failing', connection=simple, start=begin)
        workers = [start_worker(LIVE_QUEUES, 1), start_worker(['second', 'default'], 1)]
        workers.append(start_worker(['default'], 2, '-w', 'rq.SimpleWorker'))
        try:
            cancel('cancelled', connection=redis)
            cls.wait_for_runs()
            cls.repaired = repair(connection=redis, grace=0.5)
        finally:
            for process in workers:
                process.send_signal(15)
            for process in workers:
                stop(process)

    ENOUGH = {
        'endless': 6, 'once': 1, 'zero': 1, 'thrice': 3, 'failing': 4, 'killed': 3, 'slow': 2, 'retried': 3, 'awaited': 2,
        'method': 1, 'meta': 2, 'callback': 2, 'seconds': 3, 'croniter': 3, 'late': 3, 'hand': 3, 'gone': 1,
    }  # fmt: skip
    ENOUGH_SIMPLE = {'simple': 3, 'simple-failing': 4}

    @classmethod
    def wait_for_runs(cls):
        """Until every case has run often enough, and then long enough for a run too many to show."""
        until = time.time() + LIVE_TIMEOUT
        wanted = [(cls.redis, cls.ENOUGH), (cls.simple, cls.ENOUGH_SIMPLE)]
        while time.time() < until and any(
            connection.llen('mark:' + name) < runs for connection, cases in wanted for name, runs in cases.items()
        ):
            time.sleep(0.1)
        time.sleep(3)

    def check_grid(self, name, connection=None, step=1, least=4):
        found = slots(connection or self.redis, name)
        self.assertEqual(len(found), len(set(found)), 'slot run twice: %r' % found)
        self.assertGreaterEqual(len(found), least)
        for slot in found:
            self.assertEqual((slot - self.begin) % step, 0)
        return found

    def test_endless(self):
        self.check_grid('endless', least=6)
        self.assertEqual(len(armed(self.redis, 'endless')), 1)

    def test_never_before_its_slot(self):
        for name in self.ENOUGH:
            for _, at, job_id, *_ in marks(self.redis, name):
                self.assertGreaterEqual(at, int(job_id.rsplit('-', 1)[1]))

    def test_repeat_counts(self):
        for name, runs in (('once', 1), ('zero', 1), ('thrice', 3), ('awaited', 2), ('method', 1), ('slow', 2)):
            self.assertEqual(len(marks(self.redis, name)), runs, name)
            self.assertEqual(armed(self.redis, name), [], name)
            self.assertEqual(self.redis.hget('migrate-scheduler:series:' + name, 'state'), b'finished', name)
            self.assertEqual(self.redis.hget('migrate-scheduler:series:' + name, 'remaining'), b'0', name)

    def test_arguments(self):
        self.assertEqual(marks(self.redis, 'once')[0][3:], [[1], {'key': [2]}])
        self.assertEqual(marks(self.redis, 'method')[0][3:], ['hello'])

    def test_failing_goes_on(self):
        self.check_grid('failing', step=2)
        self.assertEqual(len(armed(self.redis, 'failing')), 1)

    def test_killed_horse(self):
        self.assertEqual(len(self.check_grid('killed', step=2, least=3)), 3)
        self.assertEqual(armed(self.redis, 'killed'), [])

    def test_next_is_armed_while_a_run_goes_on(self):
        first, second = marks(self.redis, 'slow')
        self.assertEqual(int(second[2].rsplit('-', 1)[1]), first[3])  # the slot it saw armed
        self.assertIsNone(second[3])

    def test_retry_does_not_start_a_second_chain(self):
        found = slots(self.redis, 'retried')
        self.assertEqual(len(set(found)), 2)
        self.assertEqual(sorted(found), [self.begin, self.begin, found[-1]])  # the first failed and was retried
        self.assertEqual(armed(self.redis, 'retried'), [])

    def test_meta_description_timeout_origin(self):
        for mark in marks(self.redis, 'meta'):
            self.assertEqual(mark[3:], [{'a': 1}, 'told', 60, 'default'])
        self.assertEqual(len(marks(self.redis, 'meta')), 2)

    def test_callback_of_every_run(self):
        self.assertEqual([json.loads(one)[1] for one in self.redis.lrange('callback', 0, -1)], ['callback', 'callback'])

    def test_cron_with_seconds_in_both_dialects(self):
        for name, step in (('seconds', 2), ('croniter', 3)):
            found = slots(self.redis, name)
            self.assertGreaterEqual(len(found), 3)
            self.assertEqual(len(found), len(set(found)))
            self.assertTrue(all(slot % step == 0 for slot in found), found)
            self.assertEqual(len(armed(self.redis, name)), 1)

    def test_late_occurrences_do_not_pile_up(self):
        found = slots(self.redis, 'late')
        self.assertEqual(found[0], self.begin - 1000)
        self.assertGreater(found[1], marks(self.redis, 'late')[0][1] - 1)  # the slots between are gone
        self.assertEqual(len(found), len(set(found)))

    def test_cancelled(self):
        self.assertEqual(marks(self.redis, 'cancelled'), [])
        self.assertEqual(armed(self.redis, 'cancelled'), [])

    def test_written_by_hand(self):
        found = marks(self.redis, 'hand')
        self.assertEqual([one[3:] for one in found[1:]], [[{'mine': 'kept'}, 'by hand', 77, 'default']] * 2)
        self.assertEqual(slots(self.redis, 'hand')[0], self.begin)
        self.assertEqual(len(self.check_grid('hand', step=2, least=3)), 3)
        self.assertEqual(self.redis.hget('migrate-scheduler:series:hand', 'state'), b'finished')

    def test_without_definition_runs_once(self):
        self.assertEqual(len(marks(self.redis, 'gone')), 1)
        self.assertEqual(armed(self.redis, 'gone'), [])

    def test_simple_worker(self):
        self.assertEqual(len(marks(self.simple, 'simple')), 3)
        self.check_grid('simple-failing', self.simple)

    def test_nothing_needed_repair(self):
        self.assertEqual(self.repaired, [])


class Stored(unittest.TestCase):
    def setUp(self):
        self.redis = connect(3)
        self.redis.flushdb()

    def waiting(self, series):
        return armed(self.redis, series)

    def test_armed_job_is_native_and_has_no_expiry(self):
        series = every(60, jobs.ok, ['x'], connection=self.redis, name='plain', ttl=5, at_front=True, queue='low')
        job = Job.fetch(series.job_id, connection=self.redis)
        self.assertEqual(job.get_status(), 'scheduled')
        self.assertEqual(job.func_name, 'rq_recurring.run')
        self.assertEqual(job.timeout, 180)
        self.assertTrue(job.enqueue_at_front)
        self.assertEqual(self.redis.ttl(job.key), -1)
        self.assertTrue(self.redis.sismember('rq:queues', 'rq:queue:low'))
        self.assertEqual(self.redis.zscore('rq:scheduled:low', job.id), series.slot)
        self.assertEqual(job.id, 'plain-%d' % series.slot)
        self.assertIn(series.slot - int(time.time()), (59, 60))

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
        self.assertEqual(self.redis.keys('rq:job:*'), [])
        again = every(60, jobs.ok, ['x'], connection=self.redis, name='one')
        self.assertEqual(self.waiting('one'), [again.job_id])

    def test_cancelled_while_queued_is_not_called(self):
        series = every(60, jobs.ok, ['late-cancel'], connection=self.redis, name='one')
        self.enqueue(series)
        cancel('one', connection=self.redis)
        self.work()
        self.assertEqual(marks(self.redis, 'late-cancel'), [])
        self.assertEqual(self.waiting('one'), [])

    def enqueue(self, series):
        """What RQ's scheduler does with a due job."""
        job = Job.fetch(series.job_id, connection=self.redis)
        self.redis.zrem('rq:scheduled:' + series.queue, job.id)
        Queue(series.queue, connection=self.redis).enqueue_job(job)

    def work(self):
        rq.SimpleWorker(['default', 'low'], connection=self.redis).work(burst=True, logging_level='ERROR')

    def test_executed_early_goes_on_after_its_slot(self):
        series = every(60, jobs.ok, ['early'], connection=self.redis, name='one')
        self.enqueue(series)
        self.work()
        self.assertEqual(len(marks(self.redis, 'early')), 1)
        self.assertEqual(self.waiting('one'), ['one-%d' % (series.slot + 60)])

    def test_requeued_job_arms_nothing(self):
        series = every(60, jobs.failing, ['again'], connection=self.redis, name='one', repeat=5)
        self.enqueue(series)
        self.work()
        Job.fetch(series.job_id, connection=self.redis).requeue()
        self.work()
        self.assertEqual(len(marks(self.redis, 'again')), 2)
        self.assertEqual(self.redis.hget('migrate-scheduler:series:one', 'remaining'), b'4')
        self.assertEqual(len(self.waiting('one')), 1)

    def test_remembered_id_is_not_overwritten(self):
        slot = int(time.time()) + 60
        self.redis.hset('rq:job:one-%d' % slot, mapping={'status': 'finished'})
        series = every(60, jobs.ok, connection=self.redis, name='one', start=slot)
        self.assertEqual((series.job_id, series.slot), ('one-%d-2' % slot, slot))
        self.assertEqual(self.redis.hget('rq:job:one-%d' % slot, 'status'), b'finished')

    def test_broken_zone_does_not_keep_the_function_from_running(self):
        series = cron('0 3 * * *', jobs.ok, ['zone'], connection=self.redis, name='one')
        self.redis.hset('migrate-scheduler:series:one', 'tz', 'Europe/Atlantis')
        self.enqueue(series)
        self.work()
        self.assertEqual(len(marks(self.redis, 'zone')), 1)
        self.redis.hset('migrate-scheduler:series:one', 'tz', 'UTC')
        self.assertEqual([one.series for one in repair(connection=self.redis, grace=0)], ['one'])

    def test_arming_is_tried_again_after_the_function(self):
        series = cron('0 3 * * *', jobs.mends_zone, ['one'], connection=self.redis, name='one')
        self.redis.hset('migrate-scheduler:series:one', 'tz', 'Europe/Atlantis')
        self.enqueue(series)
        self.work()
        self.assertEqual(self.waiting('one'), ['one-%d' % (series.slot + 86400)])

    def test_json_serializer(self):
        series = every(60, jobs.ok, ['json', 1], connection=self.redis, name='one', serializer='json', queue='low')
        job = Job.fetch(series.job_id, connection=self.redis, serializer='rq.serializers.JSONSerializer')
        self.redis.zrem('rq:scheduled:low', job.id)
        Queue('low', connection=self.redis, serializer='rq.serializers.JSONSerializer').enqueue_job(job)
        worker = rq.SimpleWorker(['low'], connection=self.redis, serializer='rq.serializers.JSONSerializer')
        worker.work(burst=True, logging_level='ERROR')
        self.assertEqual(marks(self.redis, 'json')[0][3:], [[1], {}])
        following = Job.fetch(self.waiting('one')[0], connection=self.redis, serializer='rq.serializers.JSONSerializer')
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
        self.redis = connect(4)
        self.redis.flushdb()

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
        self.assertEqual(armed(self.redis, 'm1'), ['m1-%d' % slot])
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
        ) % (sys.path[:2], SERVER['port'])
        running = [subprocess.Popen([sys.executable, '-B', '-c', code]) for _ in range(3)]
        self.assertEqual([one.wait(60) for one in running], [0, 0, 0])
        self.assertEqual(len(armed(self.redis, 'fought')), 1)
        self.assertEqual(self.redis.zcard('rq:scheduled:default'), 6)
        self.assertEqual(len(self.redis.keys('rq:job:*')), 6)


class Repairing(unittest.TestCase):
    def setUp(self):
        self.redis = connect(5)
        self.redis.flushdb()
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
        ) % (sys.path[:2], SERVER['port'])
        running = [subprocess.Popen([sys.executable, '-B', '-c', code], stdout=subprocess.PIPE) for _ in range(4)]
        self.assertEqual(sum(int(one.communicate()[0]) for one in running), 1)
        self.assert_one_armed()

    def test_finished_and_cancelled_are_not_repaired(self):
        cancel('one', connection=self.redis)
        self.assertEqual(self.repair(), [])


if __name__ == '__main__':
    print('python', sys.version.split()[0], 'rq', rq.VERSION)
    started = time.time()
    program = unittest.main(exit=False)
    print('%.1f s' % (time.time() - started))
    sys.exit(not program.result.wasSuccessful())
