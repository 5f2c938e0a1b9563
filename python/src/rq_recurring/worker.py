"""What workers execute: the tick of a series, and the run of one that an earlier version armed."""

from __future__ import annotations

import base64
import logging
import time
from typing import Any, Optional, Tuple, Union

from redis import Redis
from rq import get_current_job
from rq.job import Job
from rq.timeouts import BaseTimeoutException

from .keys import SCHEDULED_JOBS_KEY, job_key, series_key
from .listing import prune
from .series import (
    ACTIVE,
    FORGET_AFTER,
    Series,
    enqueue_within,
    expiry_of_job,
    fetch_job,
    inflate,
    job_may_have_expired,
    load,
    new_tick,
    open_for_enqueuing,
    queue_for,
    rebuilt_job,
    slot_after,
    transact,
    write_state,
)
from .version import __version__

logger = logging.getLogger('rq.recurring')

LATE = 2
"""Seconds after its slot at which a tick counts as late. The run after a late one keeps half an interval's distance."""


def tick(series: str, slot: int) -> None:
    """The function of every armed tick: in one transaction, arm the next tick and enqueue the real job.

    Nothing happens unless the series still waits for this very ``slot``: a retry, a requeued or a duplicate tick
    enqueues nothing twice. Where the next time cannot be told here (an unknown zone, say), the run is enqueued all
    the same and the error raised, so that RQ tries the tick again.
    """
    job = _current_job('tick')
    error = transact(job.connection, lambda pipe: _advance(pipe, job.connection, series, slot, enqueue=True))
    try:
        prune(job.connection, SCHEDULED_JOBS_KEY)
    except Exception:
        logger.warning('The list of scheduled jobs could not be tidied', exc_info=True)
    if error is not None:
        raise error


def ping() -> str:
    """Do nothing but return this package's version: a job that proves a worker can import it."""
    return __version__


def run(series: str, slot: int, data: Union[bytes, str]) -> Any:
    """The function of an occurrence that rq_recurring 1 armed: arm the next tick, then call the original function.

    ``data`` is the ``data`` field of the original job hash (base64 text for a serializer without bytes). From here on
    the series is one of ticks.
    """
    job = _current_job('run')
    failure = _try_advance(job, series, slot)
    try:
        return _original(job, data)._execute()  # what Job.perform calls, in every RQ version
    finally:
        if failure is not None:
            _try_advance(job, series, slot)


def _current_job(name: str) -> Job:
    job = get_current_job()
    if job is None:
        raise RuntimeError('rq_recurring.{} is the function of an RQ job and only runs inside a worker'.format(name))
    return job


def _original(job: Job, data: Union[bytes, str]) -> Job:
    """A job, never stored, that holds the original function call, for RQ itself to resolve and call."""
    raw = base64.b64decode(data) if isinstance(data, str) else data
    original = type(job)(connection=job.connection, serializer=job.serializer)
    original.data = inflate(raw)
    return original


def _try_advance(job: Job, series_id: str, slot: int) -> Optional[Exception]:
    """``_advance``, except that an error (Redis away, zone data missing) never keeps the function from running."""
    try:
        error: Optional[Exception] = transact(
            job.connection, lambda pipe: _advance(pipe, job.connection, series_id, slot, enqueue=False)
        )
    except BaseTimeoutException:
        raise
    except Exception as raised:
        error = raised
    if error is not None:
        logger.error('Series %s: could not arm the occurrence after %s', series_id, job.id, exc_info=error)
    return error


def _advance(pipe: Any, connection: Redis, series_id: str, slot: int, enqueue: bool) -> Optional[Exception]:
    """Arm the tick after ``slot`` and, if wanted, enqueue the run of ``slot``; returns why nothing could be armed."""
    pipe.watch(series_key(series_id))
    series = load(pipe, series_id, connection)
    if series is None or series.state != ACTIVE or series.slot != slot:
        logger.info('Series %s does not wait for %s any more', series_id, slot)
        return None
    series.job = series.job or series.legacy_id or series.id
    job: Optional[Job] = None
    if enqueue and series.enqueued != slot:
        job = _job_to_run(pipe, connection, series)
        if job is None:
            _end_deleted(pipe, series)
            return None
    series.version, series.expires = '2', expiry_of_job(series, time.time())
    following, error = _following(series, slot)
    if error is None and series.remaining is not None:
        series.remaining -= 1
    series.previous, series.enqueued = slot, None
    next_tick = new_tick(pipe, connection, series, following) if error is None and following is not None else None
    enqueuing = False
    if job is None:
        pipe.multi()
    else:
        _count_down(job)
        queue = queue_for(connection, series, job)
        enqueuing = open_for_enqueuing(pipe, queue, job)
    if job is not None and enqueuing:
        enqueue_within(pipe, queue, job)
    if error is None:
        write_state(pipe, series, following, next_tick, whole=False)
    else:
        pipe.hset(series_key(series_id), mapping={'previous': slot, 'enqueued': slot, 'job': series.job})
    return error


def _following(series: Series, slot: int) -> Tuple[Optional[int], Optional[Exception]]:
    """The slot after ``slot`` that is still to come (None: this was the last), or why it cannot be told."""
    if series.remaining is not None and series.remaining <= 1:
        return None, None
    now = time.time()
    moment = max(now, slot)
    if series.interval and now - slot > LATE:
        moment += series.interval / 2
    try:
        return slot_after(series, moment), None
    except Exception as error:
        return None, error


def _job_to_run(pipe: Any, connection: Redis, series: Series) -> Optional[Job]:
    """The real job, made again where its hash has expired; None: the application has deleted it."""
    pipe.watch(job_key(series.job))
    job = fetch_job(pipe, connection, series)
    if job is None and job_may_have_expired(series, time.time()):
        return rebuilt_job(connection, series)
    return job


def _end_deleted(pipe: Any, series: Series) -> None:
    """End a series whose job was deleted: under rq-scheduler, too, ``job.delete()`` ends a schedule."""
    logger.info('Series %s ends: its job %s was deleted', series.id, series.job)
    pipe.multi()
    pipe.hset(series_key(series.id), mapping={'state': 'cancelled', 'slot': '', 'job_id': ''})
    pipe.expire(series_key(series.id), FORGET_AFTER)
    if series.listed_in:
        pipe.zrem(series.listed_in, series.job)


def _count_down(job: Job) -> None:
    """rq-scheduler counts the runs that are left in the job's meta, where applications read them."""
    if isinstance(job.meta, dict) and job.meta.get('repeat'):
        job.meta['repeat'] = int(job.meta['repeat']) - 1
