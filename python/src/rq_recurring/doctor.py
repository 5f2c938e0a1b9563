"""Whether every series has somebody who runs it: what ``python -m rq_recurring doctor`` says."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Dict, List, Set, Tuple

from redis import Redis
from rq import Worker
from rq.scheduler import RQScheduler
from rq.version import VERSION as RQ_VERSION

from .control import lost_series
from .keys import LEGACY_SCHEDULED_JOBS_KEY, job_key
from .series import ACTIVE, Series, load_all
from .version import __version__
from .zones import local_zone

GRACE = 1.0
"""Seconds between two looks at a series that seems lost, as in ``repair``."""

OVERDUE_AFTER = 60
"""Seconds after its time at which a tick that still waits counts as overdue."""


@dataclass(frozen=True)
class Problem:
    """One thing to do: a code, and a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True)
class Report:
    """Facts by name, and the problems found."""

    facts: Dict[str, Any] = field(default_factory=dict)
    problems: List[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there is nothing to do."""
        return not self.problems


def examine(connection: Redis) -> Report:
    """Look at series, workers, RQ's scheduler locks and rq-scheduler's own set. Writes nothing."""
    active = [one for one in load_all(connection) if one.state == ACTIVE]
    workers = Worker.all(connection=connection)
    served: Set[str] = {name for worker in workers for name in worker.queue_names()}
    legacy = connection.zcard(LEGACY_SCHEDULED_JOBS_KEY)
    report = Report(
        facts={
            'rq_recurring': __version__,
            'rq': RQ_VERSION,
            'active_series': len(active),
            'workers': len(workers),
            'local_zone': _zone_or_reason(),
        }
    )
    for queue in sorted({one.queue for one in active}):
        if queue not in served:
            report.problems.append(Problem('no-worker', 'No worker listens to queue {}.'.format(queue)))
        elif not connection.exists(RQScheduler.get_locking_key(queue)):
            report.problems.append(
                Problem(
                    'no-scheduler',
                    'No scheduler serves queue {}: start its workers with --with-scheduler.'.format(queue),
                )
            )
    for series_id, reason in _surely_lost(connection, active):
        report.problems.append(
            Problem('lost', 'Series {}: {}. Run: python -m rq_recurring repair'.format(series_id, reason))
        )
    overdue = [one for one in active if one.slot is not None and one.slot < time.time() - OVERDUE_AFTER]
    for one in overdue:
        report.problems.append(Problem('overdue', 'Series {} should have run and has not.'.format(one.id)))
    for one in active:
        if one.version != '1' and one.expires is None and not connection.exists(job_key(one.job)):
            report.problems.append(
                Problem(
                    'job-deleted', 'Series {} ends at its next time: its job {} was deleted.'.format(one.id, one.job)
                )
            )
    if legacy:
        report.problems.append(
            Problem('legacy-entries', '{} jobs still wait in rq-scheduler\'s own set.'.format(legacy))
        )
    return report


def _surely_lost(connection: Redis, active: List[Series]) -> List[Tuple[str, str]]:
    """Series that are lost at two looks: a worker that has just taken a tick leaves a moment in which it is nowhere."""
    suspects = {series_id for series_id, _ in lost_series(connection, active)}
    if not suspects:
        return []
    time.sleep(GRACE)
    return [(series_id, reason) for series_id, reason in lost_series(connection) if series_id in suspects]


def _zone_or_reason() -> str:
    try:
        return local_zone()
    except ValueError as error:
        return str(error)
