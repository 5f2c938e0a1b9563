"""Names of the keys in Redis, and the ids of series.

RQ 3.0 can prefix its keys (``RQ_KEY_PREFIX``). The keys of this package then carry that prefix too, so that two
applications with different prefixes keep their schedules apart in one database, as their jobs are.
"""

from __future__ import annotations

import hashlib
import re
from typing import Union

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.registry import ScheduledJobRegistry
from rq.version import VERSION

_PREFIX = Job.redis_job_namespace_prefix[: -len(':job:')]

NAMESPACE = 'migrate-scheduler:' if _PREFIX == 'rq' else 'migrate-scheduler:{}:'.format(_PREFIX)
"""What every key of this package begins with."""

SERIES_KEY = NAMESPACE + 'series'
"""SET of the ids of all series; each series is the HASH ``<SERIES_KEY>:<id>``."""

MIGRATED_KEY = NAMESPACE + 'migrated_series'
"""SET of the ids of series that migrate-scheduler made: applications may know them by other names."""

SCHEDULED_JOBS_KEY = NAMESPACE + 'scheduled_jobs'
"""ZSET of the jobs that ``Scheduler`` lists: job id, scored by the epoch second of its next run."""

LEGACY_SCHEDULED_JOBS_KEY = 'rq:scheduler:scheduled_jobs'
"""The ZSET in which rq-scheduler keeps its jobs. It does not follow ``RQ_KEY_PREFIX``."""

_SAFE_ID = re.compile(r'[A-Za-z0-9_-]+')


def series_key(series_id: str) -> str:
    """The key of a series' hash."""
    return SERIES_KEY + ':' + series_id


def job_key(job_id: str) -> str:
    """The key of a job's hash, RQ's own."""
    return Job.key_for(job_id)  # type: ignore[no-any-return,unused-ignore]


def queue_key(queue: str) -> str:
    """The key of a queue's list, RQ's own."""
    return Queue.redis_queue_namespace_prefix + queue


def registry_key(queue: str) -> str:
    """The key of the ZSET in which RQ keeps a queue's scheduled jobs."""
    return ScheduledJobRegistry.key_template.format(queue)


def is_safe_id(job_id: str) -> bool:
    """Whether every version of RQ can keep a job of this id in its ScheduledJobRegistry."""
    return _SAFE_ID.fullmatch(job_id) is not None


def rq_holds(job_id: str) -> bool:
    """Whether this version of RQ can keep, and run, a job of this id."""
    if is_safe_id(job_id):
        return True
    if ':' in job_id and not VERSION.startswith('1.'):  # RQ 2 takes what follows for the id of an execution
        return False
    try:
        Job(job_id, connection=Redis())  # does not connect
    except ValueError:
        return False
    return True


def series_id_for(job_id: str) -> str:
    """The id of the series of a job: the job's own id where RQ can schedule it, else a safe one made from it.

    migrate-scheduler derives the same id for the same job (``seriesIdFor``).
    """
    if is_safe_id(job_id):
        return job_id
    raw = job_id.encode()
    kept = re.sub(r'[^A-Za-z0-9_-]+', '-', raw.decode('latin-1')).lstrip('-')[:40].rstrip('-')
    digest = hashlib.sha256(raw).hexdigest()[:16]
    return '{}-{}'.format(kept or 'job', digest)


def as_text(value: Union[str, bytes]) -> str:
    """Text of what Redis or an application gives as text or bytes."""
    return value.decode() if isinstance(value, bytes) else value
