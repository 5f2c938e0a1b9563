"""What workers execute: the tick of a series, and the run of one that an earlier version armed."""

from __future__ import annotations

import base64
import logging
import time
from typing import Any, Callable, Optional, Tuple, Union

from redis import Redis
from rq import get_current_job
from rq.job import Job
from rq.timeouts import BaseTimeoutException

from .crontab import check_cron
from .keys import SCHEDULED_JOBS_KEY, as_text, job_key, queue_key, series_key
from .listing import prune
from .series import (
    ACTIVE,
    FORGET_AFTER,
    OCCURRENCE,
    Series,
    count_down,
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
    to_hash,
    transact,
    write_state,
)
from .version import __version__

logger = logging.getLogger('rq.recurring')

LATE = 2
"""Seconds after its slot at which a tick counts as late. The run after a late one keeps half an interval's distance."""

AT_ONCE = 100
"""Jobs at the head of a queue among which a tick looks for other ticks."""


def tick(series: str, slot: int) -> None:
    """The function of every armed tick: in one transaction, arm the next tick and enqueue the real job.

    Nothing happens unless the series still waits for this very ``slot``: a retry, a requeued or a duplicate tick
    enqueues nothing twice. Where the next time cannot be told here (an unknown zone, say), the run is enqueued all
    the same and the error raised, so that RQ tries the tick again. Ticks of other series that wait at the head of the
    same queue are done in one go: jobs of one minute cost one small job more, not one each.
    """
    job = _current_job('tick')
    connection = job.connection
    error = transact(connection, lambda pipe: _advance(pipe, connection, series, slot, enqueue=True))
    try:
        _advance_queued(connection, job.origin)
        prune(connection, SCHEDULED_JOBS_KEY)
    except BaseTimeoutException:
        raise
    except Exception:
        logger.warning('After the tick of series %s', series, exc_info=True)
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


def _advance_queued(connection: Redis, queue: str) -> None:
    """Do the work of the ticks at the head of a queue, the earliest first, and take them off it."""
    ids = [as_text(job_id) for job_id in connection.lrange(queue_key(queue), 0, AT_ONCE - 1)]
    named = [(match.group(1), job_id) for match, job_id in zip(map(OCCURRENCE.fullmatch, ids), ids) if match]
    if not named:
        return
    with connection.pipeline(transaction=False) as pipe:
        for series_id, _ in named:
            pipe.hmget(series_key(series_id), 'job_id', 'slot', 'version')
        armed = pipe.execute()
    due = [
        (int(slot), series_id, job_id)
        for (series_id, job_id), (armed_id, slot, version) in zip(named, armed)
        if armed_id is not None and as_text(armed_id) == job_id and slot and version == b'2'
    ]
    for slot, series_id, job_id in sorted(due):
        transact(connection, _taking(connection, queue, series_id, slot, job_id))


def _taking(connection: Redis, queue: str, series_id: str, slot: int, tick_id: str) -> Callable[[Any], None]:
    """The step that does the work of a queued tick in its place, unless a worker has taken it meanwhile."""

    def step(pipe: Any) -> None:
        pipe.watch(job_key(tick_id))
        if pipe.hget(job_key(tick_id), 'status') != b'queued':
            return
        error = _advance(pipe, connection, series_id, slot, enqueue=True)
        if pipe.explicit_transaction and error is None:
            pipe.lrem(queue_key(queue), 1, tick_id)
            pipe.delete(job_key(tick_id))

    return step


def _advance(pipe: Any, connection: Redis, series_id: str, slot: int, enqueue: bool) -> Optional[Exception]:
    """Arm the tick after ``slot`` and, if wanted, enqueue the run of ``slot``; returns why nothing could be armed."""
    pipe.watch(series_key(series_id))
    series = load(pipe, series_id, connection)
    if series is None or series.state != ACTIVE or series.slot != slot:
        logger.info('Series %s does not wait for %s any more', series_id, slot)
        return None
    job: Optional[Job] = None
    if enqueue and series.enqueued != slot:
        job = _job_to_run(pipe, connection, series)
        if job is None:
            _end_deleted(pipe, series)
            return None
        _follow_meta(series, job, slot)
    if enqueue:  # a run of version 1 leaves the series without a job, for the next tick to make
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
        count_down(job)
        queue = queue_for(connection, series, job)
        enqueuing = open_for_enqueuing(pipe, queue, job)
    if job is not None and enqueuing:
        enqueue_within(pipe, queue, job)
    if error is None:
        write_state(pipe, series, following, next_tick, whole=False)
    else:
        names = ('version', 'job', 'expires')
        kept = {name: value for name, value in to_hash(series).items() if name in names}
        pipe.hset(series_key(series_id), mapping={**kept, 'previous': slot, 'enqueued': slot})
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
    """The real job, made again where its hash has expired; None: the application has deleted it.

    The worker of a run whose hash is gone by then writes it again when the run ends, but without ``meta``: such a hash
    counts as gone.
    """
    pipe.watch(job_key(series.job))
    job = fetch_job(pipe, connection, series)
    if job is not None and series.raw_meta and not pipe.hexists(job_key(series.job), 'meta'):
        job = None
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


def _follow_meta(series: Series, job: Job, slot: int) -> None:
    """Take over another interval or cron string that the application has saved in its job's meta.

    rq-scheduler reads the rule from there at every run; what it could not read there is passed over here.
    """
    if not series.listed_in or not isinstance(job.meta, dict):
        return
    interval, expression = job.meta.get('interval'), job.meta.get('cron_string')
    try:
        if series.kind == 'interval' and interval and int(interval) not in (series.interval, 0):
            series.interval, series.anchor = int(interval), slot
        elif series.kind == 'cron' and expression and expression != series.cron:
            check_cron(expression, series.dialect, series.tz, time.time())
            series.cron = expression
    except (TypeError, ValueError):
        logger.warning('Series %s: the rule in the meta of job %s is not readable', series.id, job.id, exc_info=True)
