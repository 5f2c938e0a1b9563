"""Recurring and one-shot schedules on RQ's own scheduler, without rq-scheduler.

``Scheduler`` is a drop-in for ``rq_scheduler.Scheduler``: same constructor, same methods, same job ids. What it writes
is native: one-shot jobs stand in RQ's ScheduledJobRegistry; a recurring job is a *series*. A series is a definition
kept in Redis; exactly one *tick* of it, a small job, waits in RQ's registry. When a worker executes the tick, one
transaction arms the next tick and enqueues the real job, so a failing job, a killed worker or a slow run cannot stop
the series.

    from rq_recurring import Scheduler                     # instead of: from rq_scheduler import Scheduler

    from rq_recurring import cron, every                   # or without the old names
    every(300, tasks.poll, args=('eu',), connection=redis, name='poll-eu')
    cron('0 9 * * mon-fri', tasks.report, connection=redis, tz='Europe/Berlin', name='report')

Workers need ``--with-scheduler`` and must be able to import this package under the name the application used; no
other process is needed. Needs Python >= 3.8 and rq >= 1.15.1.
"""

from .control import (
    Definition,
    Ensured,
    Repair,
    cancel,
    cron,
    ensure,
    every,
    get,
    list_series,
    next_times,
    pause,
    repair,
    resume,
    run_now,
)
from .scheduler import Scheduler
from .series import Series
from .version import __version__
from .worker import ping, run, tick

VERSION = tuple(int(part) for part in __version__.split('.'))

__all__ = [
    'VERSION',
    'Definition',
    'Ensured',
    'Repair',
    'Scheduler',
    'Series',
    '__version__',
    'cancel',
    'cron',
    'ensure',
    'every',
    'get',
    'list_series',
    'next_times',
    'pause',
    'ping',
    'repair',
    'resume',
    'run',
    'run_now',
    'tick',
]
