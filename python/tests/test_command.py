"""``python -m rq_recurring`` as a person or a script calls it."""

import json
import os
import signal
import subprocess
import sys
import time
import unittest
from datetime import datetime, timedelta

import support
from support import emptied, main, start_server, start_worker, stop

import recurring_jobs as jobs
import rq_recurring
from rq_recurring import Scheduler, cron, every, get

DB = 11


def setUpModule():
    start_server()


class Command(unittest.TestCase):
    def setUp(self):
        self.redis = emptied(DB)

    def run_command(self, *arguments, code=0, **environ):
        command = [sys.executable, '-m', 'rq_recurring', *arguments]
        environ = {'RQ_REDIS_URL': support.url(DB), **environ}
        done = subprocess.run(command, env=support.environment(**environ), stdout=-1, stderr=-1, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stdout.decode()

    def json(self, *arguments, **options):
        return json.loads(self.run_command(*arguments, '--json', **options))

    def test_version(self):
        self.assertEqual(self.run_command('--version').strip(), rq_recurring.__version__)
        self.run_command(code=2)

    def test_list(self):
        every(60, jobs.ok, ['x'], connection=self.redis, name='often', queue='low', repeat=3)
        cron('0 3 * * *', jobs.ok, connection=self.redis, name='rule', tz='Asia/Shanghai')
        Scheduler(connection=self.redis).schedule(datetime.utcnow() + timedelta(hours=99), jobs.ok, interval=5, id='late')
        found = self.json('list')
        self.assertEqual([one['id'] for one in found], ['often', 'rule', 'late'])
        often = get('often', connection=self.redis)
        self.assertEqual(
            {name: found[0][name] for name in ('queue', 'kind', 'interval', 'next_run', 'remaining', 'state', 'func_name')},
            {'queue': 'low', 'kind': 'interval', 'interval': 60, 'next_run': often.slot, 'remaining': 3,
             'state': 'active', 'func_name': 'recurring_jobs.ok'},
        )  # fmt: skip
        self.assertEqual((found[1]['cron'], found[1]['tz']), ('0 3 * * *', 'Asia/Shanghai'))
        self.assertEqual([one['id'] for one in self.json('list', '--queue', 'low')], ['often'])
        text = self.run_command('list', '-u', support.url(DB))
        self.assertEqual(len(text.splitlines()), 4)
        self.assertEqual(self.json('list', '--url', support.url(12)), [])

    def test_next(self):
        self.assertEqual(
            self.json('next', '0 3 * * *', '--tz', 'Asia/Shanghai', '--count', '3'),
            rq_recurring.next_times('0 3 * * *', 3, tz='Asia/Shanghai'),
        )
        self.assertEqual(len(self.run_command('next', '* * * * *').splitlines()), 5)
        self.run_command('next', '61 * * * *', code=2)

    def test_cancel(self):
        every(60, jobs.ok, connection=self.redis, name='often')
        self.assertEqual(self.json('cancel', 'often'), {'series': 'often', 'cancelled': True})
        self.assertEqual(self.json('cancel', 'often', code=1), {'series': 'often', 'cancelled': False})
        self.assertEqual(self.json('list'), [])

    def test_repair(self):
        series = every(60, jobs.ok, connection=self.redis, name='often')
        self.assertEqual(self.json('repair'), [])
        self.redis.delete('rq:job:' + series.job_id)
        self.assertEqual([one['series'] for one in self.json('repair')], ['often'])
        self.assertEqual(self.json('repair'), [])

    def problems(self, code=1):
        report = self.json('doctor', code=code)
        self.assertEqual(report['ok'], code == 0)
        return sorted(one['code'] for one in report['problems'])

    def test_doctor(self):
        self.assertEqual(self.problems(code=0), [])
        series = every(600, jobs.ok, connection=self.redis, name='often')
        self.assertEqual(self.problems(), ['no-worker'])
        worker = start_worker(['default'], DB)
        try:
            for _ in range(200):
                if self.redis.exists('rq:scheduler-lock:default') and self.redis.keys('rq:worker:*'):
                    break
                time.sleep(0.05)
            self.assertEqual(self.problems(code=0), [])
            self.redis.delete('rq:job:' + series.job_id)
            self.redis.zadd('rq:scheduler:scheduled_jobs', {'old': 1893456000})
            self.assertEqual(self.problems(), ['legacy-entries', 'lost'])
        finally:
            stop(worker)

    def test_scheduler_takes_rqschedulers_options_and_ends(self):
        pid = os.path.join(support.SERVER['folder'], 'pid')
        self.run_command('scheduler', '--burst', '-i', '1', '--verbose', '--path', '.', '--pid', pid)
        self.assertTrue(os.path.exists(pid))
        self.redis.flushdb()
        port = str(support.SERVER['port'])
        environ = {key: value for key, value in support.environment().items() if key != 'RQ_REDIS_URL'}
        command = [sys.executable, '-m', 'rq_recurring', 'scheduler', '-H', '127.0.0.1', '-p', port, '-d', str(DB)]
        process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if self.redis.keys('*scheduler_instance*'):
                break
            time.sleep(0.05)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        os.kill(process.pid, signal.SIGTERM)
        self.assertEqual(process.wait(20), 0)


if __name__ == '__main__':
    main()
