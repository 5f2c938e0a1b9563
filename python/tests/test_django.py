"""``rq_recurring.django`` beside a real django-rq, in an environment without rq-scheduler or with it."""

import os
import signal
import subprocess
import sys
import time
import unittest
from datetime import datetime, timedelta

import support
from support import emptied, main, start_server

import django
from django import conf

DB = 14
PROGRAM = """
import sys
from django.conf import settings
settings.configure(RQ_QUEUES={'default': {'HOST': '127.0.0.1', 'PORT': %d, 'DB': %d}}, INSTALLED_APPS=['django_rq'])
import django
django.setup()
from rq_recurring.django import Command
from django.core.management import call_command
call_command(Command(), '--queue', 'default', '--interval', '1', '--pid', sys.argv[1])
"""


class OwnScheduler:
    """Made by tests through RQ['SCHEDULER_CLASS']; keeps what it was given."""

    def __init__(self, **given):
        self.given = given


def setUpModule():
    start_server()
    place = {'HOST': '127.0.0.1', 'PORT': support.SERVER['port'], 'DB': DB}
    queues = {
        'default': {**place, 'DEFAULT_TIMEOUT': 360},
        'low': {**place, 'DEFAULT_TIMEOUT': 500},
        'plain': place,
    }
    conf.settings.configure(RQ_QUEUES=queues, RQ={}, INSTALLED_APPS=['django_rq'], USE_TZ=True)
    django.setup()


class Django(unittest.TestCase):
    def setUp(self):
        self.redis = emptied(DB)
        conf.settings.RQ = {}
        from rq_recurring import django as ours

        self.ours = ours

    def stored(self, job):
        return job.fetch(job.id, connection=self.redis)

    def test_default_timeout_of_each_queue(self):
        import recurring_jobs as jobs

        scheduler = self.ours.get_scheduler('default')
        later = datetime.utcnow() + timedelta(minutes=1)
        for queue, timeout in (('default', 360), ('low', 500), ('plain', None)):
            made = [
                scheduler.schedule(later, jobs.ok, interval=60, queue_name=queue),
                scheduler.cron('0 3 * * *', jobs.ok, queue_name=queue),
                self.ours.get_scheduler(queue).enqueue_at(later, jobs.ok),
            ]
            for job in made:
                found = self.stored(job)
                self.assertEqual((found.timeout, found.origin), (timeout, queue))
        self.assertEqual(self.stored(scheduler.enqueue_at(later, jobs.ok, timeout=5)).timeout, 5)
        self.assertEqual(scheduler.count(), 10)

    def test_default_result_ttl(self):
        import recurring_jobs as jobs

        conf.settings.RQ = {'DEFAULT_RESULT_TTL': 77}
        later = datetime.utcnow() + timedelta(minutes=1)
        scheduler = self.ours.get_scheduler()
        self.assertEqual(self.stored(scheduler.enqueue_at(later, jobs.ok)).result_ttl, 77)
        self.assertEqual(self.stored(scheduler.schedule(later, jobs.ok, interval=60)).result_ttl, -1)

    def test_scheduler_class(self):
        for given in (OwnScheduler, 'test_django.OwnScheduler'):
            sys.modules.setdefault('test_django', sys.modules[__name__])
            conf.settings.RQ = {'SCHEDULER_CLASS': given}
            scheduler = self.ours.get_scheduler('low', interval=5)
            self.assertIsInstance(scheduler, OwnScheduler)
            self.assertEqual((scheduler.given['queue_name'], scheduler.given['interval']), ('low', 5))
            self.assertEqual(scheduler.given['queue'].name, 'low')

    def test_own_queue_and_connection(self):
        import django_rq

        queue = django_rq.get_queue('low')
        scheduler = self.ours.get_scheduler('low', queue=queue, connection=self.redis)
        self.assertIs(scheduler.connection, self.redis)
        self.assertEqual(scheduler.queue_name, 'low')

    def test_command(self):
        pid = os.path.join(support.SERVER['folder'], 'django-pid')
        command = [sys.executable, '-B', '-c', PROGRAM % (support.SERVER['port'], DB), pid]
        process = subprocess.Popen(command, env=support.environment(), stderr=subprocess.DEVNULL)
        for _ in range(400):
            if self.redis.keys('*scheduler_instance*'):
                break
            time.sleep(0.05)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        with open(pid) as file:
            self.assertEqual(int(file.read()), process.pid)
        os.kill(process.pid, signal.SIGTERM)
        self.assertEqual(process.wait(20), 0)

    def test_command_can_be_a_base_class(self):
        class Mine(self.ours.Command):
            def handle(self, *args, **options):
                return '{queue} {interval} {pid}'.format(**options)

        from django.core.management import call_command

        self.assertEqual(call_command(Mine(), '--queue', 'low', '-i', '5'), 'low 5 None')


if __name__ == '__main__':
    print('django', django.get_version())
    main()
