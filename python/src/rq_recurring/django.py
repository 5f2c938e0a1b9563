"""For projects with django-rq: ``get_scheduler`` and the management command, both over RQ's own scheduler.

``get_scheduler`` takes the place of ``django_rq.get_scheduler``, which needs rq-scheduler; it reads ``RQ_QUEUES`` and
``RQ`` as django-rq does. ``Command`` takes the place of django-rq's ``rqscheduler`` command: put
``from rq_recurring.django import Command`` into ``management/commands/rqscheduler.py`` of an application, where a
deployment still calls ``manage.py rqscheduler``.
"""

from __future__ import annotations

import os
from typing import Any, Optional

from django.conf import settings
from django.core.management.base import BaseCommand
from django_rq.queues import get_connection, get_queue
from redis import Redis
from rq.job import Job
from rq.queue import Queue
from rq.utils import import_attribute

from .scheduler import Scheduler
from .utils import setup_loghandlers

__all__ = ['Command', 'DjangoScheduler', 'get_scheduler']


class DjangoScheduler(Scheduler):
    """A Scheduler that gives jobs the ``DEFAULT_TIMEOUT`` of their queue and the ``DEFAULT_RESULT_TTL`` of ``RQ``."""

    def _create_job(self, *args: Any, **kwargs: Any) -> Job:
        if kwargs.get('timeout') is None:
            queue = settings.RQ_QUEUES[kwargs.get('queue_name') or self.queue_name]
            kwargs['timeout'] = queue.get('DEFAULT_TIMEOUT')
        if kwargs.get('result_ttl') is None:
            kwargs['result_ttl'] = getattr(settings, 'RQ', {}).get('DEFAULT_RESULT_TTL')
        return super()._create_job(*args, **kwargs)


def get_scheduler(
    name: str = 'default',
    queue: Optional[Queue] = None,
    interval: int = 60,
    connection: Optional[Redis] = None,
) -> Scheduler:
    """The Scheduler of a queue of ``RQ_QUEUES``, of the class ``RQ['SCHEDULER_CLASS']`` where that is set."""
    scheduler_class = getattr(settings, 'RQ', {}).get('SCHEDULER_CLASS', DjangoScheduler)
    if isinstance(scheduler_class, str):
        scheduler_class = import_attribute(scheduler_class)
    if queue is None:
        queue = get_queue(name)
    return scheduler_class(  # type: ignore[no-any-return]
        queue_name=name,
        interval=interval,
        queue=queue,
        job_class=queue.job_class,
        connection=get_connection(name) if connection is None else connection,
    )


class Command(BaseCommand):  # type: ignore[misc]
    """``manage.py rqscheduler``: says that workers schedule now, and waits."""

    help = 'Waits: RQ workers started with --with-scheduler run the schedule now'
    args = '<queue>'

    def add_arguments(self, parser: Any) -> None:
        """The options of django-rq's command."""
        parser.add_argument('--pid', default=None, help='write the id of this process to this file')
        parser.add_argument('--interval', '-i', type=int, default=60, help='seconds between two signs of life')
        parser.add_argument('--queue', default='default', help='the queue of RQ_QUEUES whose connection is used')
        parser.add_argument('args', nargs='*')

    def handle(self, *args: Any, **options: Any) -> None:
        """Wait until SIGTERM or SIGINT."""
        pid = options.get('pid')
        if pid:
            with open(os.path.expanduser(pid), 'w') as file:
                file.write(str(os.getpid()))
        setup_loghandlers({0: 'WARNING', 1: 'INFO'}.get(int(options.get('verbosity') or 0), 'DEBUG'))
        get_scheduler(name=options['queue'], interval=options['interval']).run()
