"""Real workers: all series are registered, two workers with schedulers and a SimpleWorker run them, their marks are judged."""

import json
import time
import unittest

from support import emptied, main, marks, start_server, start_worker, stop, waiting

import recurring_jobs as jobs
from rq import Callback
from rq_recurring import cancel, cron, every, get, repair
from version_one import write_by_hand

LIVE_TIMEOUT = 90.0
LIVE_QUEUES = ['default', 'second']


def setUpModule():
    start_server()


MANY = 1000
"""Runs of a series that goes on: what is left of them at the end tells how many there were."""


class Live(unittest.TestCase):
    """Everything here ran at the same time, on two workers; one more set of cases on a SimpleWorker."""

    @classmethod
    def setUpClass(cls):
        cls.redis = redis = emptied(1)
        cls.simple = simple = emptied(2)
        cls.begin = begin = int(time.time()) + 4
        start = dict(connection=redis, start=begin)
        every(1, jobs.ok, ['endless'], name='endless', repeat=MANY, **start)
        every(1, jobs.ok, ('once', 1), {'key': [2]}, name='once', repeat=1, **start)
        every(1, jobs.ok, ['zero'], name='zero', repeat=0, **start)
        every(1, jobs.ok, ['thrice'], name='thrice', repeat=3, queue='second', **start)
        every(2, jobs.failing, ['failing'], name='failing', repeat=MANY, **start)
        every(2, jobs.killed, ['killed'], name='killed', repeat=3, **start)
        every(1, jobs.slow, ['slow', 2], name='slow', repeat=2, queue='second', **start)
        retried = every(5, jobs.fails_first, ['retried'], name='retried', repeat=2, **start)
        redis.hset('rq:job:' + retried.job, 'retries_left', 3)
        every(2, jobs.awaited, ['awaited'], name='awaited', repeat=2, **start)
        every(2, jobs.Greeter('hello').greet, ['method'], name='method', repeat=1, **start)
        every(2, jobs.seen_meta, ['meta'], name='meta', repeat=2, meta={'a': 1}, timeout='1m', description='told', **start)
        every(1, jobs.ok, ['callback'], name='callback', repeat=2, on_success=Callback(jobs.succeeded, timeout=5), **start)
        cron('*/2 * * * * * *', jobs.ok, ['seconds'], name='seconds', repeat=MANY, **start)
        cron('* * * * * */3', jobs.ok, ['croniter'], name='croniter', repeat=MANY, dialect='croniter', **start)
        every(2, jobs.ok, ['late'], name='late', repeat=MANY, connection=redis, start=begin - 1000)
        every(2, jobs.ok, ['cancelled'], name='cancelled', connection=redis, start=begin + 3)
        write_by_hand(redis, 'hand', begin, ('recurring_jobs.seen_meta', None, ['hand'], {}), remaining='3')
        write_by_hand(redis, 'on', begin, ('recurring_jobs.ok', None, ['on'], {}), remaining=str(MANY))
        write_by_hand(redis, 'gone', begin, ('recurring_jobs.ok', None, ('gone',), {}))
        redis.delete('migrate-scheduler:series:gone')
        every(1, jobs.ok, ['simple'], name='simple', connection=simple, start=begin, repeat=3)
        every(1, jobs.failing, ['simple-failing'], name='simple-failing', repeat=MANY, connection=simple, start=begin)
        workers = [start_worker(LIVE_QUEUES, 1), start_worker(['second', 'default'], 1)]
        workers.append(start_worker(['default'], 2, '-w', 'rq.SimpleWorker'))
        try:
            cancel('cancelled', connection=redis)
            cls.wait_for_runs()
            cls.repaired = repair(connection=redis, grace=0.5)
        finally:
            stop(*workers)

    ENOUGH = {
        'endless': 6, 'once': 1, 'zero': 1, 'thrice': 3, 'failing': 4, 'killed': 3, 'slow': 2, 'retried': 3, 'awaited': 2,
        'method': 1, 'meta': 2, 'callback': 2, 'seconds': 3, 'croniter': 3, 'late': 3, 'hand': 3, 'on': 3, 'gone': 1,
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

    def check_counted(self, name, connection=None, step=1, least=3):
        """Each run that was enqueued was executed once, or is queued still, and each has a time of its own."""
        connection = connection or self.redis
        series = get(name, connection=connection)
        queued = [one for queue in LIVE_QUEUES for one in connection.lrange('rq:queue:' + queue, 0, -1)]
        runs = len(marks(connection, name)) + queued.count(series.job.encode())
        self.assertEqual(runs, MANY - series.remaining)
        self.assertGreaterEqual(runs, least)
        self.assertEqual((series.slot - self.begin) % step, 0)
        self.assertLessEqual(runs, (series.slot - self.begin) // step + 1)
        self.assertEqual(len(waiting(connection, name)), 1)

    def stored(self, name, field):
        return self.redis.hget('migrate-scheduler:series:' + name, field)

    def test_endless(self):
        self.check_counted('endless', least=6)

    def test_never_before_its_time(self):
        for name in self.ENOUGH:
            if name not in ('late', 'gone', 'hand', 'on'):
                for _, at, job_id, *_ in marks(self.redis, name):
                    self.assertEqual(job_id, name)
                    self.assertGreaterEqual(at, self.begin, name)

    def test_repeat_counts(self):
        for name, runs in (('once', 1), ('zero', 1), ('thrice', 3), ('awaited', 2), ('method', 1), ('slow', 2)):
            self.assertEqual(len(marks(self.redis, name)), runs, name)
            self.assertEqual(waiting(self.redis, name), [], name)
            self.assertEqual((self.stored(name, 'state'), self.stored(name, 'remaining')), (b'finished', b'0'), name)

    def test_arguments(self):
        self.assertEqual(marks(self.redis, 'once')[0][4:], [[1], {'key': [2]}])
        self.assertEqual(marks(self.redis, 'method')[0][4:], ['hello'])

    def test_failing_goes_on(self):
        self.check_counted('failing', step=2)

    def test_killed_horse(self):
        self.assertEqual(len(marks(self.redis, 'killed')), 3)
        self.assertEqual(waiting(self.redis, 'killed'), [])

    def test_next_is_armed_while_a_run_goes_on(self):
        first, second = marks(self.redis, 'slow')
        self.assertGreater(first[4], self.begin)  # the slot it saw armed
        self.assertIsNone(second[4])

    def test_retry_does_not_start_a_second_chain(self):
        self.assertEqual(len(marks(self.redis, 'retried')), 3)  # the first failed and was retried
        self.assertEqual(self.stored('retried', 'state'), b'finished')
        self.assertEqual(waiting(self.redis, 'retried'), [])

    def test_meta_description_timeout_origin(self):
        for mark in marks(self.redis, 'meta'):
            self.assertEqual(mark[4:], [{'a': 1}, 'told', 60, 'default'])
        self.assertEqual(len(marks(self.redis, 'meta')), 2)

    def test_callback_of_every_run(self):
        self.assertEqual([json.loads(one)[1] for one in self.redis.lrange('callback', 0, -1)], ['callback', 'callback'])

    def test_cron_with_seconds_in_both_dialects(self):
        for name, step in (('seconds', 2), ('croniter', 3)):
            self.check_counted(name, step=1)
            self.assertEqual(int(self.stored(name, 'slot')) % step, 0)

    def test_late_runs_do_not_pile_up(self):
        slot = int(self.stored('late', 'slot'))
        self.assertGreater(slot, self.begin)
        self.assertEqual((slot - self.begin) % 2, 0)
        self.assertLessEqual(MANY - int(self.stored('late', 'remaining')), (slot - self.begin) // 2 + 4)

    def test_cancelled(self):
        self.assertEqual(marks(self.redis, 'cancelled'), [])
        self.assertEqual(waiting(self.redis, 'cancelled'), [])

    def test_armed_by_version_1(self):
        found = marks(self.redis, 'hand')
        metas = [one[4] for one in found[1:]]
        self.assertEqual([{**meta, 'repeat': 0} for meta in metas], [{'interval': 2, 'repeat': 0, 'mine': 'kept'}] * 2)
        self.assertEqual(metas[-1]['repeat'], 0)
        self.assertEqual([one[5:] for one in found[1:]], [['by hand', 77, 'default']] * 2)
        self.assertEqual(len(found), 3)
        self.assertEqual(found[0][2], 'hand-%d' % self.begin)
        self.assertEqual({one[2] for one in found[1:]}, {found[1][2]})
        self.assertIn(found[1][2], ('old:hand', 'hand'))  # RQ 2 and later cannot hold the first
        self.assertEqual(self.stored('hand', 'state'), b'finished')
        self.check_counted('on', step=2)

    def test_without_definition_runs_once(self):
        self.assertEqual(len(marks(self.redis, 'gone')), 1)
        self.assertEqual(waiting(self.redis, 'gone'), [])

    def test_simple_worker(self):
        self.assertEqual(len(marks(self.simple, 'simple')), 3)
        self.check_counted('simple-failing', self.simple)

    def test_nothing_needed_repair(self):
        self.assertEqual(self.repaired, [])


if __name__ == '__main__':
    main()
