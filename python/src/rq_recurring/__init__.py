"""Recurring jobs for RQ's own scheduler: intervals, repeats and cron, without rq-scheduler.

RQ's scheduler (``rq worker --with-scheduler``) enqueues a job once, at one time. This module makes a
*series* of such jobs. A series is a definition kept in Redis; exactly one of its runs, the *armed
occurrence*, waits in RQ's ScheduledJobRegistry as an ordinary job whose function is ``run``. When a worker
executes it, ``run`` first arms the next occurrence and then calls your function with your arguments, so a
failing job, a killed worker or a slow run cannot stop the series.

    from rq_recurring import cron, every

    every(300, tasks.poll, args=('eu',), connection=redis, name='poll-eu')
    cron('0 9 * * mon-fri', tasks.report, connection=redis, tz='Europe/Berlin', name='report')

At start-up, instead of cancelling every rq-scheduler job and registering it again, call ``ensure``; in the
worker's start script call ``repair`` to re-arm a series whose waiting job was lost. Workers need
``--with-scheduler`` and must be able to import this module under the name the application used.

Needs Python >= 3.8 and rq >= 1.15.1. croniter is needed only for series in croniter's cron dialect.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import logging
import re
import time
import zlib
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Set, Tuple, Union

from redis import Redis, WatchError
from rq import Callback, Queue, get_current_job
from rq.job import Job, JobStatus
from rq.registry import ScheduledJobRegistry
from rq.serializers import DefaultSerializer, JSONSerializer, resolve_serializer
from rq.timeouts import BaseTimeoutException
from rq.utils import parse_timeout

__all__ = ['Definition', 'Series', 'cancel', 'cron', 'ensure', 'every', 'list_series', 'next_times', 'ping', 'repair', 'run']
__version__ = '1.0.0'

logger = logging.getLogger('rq.recurring')

SERIES_KEY = 'migrate-scheduler:series'
"""SET of the ids of all series; each series is the HASH ``migrate-scheduler:series:<id>``."""

CANCELLED_TTL = 30 * 86400
"""Seconds a cancelled series is remembered, so that a run of it still queued knows not to call the function."""

ACTIVE, FINISHED, CANCELLED = 'active', 'finished', 'cancelled'

_ID = re.compile(r'[A-Za-z0-9_-]+')
_CALLBACKS = ('success', 'failure', 'stopped')
_SCHEDULER_META = ('interval', 'repeat', 'cron_string', 'use_local_timezone', 'queue_class_name')
_UNDERWAY = ('started', 'deferred', 'rate_limited', 'ready_to_enqueue')


# ---- what the application calls ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Definition:
    """One series as the application wants it: the same keywords that ``every`` and ``cron`` take.

    Exactly one of ``interval`` (seconds) and ``cron`` (expression) is given. ``name`` is the id of the series
    (letters, digits, ``_`` and ``-``); giving one is recommended. Without it the id is derived from function,
    arguments, queue and schedule, so that registering the same thing twice is harmless, but a *changed*
    schedule is a second series (``ensure`` then removes the first).

    ``start``: first run; a datetime (a naive one is UTC, as for rq-scheduler) or epoch seconds. A past start
    runs at once. Default: one interval from now. It only matters when the series is new or its schedule changed.
    ``repeat``: number of runs in all, counted as rq-scheduler does: None or negative is endless, 0 and 1 are one.
    ``tz``: IANA zone in which a cron expression is read.
    ``dialect``: 'crontab' (rq-scheduler >= 0.12: day of month AND day of week; a sixth field is the year; with
    seven fields the first is seconds) or 'croniter' (rq-scheduler <= 0.11 and ``rq cron``: OR; sixth is seconds).
    ``timeout``, ``result_ttl``, ``failure_ttl``, ``ttl`` are RQ's, per run: seconds or '1h'. Leave ``result_ttl``
    at RQ's default: every run has its own id, so -1 would keep each result for ever.
    ``on_success``, ``on_failure``, ``on_stopped``: function, dotted name or ``rq.Callback``. They, and
    ``get_current_job()``, see the occurrence, whose own ``args`` are those of ``run``.
    ``serializer``: what the workers use: None (pickle), 'json', or a class or its dotted name.
    """

    func: Union[str, Callable[..., Any]]
    args: Sequence[Any] = ()
    kwargs: Optional[Dict[str, Any]] = None
    interval: Optional[int] = None
    cron: Optional[str] = None
    tz: str = 'UTC'
    dialect: str = 'crontab'
    name: Optional[str] = None
    queue: str = 'default'
    start: Union[datetime, int, float, None] = None
    repeat: Optional[int] = None
    timeout: Union[int, str, None] = None
    result_ttl: Union[int, str, None] = None
    failure_ttl: Union[int, str, None] = None
    ttl: Union[int, str, None] = None
    description: Optional[str] = None
    meta: Optional[Dict[str, Any]] = None
    on_success: Any = None
    on_failure: Any = None
    on_stopped: Any = None
    at_front: bool = False
    serializer: Any = None


@dataclass
class Series:
    """A series as stored in Redis: its definition and its state. Times are epoch seconds, durations seconds.

    ``remaining`` counts the runs left including the armed one (None: endless); ``slot`` is when the armed
    occurrence is due and ``job_id`` which job that is. ``data`` and ``meta`` are the serialized function call and
    meta of the job, exactly as RQ stores them in a job hash.
    """

    id: str
    kind: str = 'interval'
    interval: Optional[int] = None
    cron: str = ''
    tz: str = 'UTC'
    dialect: str = 'crontab'
    anchor: Optional[int] = None
    repeat: Optional[int] = None
    remaining: Optional[int] = None
    slot: Optional[int] = None
    job_id: str = ''
    queue: str = 'default'
    timeout: Optional[int] = None
    result_ttl: Optional[int] = None
    failure_ttl: Optional[int] = None
    ttl: Optional[int] = None
    description: str = ''
    func: str = ''
    data: bytes = field(default=b'', repr=False)
    meta: bytes = field(default=b'', repr=False)
    success_callback_name: str = ''
    success_callback_timeout: Optional[int] = None
    failure_callback_name: str = ''
    failure_callback_timeout: Optional[int] = None
    stopped_callback_name: str = ''
    stopped_callback_timeout: Optional[int] = None
    enqueue_at_front: bool = False
    serializer: str = 'pickle'
    legacy_id: str = ''
    name: str = ''
    group: str = ''
    created_at: Optional[int] = None
    state: str = ACTIVE


@dataclass(frozen=True)
class Repair:
    """What ``repair`` did to one series: the occurrence it found lost, why, and the one armed in its place."""

    series: str
    reason: str
    lost_job_id: str
    job_id: str
    slot: Optional[int]


@dataclass(frozen=True)
class Ensured:
    """What ``ensure`` did: ids of the series it left alone, added, re-armed and cancelled."""

    kept: List[str] = field(default_factory=list)
    added: List[str] = field(default_factory=list)
    changed: List[str] = field(default_factory=list)
    cancelled: List[str] = field(default_factory=list)


def every(
    interval: int,
    func: Union[str, Callable[..., Any]],
    args: Sequence[Any] = (),
    kwargs: Optional[Dict[str, Any]] = None,
    *,
    connection: Redis,
    **options: Any,
) -> Series:
    """Run ``func`` every ``interval`` seconds. Options are the fields of ``Definition``.

    Replaces::

        scheduler.schedule(scheduled_time=datetime.utcnow(), func=tasks.poll, args=['eu'], interval=300, repeat=10)
        every(300, tasks.poll, ['eu'], start=datetime.utcnow(), repeat=10, connection=redis, name='poll-eu')

    Runs stay on the grid start + n * interval, however long they wait or take. Registering the same series
    again changes nothing. Raises ValueError for an interval below one second or a bad name.
    """
    definition = Definition(func, args, kwargs, interval=interval, **options)
    return _register(connection, _describe(connection, definition), definition.start)[0]


def cron(
    expression: str,
    func: Union[str, Callable[..., Any]],
    args: Sequence[Any] = (),
    kwargs: Optional[Dict[str, Any]] = None,
    *,
    connection: Redis,
    **options: Any,
) -> Series:
    """Run ``func`` at the times of a cron expression, read in the zone ``tz``. Options: fields of ``Definition``.

    Replaces::

        scheduler.cron('0 3 * * *', func=tasks.clean, args=['tmp'], queue_name='low', use_local_timezone=True)
        cron('0 3 * * *', tasks.clean, ['tmp'], queue='low', tz='Asia/Shanghai', connection=redis, name='clean')

    Registering the same series again changes nothing. Raises ValueError, with the reason, for an expression the
    dialect cannot express, for one that never fires, and for an unknown zone.
    """
    definition = Definition(func, args, kwargs, cron=expression, **options)
    return _register(connection, _describe(connection, definition), definition.start)[0]


def cancel(series: Union[str, Series], *, connection: Redis) -> bool:
    """End a series: its waiting job is deleted and no further run calls the function. False if there is none.

    ``series`` is the id or name, a ``Series``, or the rq-scheduler job id of a migrated one. Replaces::

        scheduler.cancel(job)
        cancel('poll-eu', connection=redis)

    To stop a series use this, not ``job.cancel()``: ``repair`` would take a cancelled occurrence for a lost one.
    """
    series_id = _resolve(connection, series.id if isinstance(series, Series) else series)
    return series_id is not None and _cancel(connection, series_id)


def list_series(*, connection: Redis, queue: Optional[str] = None) -> List[Series]:
    """The series that are active or finished, soonest first; optionally of one queue only.

    Replaces::

        scheduler.get_jobs()
        list_series(connection=redis)
    """
    found = [one for one in _load_all(connection) if one.state != CANCELLED and queue in (None, one.queue)]
    return sorted(found, key=lambda one: (one.slot is None, one.slot or 0, one.id))


def ensure(definitions: Iterable[Definition], *, connection: Redis, group: Optional[str] = None) -> Ensured:
    """Make the stored series equal to ``definitions``; meant for application start-up, safe to call often.

    A series that is there unchanged keeps its armed occurrence and its remaining runs (one that has finished
    stays finished), a changed one is re-armed, a new one added, one not listed cancelled. Replaces::

        for job in scheduler.get_jobs():
            scheduler.cancel(job)
        scheduler.schedule(datetime.utcnow(), tasks.poll, interval=300)
        scheduler.cron('0 3 * * *', tasks.clean)

        ensure([Definition(tasks.poll, interval=300, name='poll'),
                Definition(tasks.clean, cron='0 3 * * *', tz='Asia/Shanghai', name='clean')], connection=redis)

    Without ``group`` it covers every series in this Redis, as the loop it replaces did. With a group it cancels
    only series that ``ensure`` made for the same group: for several applications on one Redis, or series that
    are registered at run time with ``every`` and ``cron``. A migrated series that equals a definition is taken
    over rather than duplicated. All definitions are checked before anything is written.
    """
    wanted = [(_describe(connection, one, group or ''), one.start) for one in definitions]
    names = [series.id for series, _ in wanted]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError('series defined more than once, give each its own name: ' + ', '.join(repeated))
    done = Ensured()
    seen = set()
    for series, start in wanted:
        stored, action = _register(connection, series, start)
        seen.add(stored.id)
        getattr(done, action).append(stored.id)
    for stored in _load_all(connection):
        in_scope = group is None or stored.group == group
        if in_scope and stored.id not in seen and stored.state != CANCELLED and _cancel(connection, stored.id):
            done.cancelled.append(stored.id)
    return done


def repair(*, connection: Redis, grace: float = 1.0) -> List[Repair]:
    """Re-arm every active series whose armed occurrence is lost; returns what was done.

    An occurrence is lost when its job was deleted, flushed, cancelled, or ended without arming the next one
    (for instance because the worker could not import this module). A suspect is looked at again after ``grace``
    seconds, since a worker that has just taken a job off its queue leaves a moment in which it is nowhere.
    Runs left are not counted down for a lost occurrence. Cheap when nothing is lost, and safe from several
    workers at once::

        repair(connection=redis)
        Worker(['default'], connection=redis).work(with_scheduler=True)
    """
    suspects = _lost(connection, _load_all(connection))
    if not suspects:
        return []
    time.sleep(grace)
    done = []
    for series_id, _ in suspects:
        repaired = _repair(connection, series_id)
        if repaired:
            logger.warning('Series %s: %s; armed %s', series_id, repaired.reason, repaired.job_id or 'nothing')
            done.append(repaired)
    return done


def next_times(
    expression: str, count: int = 5, *, tz: str = 'UTC', dialect: str = 'crontab', after: Optional[float] = None
) -> List[int]:
    """The next ``count`` fire times (epoch seconds) of a cron expression strictly after ``after`` (default: now)."""
    moment: Optional[float] = time.time() if after is None else after
    times: List[int] = []
    while len(times) < count and moment is not None:
        moment = _cron_after(expression, dialect, tz, moment)
        if moment is not None:
            times.append(int(moment))
    return times


def ping() -> str:
    """Do nothing but return this module's version: a job that proves a worker can import the module."""
    return __version__


# ---- what the worker calls -----------------------------------------------------------------------------------


def run(series: str, slot: int, data: Union[bytes, str]) -> Any:
    """The function of every occurrence: arm the next one, then call the original function and return its result.

    ``data`` is the ``data`` field of the original job hash (base64 text for a serializer without bytes). The next
    occurrence is armed only if the series still waits for this very ``slot``, so a retry, a requeued or a
    duplicate job never starts a second chain. A cancelled series' function is not called.
    """
    job = get_current_job()
    if job is None:
        raise RuntimeError('rq_recurring.run is the function of an RQ job and only runs inside a worker')
    state, failure = _try_advance(job, series, slot)
    if state == CANCELLED:
        logger.info('Series %s is cancelled: %s not called', series, job.id)
        return None
    if state is None and failure is None:
        logger.warning('Series %s has no definition any more: running %s as its last', series, job.id)
    try:
        return _original(job, data)._execute()  # what Job.perform calls, in every RQ version
    finally:
        if failure is not None:
            _try_advance(job, series, slot)


def _original(job: Job, data: Union[bytes, str]) -> Job:
    """A job, never stored, that holds the original function call, for RQ itself to resolve and call."""
    raw = base64.b64decode(data) if isinstance(data, str) else data
    original = type(job)(connection=job.connection, serializer=job.serializer)
    original.data = _inflate(raw)
    return original


def _try_advance(job: Job, series_id: str, slot: int) -> Tuple[Optional[str], Optional[Exception]]:
    """``_advance``, except that an error (Redis away, zone data missing) never keeps the function from running."""
    try:
        return _advance(job.connection, series_id, slot), None
    except BaseTimeoutException:
        raise
    except Exception as error:
        logger.exception('Series %s: could not arm the occurrence after %s', series_id, job.id)
        return None, error


def _advance(connection: Redis, series_id: str, slot: int) -> Optional[str]:
    """Arm the occurrence after ``slot`` if the series waits for ``slot``. Returns its state (None: unknown)."""
    key = _key(series_id)
    with connection.pipeline() as pipe:
        while True:
            try:
                pipe.watch(key)
                series = _load(pipe, series_id)
                if series is None or series.state != ACTIVE or series.slot != slot:
                    return series.state if series else None
                if series.remaining is not None:
                    series.remaining -= 1
                following = None if series.remaining == 0 else _slot_after(series, max(time.time(), slot))
                _write_armed(pipe, connection, series, following)
                pipe.execute()
                return series.state
            except WatchError:
                continue


# ---- series in Redis -----------------------------------------------------------------------------------------


def _key(series_id: str) -> str:
    return SERIES_KEY + ':' + series_id


_INTS = {one.name for one in fields(Series) if one.type == 'Optional[int]'}


def _to_hash(series: Series) -> Dict[str, Union[str, bytes]]:
    """The hash of a series. Optional fields that are unset are left out, the others are '' (see recurring.md)."""
    stored: Dict[str, Union[str, bytes]] = {'version': '1'}
    for one in fields(Series):
        value = getattr(series, one.name)
        if one.name == 'id':
            continue
        if one.name == 'enqueue_at_front':
            value = '1' if value else None
        if isinstance(value, bytes):
            value = value or None
        elif one.name.startswith(_CALLBACKS):
            value = value or None
        elif value is None and one.name != 'enqueue_at_front':
            value = ''
        if value is not None:
            stored[one.name] = value if isinstance(value, bytes) else str(value)
    return stored


def _from_hash(series_id: str, raw: Dict[bytes, bytes]) -> Series:
    values: Dict[str, Any] = {}
    for one in fields(Series):
        value = raw.get(one.name.encode())
        if value is None:
            continue
        if one.name in _INTS:
            values[one.name] = int(float(value)) if value else None
        elif one.name == 'enqueue_at_front':
            values[one.name] = value == b'1'
        else:
            values[one.name] = value if one.name in ('data', 'meta') else value.decode()
    return Series(**{**values, 'id': series_id})


def _load(connection: Any, series_id: str) -> Optional[Series]:
    raw = connection.hgetall(_key(series_id))
    return _from_hash(series_id, raw) if raw else None


def _load_all(connection: Redis) -> List[Series]:
    """Every stored series; ids whose hash has expired are dropped from the set."""
    ids = sorted(one.decode() for one in connection.smembers(SERIES_KEY))
    found = []
    for start in range(0, len(ids), 500):
        chunk = ids[start : start + 500]
        with connection.pipeline(transaction=False) as pipe:
            for series_id in chunk:
                pipe.hgetall(_key(series_id))
            hashes = pipe.execute()
        for series_id, raw in zip(chunk, hashes):
            if raw:
                found.append(_from_hash(series_id, raw))
            else:
                _forget(connection, series_id)
    return found


def _forget(connection: Redis, series_id: str) -> None:
    """Drop an id from the set, unless its hash has come back meanwhile."""
    with connection.pipeline() as pipe:
        try:
            pipe.watch(_key(series_id))
            if not pipe.exists(_key(series_id)):
                pipe.multi()
                pipe.srem(SERIES_KEY, series_id)
                pipe.execute()
        except WatchError:
            pass


def _resolve(connection: Redis, name: str) -> Optional[str]:
    """The id of the series with this id, name, or rq-scheduler job id."""
    if connection.exists(_key(name)):
        return name
    for one in _load_all(connection):
        if name in (one.name, one.legacy_id) and one.state != CANCELLED:
            return one.id
    return None


def _write_armed(pipe: Any, connection: Redis, series: Series, slot: Optional[int], whole: bool = False) -> None:
    """Queue, as one MULTI, the series' new state and the job for ``slot`` (None: the series has finished).

    The caller watches the series' hash and executes. ``whole`` writes every field, not only the state.
    The job gets no expiry while it waits: RQ (>= 2.8) would let a ``ttl`` kill it before it is due.
    """
    series.slot, series.job_id, series.state = slot, '', ACTIVE if slot is not None else FINISHED
    job = None
    if slot is not None:
        series.job_id = _free_job_id(pipe, series.id, slot)
        job = _occurrence(connection, series)
    pipe.multi()
    if whole:
        pipe.delete(_key(series.id))
    stored = _to_hash(series)
    state = ('slot', 'job_id', 'remaining', 'state')
    pipe.hset(_key(series.id), mapping=stored if whole else {name: stored[name] for name in state})
    pipe.sadd(SERIES_KEY, series.id)
    if job is not None:
        queue = Queue(series.queue, connection=connection)
        job.save(pipeline=pipe)
        pipe.sadd(queue.redis_queues_keys, queue.key)
        pipe.zadd(_registry_key(connection, series.queue), {job.id: slot})


def _free_job_id(pipe: Any, series_id: str, slot: int) -> str:
    """``<series>-<slot>``, with ``-2``, ``-3`` … when an earlier job of the same slot is still remembered by RQ."""
    job_id, number = '{}-{}'.format(series_id, slot), 1
    while pipe.exists(Job.key_for(job_id)):
        number += 1
        job_id = '{}-{}-{}'.format(series_id, slot, number)
    return job_id


def _occurrence(connection: Redis, series: Series) -> Job:
    """The RQ job of the armed slot, built and later saved by the installed RQ in its own format."""
    serializer = _serializer(series.serializer)
    payload: Union[bytes, str] = series.data
    if series.serializer != 'pickle':
        payload = base64.b64encode(series.data).decode()
    callbacks = {}
    for kind in _CALLBACKS:
        name = getattr(series, kind + '_callback_name')
        if name:
            callbacks['on_' + kind] = Callback(name, timeout=getattr(series, kind + '_callback_timeout'))
    job = Job.create(
        __name__ + '.run',
        args=(series.id, series.slot, payload),
        connection=connection,
        id=series.job_id,
        origin=series.queue,
        status=JobStatus.SCHEDULED,
        description=series.description or series.func,
        timeout=series.timeout or Queue.DEFAULT_TIMEOUT,
        result_ttl=series.result_ttl,
        failure_ttl=series.failure_ttl,
        ttl=series.ttl,
        meta=_user_meta(series, serializer),
        serializer=serializer,
        **callbacks,
    )
    if series.enqueue_at_front:
        job.enqueue_at_front = True
    return job


def _user_meta(series: Series, serializer: Any) -> Dict[str, Any]:
    """The job's meta, without what rq-scheduler kept there (a leftover would look like an orphan of it)."""
    if not series.meta:
        return {}
    try:
        meta = dict(_serializer_loads(serializer, series.meta))
    except Exception:
        logger.warning('Series %s: meta cannot be read, runs get none', series.id, exc_info=True)
        return {}
    if series.legacy_id:
        return {name: value for name, value in meta.items() if name not in _SCHEDULER_META}
    return meta


def _serializer(name: str) -> Any:
    """The serializer a series names: 'pickle', 'json' or a dotted name."""
    if name == 'json':
        return JSONSerializer
    return None if name in ('', 'pickle') else resolve_serializer(name)


def _serializer_loads(serializer: Any, raw: bytes) -> Any:
    return resolve_serializer(serializer).loads(raw)


def _inflate(raw: bytes) -> bytes:
    """RQ compresses ``data``; very old jobs are plain (as in Job.restore)."""
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return raw


def _registry_key(connection: Redis, queue: str) -> str:
    return ScheduledJobRegistry(queue, connection=connection).key


# ---- registering, cancelling, repairing ----------------------------------------------------------------------


def _describe(connection: Redis, definition: Definition, group: str = '') -> Series:
    """The series of a definition, checked, without state. Raises ValueError or TypeError."""
    if (definition.interval is None) == (definition.cron is None):
        raise ValueError('a series needs either an interval or a cron expression')
    if definition.interval is not None and int(definition.interval) < 1:
        raise ValueError('interval must be at least one second')
    if definition.cron is not None:
        _check_cron(definition.cron, definition.dialect, definition.tz)
    if getattr(definition.func, '__module__', None) == '__main__':
        raise ValueError('functions of the __main__ module cannot be run by workers')
    serializer_name = _serializer_name(definition.serializer)
    serializer = _serializer(serializer_name)
    job = Job.create(
        definition.func,
        args=definition.args,
        kwargs=definition.kwargs,
        connection=connection,
        description=definition.description,
        serializer=serializer,
    )
    series = Series(
        id='',
        kind='interval' if definition.cron is None else 'cron',
        interval=None if definition.interval is None else int(definition.interval),
        cron=definition.cron or '',
        tz='UTC' if definition.cron is None else definition.tz,
        dialect=definition.dialect,
        repeat=_total_runs(definition.repeat),
        queue=definition.queue,
        timeout=parse_timeout(definition.timeout),
        result_ttl=parse_timeout(definition.result_ttl),
        failure_ttl=parse_timeout(definition.failure_ttl),
        ttl=parse_timeout(definition.ttl),
        description=job.description or '',
        func=str(job.func_name),
        data=zlib.compress(job.data),
        meta=resolve_serializer(serializer).dumps(definition.meta) if definition.meta else b'',
        enqueue_at_front=definition.at_front,
        serializer=serializer_name,
        group=group,
        created_at=int(time.time()),
        **_callback_fields(definition),
    )
    series.id = definition.name or _default_name(series)
    if not _ID.fullmatch(series.id):
        raise ValueError('name {!r}: only letters, digits, _ and - are allowed'.format(series.id))
    return series


def _total_runs(repeat: Optional[int]) -> Optional[int]:
    """rq-scheduler's counting: None and negative are endless, 0 and 1 both mean one run."""
    return None if repeat is None or repeat < 0 else max(1, int(repeat))


def _callback_fields(definition: Definition) -> Dict[str, Any]:
    values: Dict[str, Any] = {}
    for kind in _CALLBACKS:
        given = getattr(definition, 'on_' + kind)
        if given:
            callback = given if isinstance(given, Callback) else Callback(given)
            values[kind + '_callback_name'] = callback.name
            values[kind + '_callback_timeout'] = callback.timeout
    return values


def _serializer_name(serializer: Any) -> str:
    name = serializer
    if serializer is not None and not isinstance(serializer, str):
        name = '{}.{}'.format(serializer.__module__, serializer.__qualname__)
    if name in (None, 'pickle', DefaultSerializer.__module__ + '.DefaultSerializer'):
        return 'pickle'
    return 'json' if name in ('json', JSONSerializer.__module__ + '.JSONSerializer') else name


def _default_name(series: Series) -> str:
    """Stable from function, arguments, queue and schedule; readable, and within RQ's job id alphabet.

    Plain arguments count by their text, the same in every process and for a list as for a tuple; others by
    their serialized form.
    """
    call: Any = _call(series)
    arguments = repr((call[2], sorted(call[3].items()))) if call and call[1] is None else ''
    try:
        plain = bool(arguments) and ast.literal_eval(arguments) == (call[2], sorted(call[3].items()))
    except (ValueError, SyntaxError):
        plain = False
    identity = repr((series.func, series.queue, series.interval, series.cron, series.tz)).encode()
    digest = hashlib.sha256(identity + (arguments.encode() if plain else _inflate(series.data))).hexdigest()[:10]
    return re.sub(r'[^A-Za-z0-9_]+', '-', series.func).strip('-') + '-' + digest


def _call(series: Series) -> Any:
    """The original call in comparable form, or None if it cannot be read here."""
    try:
        func, instance, args, kwargs = _serializer_loads(_serializer(series.serializer), _inflate(series.data))
    except Exception:
        return None
    return func, instance, list(args), dict(kwargs)


def _same_call(one: Series, other: Series) -> bool:
    """Equal bytes, or calls that compare equal (pickles of equal values can differ)."""
    if _inflate(one.data) == _inflate(other.data):
        return True
    if one.func != other.func:
        return False
    call = _call(one)
    try:
        return call is not None and bool(call == _call(other))
    except Exception:  # values whose comparison fails, arrays for instance
        return False


def _same_schedule(one: Series, other: Series) -> bool:
    return all(
        getattr(one, name) == getattr(other, name) for name in ('kind', 'interval', 'cron', 'tz', 'queue')
    ) and (one.kind == 'interval' or one.dialect == other.dialect)


_SETTINGS = ('repeat', 'timeout', 'result_ttl', 'failure_ttl', 'ttl', 'description', 'meta', 'enqueue_at_front', 'serializer')


def _same_settings(one: Series, other: Series) -> bool:
    names = _SETTINGS + tuple(kind + end for kind in _CALLBACKS for end in ('_callback_name', '_callback_timeout'))
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _find_stored(connection: Redis, wanted: Series) -> str:
    """The id under which a wanted series is stored: its own, or that of an equal migrated series."""
    if connection.exists(_key(wanted.id)):
        return wanted.id
    for one in _load_all(connection):
        if not one.legacy_id or one.state == CANCELLED:
            continue
        if one.name == wanted.id:
            return one.id
        if not one.name and _same_schedule(one, wanted) and _same_call(one, wanted):
            return one.id
    return wanted.id


def _register(connection: Redis, wanted: Series, start: Any) -> Tuple[Series, str]:
    """Store a described series. Returns it as stored, and 'kept', 'added' or 'changed'."""
    series_id = _find_stored(connection, wanted)
    if series_id != wanted.id:
        wanted = replace(wanted, id=series_id, name=wanted.id)
    with connection.pipeline() as pipe:
        while True:
            try:
                pipe.watch(_key(series_id))
                stored = _load(pipe, series_id)
                action = _put(pipe, connection, replace(wanted), stored, start)
                pipe.execute()
                break
            except WatchError:
                continue
    return _load(connection, series_id) or wanted, action


def _put(pipe: Any, connection: Redis, wanted: Series, stored: Optional[Series], start: Any) -> str:
    """Queue on the watching pipeline whatever turns ``stored`` into ``wanted``."""
    if stored is None or stored.state == CANCELLED:
        _put_new(pipe, connection, wanted, start)
        return 'added'
    adopting = bool(stored.legacy_id) and not stored.name  # a migrated series the application registers first
    wanted.name = wanted.name or stored.name or (stored.id if adopting else '')
    wanted.legacy_id, wanted.group = stored.legacy_id, wanted.group or stored.group
    same_call = _same_call(stored, wanted)
    same_runs = stored.repeat == wanted.repeat
    if adopting:  # it knows only the runs left
        same_runs = (stored.remaining is None) == (wanted.repeat is None)
    if not _same_schedule(stored, wanted) or not same_runs or (stored.state == FINISHED and not same_call):
        waiting = _armed_and_waiting(pipe, connection, stored)
        _put_new(pipe, connection, wanted, start)
        _discard(pipe, connection, stored, waiting)
        return 'changed'
    for name in ('anchor', 'remaining', 'slot', 'job_id', 'created_at', 'state'):
        setattr(wanted, name, getattr(stored, name))
    same = same_call and (adopting or _same_settings(stored, wanted))
    if same and not adopting:
        pipe.multi()
        pipe.hset(_key(stored.id), 'group', wanted.group)
    elif not same and _armed_and_waiting(pipe, connection, stored):
        _write_armed(pipe, connection, wanted, stored.slot, whole=True)
        _discard(pipe, connection, stored, True)
    else:  # taken over as it is, or its run is under way and arms the next one from what is written here
        pipe.multi()
        pipe.delete(_key(stored.id))
        pipe.hset(_key(stored.id), mapping=_to_hash(wanted))
    return 'kept' if same else 'changed'


def _put_new(pipe: Any, connection: Redis, wanted: Series, start: Any) -> None:
    now = time.time()
    first = _epoch(start)
    if first is None and wanted.interval is not None:
        first = int(now) + wanted.interval
    if wanted.kind == 'cron':
        first = _slot_after(wanted, now if first is None else max(now, first - 1))
    wanted.anchor = first if wanted.kind == 'interval' else None
    wanted.remaining = wanted.repeat
    _write_armed(pipe, connection, wanted, first, whole=True)


def _epoch(start: Any) -> Optional[int]:
    """Epoch seconds of a start time; a naive datetime is UTC, as for rq-scheduler (RQ itself takes local time)."""
    if isinstance(start, datetime):
        start = (start if start.tzinfo else start.replace(tzinfo=timezone.utc)).timestamp()
    return None if start is None else int(start)


def _armed_and_waiting(pipe: Any, connection: Redis, series: Series) -> bool:
    """Whether the armed occurrence still waits for its time; watches it, so that this stays true until EXEC."""
    if not series.job_id:
        return False
    pipe.watch(Job.key_for(series.job_id))  # RQ's scheduler writes the hash when it moves the job to its queue
    return pipe.zscore(_registry_key(connection, series.queue), series.job_id) is not None


def _discard(pipe: Any, connection: Redis, series: Series, waiting: bool) -> None:
    if waiting:
        pipe.zrem(_registry_key(connection, series.queue), series.job_id)
        pipe.delete(Job.key_for(series.job_id))


def _cancel(connection: Redis, series_id: str) -> bool:
    with connection.pipeline() as pipe:
        while True:
            try:
                pipe.watch(_key(series_id))
                series = _load(pipe, series_id)
                if series is None or series.state == CANCELLED:
                    return False
                waiting = _armed_and_waiting(pipe, connection, series)
                pipe.multi()
                pipe.hset(_key(series_id), mapping={'state': CANCELLED, 'slot': '', 'job_id': ''})
                pipe.expire(_key(series_id), CANCELLED_TTL)
                _discard(pipe, connection, series, waiting)
                pipe.execute()
                return True
            except WatchError:
                continue


def _lost(connection: Redis, candidates: Iterable[Series]) -> List[Tuple[str, str]]:
    """(id, reason) of each active series whose armed occurrence is neither waiting, queued nor being run."""
    active = [one for one in candidates if one.state == ACTIVE]
    with connection.pipeline(transaction=False) as pipe:
        for one in active:
            pipe.hget(Job.key_for(one.job_id), 'status')
            pipe.exists(Job.key_for(one.job_id))
            pipe.zscore(_registry_key(connection, one.queue), one.job_id)
        answers = pipe.execute()
    lost = []
    on_queue: Dict[str, Set[bytes]] = {}
    for index, one in enumerate(active):
        raw, exists, score = answers[3 * index : 3 * index + 3]
        status = raw.decode() if raw else ''
        if not one.job_id or not exists:
            lost.append((one.id, 'its waiting job no longer exists'))
        elif score is not None or status in _UNDERWAY:
            continue
        elif status == 'queued':
            if one.queue not in on_queue:
                on_queue[one.queue] = _queued_ids(connection, one.queue)
            if one.job_id.encode() not in on_queue[one.queue]:
                lost.append((one.id, 'its job is on no queue'))
        else:
            lost.append((one.id, 'its job is {} and armed no other'.format(status or 'without status')))
    return lost


def _queued_ids(connection: Redis, queue: str) -> Set[bytes]:
    """Ids on a queue, or in the list where RQ keeps a job while a worker takes it."""
    key = Queue(queue, connection=connection).key
    with connection.pipeline() as pipe:
        pipe.lrange(key, 0, -1)
        pipe.lrange(key + ':intermediate', 0, -1)
        return {job_id for ids in pipe.execute() for job_id in ids}


def _repair(connection: Redis, series_id: str) -> Optional[Repair]:
    """Arm a lost series again, at its slot if that is still to come. None if it is not lost (any more)."""
    with connection.pipeline() as pipe:
        while True:
            try:
                pipe.watch(_key(series_id))
                series = _load(pipe, series_id)
                if series is None:
                    return None
                pipe.watch(Job.key_for(series.job_id))
                found = _lost(connection, [series])
                if not found:
                    return None
                lost_job_id, now = series.job_id, time.time()
                leftover = pipe.hget(Job.key_for(lost_job_id), 'status') in (b'scheduled', b'queued', None)
                ahead = series.slot is not None and series.slot > now
                _write_armed(pipe, connection, series, series.slot if ahead else _slot_after(series, now))
                if lost_job_id not in ('', series.job_id):
                    pipe.zrem(_registry_key(connection, series.queue), lost_job_id)
                    if leftover:
                        pipe.delete(Job.key_for(lost_job_id))
                pipe.execute()
                return Repair(series_id, found[0][1], lost_job_id, series.job_id, series.slot)
            except WatchError:
                continue


# ---- slots ---------------------------------------------------------------------------------------------------


def _slot_after(series: Series, moment: float) -> Optional[int]:
    """The first slot strictly after ``moment``: on the interval grid, or the next cron time (None: there is none)."""
    if series.kind == 'cron':
        return _cron_after(series.cron, series.dialect, series.tz, moment)
    if not series.interval:
        raise ValueError('series {} has no interval'.format(series.id))
    anchor = series.anchor if series.anchor is not None else int(moment)
    return int(anchor + ((moment - anchor) // series.interval + 1) * series.interval)


def _check_cron(expression: str, dialect: str, tz: str) -> None:
    if dialect not in ('crontab', 'croniter'):
        raise ValueError('dialect {!r}: must be crontab or croniter'.format(dialect))
    if _cron_after(expression, dialect, tz, time.time()) is None:
        raise ValueError('cron expression {!r} never fires again'.format(expression))


def _cron_after(expression: str, dialect: str, tz: str, moment: float) -> Optional[int]:
    """The first cron time strictly after ``moment``, in the zone ``tz``.

    rq-scheduler reads the clock on the wall, asks for the next matching wall time and converts that to UTC. Done
    here likewise, but for the changes of the clock: a time inside the hour that summer time skips fires an hour
    later by the wall clock (02:30 at 03:30), where rq-scheduler fires an hour early; a time in the hour that is
    repeated in autumn fires the first time only. rq-scheduler itself may run a job at every poll during such an
    hour; this does not.
    """
    zone = _zone(tz)
    wall = datetime.fromtimestamp(moment, zone).replace(tzinfo=None, microsecond=0)
    matches = _crontab_matches if dialect == 'crontab' else _croniter_matches
    for match in matches(expression, wall):
        epoch = _wall_to_epoch(match, zone)
        if epoch > moment:
            return epoch
    return None


_EPOCH = datetime(1970, 1, 1)


def _wall_to_epoch(wall: datetime, zone: tzinfo) -> int:
    """A wall time's instant: the first of two if it is repeated, by the offset before the gap if it is skipped.

    Uses only instant-to-offset conversions: zoneinfo and dateutil disagree about skipped wall times.
    """
    as_utc = int((wall - _EPOCH).total_seconds())
    offsets = {_offset(as_utc + shift, zone) for shift in (-86400, 86400)}
    exact = [as_utc - offset for offset in offsets if _offset(as_utc - offset, zone) == offset]
    return min(exact) if exact else max(as_utc - offset for offset in offsets)


def _offset(instant: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(instant, zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


@lru_cache(maxsize=None)
def _zone(name: str) -> tzinfo:
    """An IANA zone from zoneinfo, or from dateutil (on Python 3.8, and where the system has no zone data)."""
    if name == 'UTC':
        return timezone.utc
    try:
        from zoneinfo import ZoneInfo

        return ZoneInfo(name)
    except (ImportError, KeyError, ValueError, OSError):  # KeyError: ZoneInfoNotFoundError; OSError: a directory
        pass
    try:
        from dateutil import tz

        found = tz.gettz(name) if name else None
    except ImportError:
        found = None
    if found is None:
        raise ValueError('time zone {!r} is unknown on this host (the tzdata package provides zones)'.format(name))
    return found


def _croniter_matches(expression: str, wall: datetime) -> Iterator[datetime]:
    try:
        from croniter import croniter
        from croniter.croniter import CroniterBadDateError
    except ImportError as error:
        raise ValueError("dialect 'croniter' needs the croniter package") from error
    try:
        times = croniter(expression, wall)
    except (ValueError, KeyError, AttributeError) as error:  # what its versions raise for a bad expression
        raise ValueError('cron expression {!r}: {}'.format(expression, error)) from error
    while True:
        try:
            match = times.get_next(datetime)
        except CroniterBadDateError:
            return
        yield match


# ---- cron expressions as PyPI ``crontab`` (rq-scheduler >= 0.12) reads them ----------------------------------

_ALIASES = {
    '@yearly': '0 0 1 1 *',
    '@annually': '0 0 1 1 *',
    '@monthly': '0 0 1 * *',
    '@weekly': '0 0 * * 0',
    '@daily': '0 0 * * *',
    '@hourly': '0 * * * *',
}
_FIELDS = ('second', 'minute', 'hour', 'day', 'month', 'weekday', 'year')
_LOWEST = {'second': 0, 'minute': 0, 'hour': 0, 'day': 1, 'month': 1, 'weekday': 0, 'year': 1970}
_HIGHEST = {'second': 59, 'minute': 59, 'hour': 23, 'day': 31, 'month': 12, 'weekday': 6, 'year': 2099}
_NAMES = {
    'month': ('', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'),
    'weekday': ('sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'),
}


@dataclass(frozen=True)
class _CronField:
    """One field: the numbers it lists, and its items that depend on the month (``l``, ``l5``, ``z1``), in order."""

    numbers: Tuple[int, ...]
    specials: Tuple[str, ...]

    def matches(self, value: int, day: date) -> bool:
        for item in self.specials:
            if item == 'l':
                if _days_to_month_end(day) == 0:
                    return True
            elif item[0] == 'l':
                if _days_to_month_end(day) < 7 and value in {number % 7 for number in _special_range(item)}:
                    return True
            else:
                found = _days_to_month_end(day) in _special_range(item)
                if found or '-' not in item:  # crontab looks no further after a single z
                    return found
        return value in self.numbers


def _crontab_matches(expression: str, wall: datetime) -> Iterator[datetime]:
    """Wall times strictly after ``wall`` that match, up to the end of 2099."""
    parsed = _parse_crontab(expression)
    moment: Optional[datetime] = wall
    while moment is not None:
        moment = _next_match(parsed, moment + timedelta(seconds=1))
        if moment is not None:
            yield moment


def _next_match(parsed: Dict[str, _CronField], earliest: datetime) -> Optional[datetime]:
    """The first matching wall time not before ``earliest``. Day of month and day of week must both match."""
    day, clock = earliest.date(), (earliest.hour, earliest.minute, earliest.second)
    while day.year <= _HIGHEST['year']:
        if day.year not in parsed['year'].numbers:
            day, clock = date(day.year + 1, 1, 1), (0, 0, 0)
            continue
        if day.month not in parsed['month'].numbers:
            day, clock = date(day.year + day.month // 12, day.month % 12 + 1, 1), (0, 0, 0)
            continue
        if parsed['day'].matches(day.day, day) and parsed['weekday'].matches(day.isoweekday() % 7, day):
            for found in _clock_times(parsed, clock):
                return datetime(day.year, day.month, day.day, *found)
        day, clock = day + timedelta(days=1), (0, 0, 0)
    return None


def _clock_times(parsed: Dict[str, _CronField], earliest: Tuple[int, int, int]) -> Iterator[Tuple[int, int, int]]:
    for hour in parsed['hour'].numbers:
        for minute in parsed['minute'].numbers if hour >= earliest[0] else ():
            for second in parsed['second'].numbers if (hour, minute) >= earliest[:2] else ():
                if (hour, minute, second) >= earliest:
                    yield hour, minute, second


@lru_cache(maxsize=256)
def _parse_crontab(expression: str) -> Dict[str, _CronField]:
    """The seven fields of an expression. Raises ValueError with the reason for what ``crontab`` refuses."""
    texts = _ALIASES.get(expression, expression).split()
    if len(texts) not in (5, 6, 7):
        raise ValueError('cron expression {!r}: {} fields, need 5 to 7'.format(expression, len(texts)))
    if len(texts) < 7:
        texts.insert(0, '0')
    if len(texts) < 7:
        texts.append('*')
    try:
        return {name: _parse_field(name, text.lower()) for name, text in zip(_FIELDS, texts)}
    except ValueError as error:
        raise ValueError('cron expression {!r}: {}'.format(expression, error)) from error


def _parse_field(name: str, text: str) -> _CronField:
    numbers: Set[int] = set()
    specials: List[str] = []
    for item in text.split(','):
        if _is_special(name, item):
            specials.append(item)
        else:
            numbers |= _parse_item(name, item)
    return _CronField(tuple(sorted(numbers)), tuple(specials))


def _is_special(name: str, item: str) -> bool:
    """Last day (``l``), days before it (``z1``, ``z1-3``), last weekday of the month (``l5``, ``l1-5``)."""
    if item[:1] not in ('l', 'z'):
        return False
    if name != ('day' if item == 'l' or item[0] == 'z' else 'weekday'):
        raise ValueError('{!r} is not possible in the {} field'.format(item, name))
    if item != 'l' and not re.fullmatch('[lz][0-7](-[0-7])?', item):
        raise ValueError('{!r} needs a number or range within 0 to 7'.format(item))
    if item[0] == 'z' and '-' in item and (item[1] > item[3] or item[3] == '0'):
        raise ValueError('{!r} runs backwards'.format(item))
    return True


def _special_range(item: str) -> range:
    first, _, last = item[1:].partition('-')
    return range(int(first), int(last or first) + 1)


def _parse_item(name: str, item: str) -> Set[int]:
    lowest, highest = _LOWEST[name], _HIGHEST[name]
    limit = 7 if name == 'weekday' else highest  # 7 is Sunday too
    if item == '*' or (item == '?' and name in ('day', 'weekday')):
        return set(range(lowest, highest + 1))
    body, *steps = item.split('/')
    if len(steps) > 1 or (steps and not re.fullmatch('[0-9]+', steps[0])):
        raise ValueError('{!r} is not a number, range or step'.format(item))
    step = int(steps[0]) if steps else None
    if step is not None and not 0 < step <= limit:
        raise ValueError('step of {!r} is not within 1 to {}'.format(item, limit))
    first, last = _parse_bounds(name, body, step is None)
    if first > last:
        raise ValueError('range {!r} runs backwards'.format(item))
    if step is not None and first + step > limit:
        raise ValueError('step of {!r} leads beyond {}'.format(item, limit))
    return {0 if name == 'weekday' and number == 7 else number for number in range(first, last + 1, step or 1)}


def _parse_bounds(name: str, body: str, single: bool) -> Tuple[int, int]:
    if body == '*':
        return _LOWEST[name], _HIGHEST[name]
    parts = [_parse_number(name, part) for part in body.split('-')]
    if len(parts) > 2:
        raise ValueError('{!r} is not a range'.format(body))
    if len(parts) == 2:
        return parts[0], 7 if name == 'weekday' and parts[1] == 0 else parts[1]
    return parts[0], parts[0] if single else _HIGHEST[name]


def _parse_number(name: str, text: str) -> int:
    if text and text in _NAMES.get(name, ()):
        return _NAMES[name].index(text)
    if not re.fullmatch('[0-9]+', text):
        raise ValueError('{!r} is not possible in the {} field'.format(text, name))
    number, limit = int(text), 7 if name == 'weekday' else _HIGHEST[name]
    if not _LOWEST[name] <= number <= limit:
        raise ValueError('{} is not within {} to {} ({})'.format(number, _LOWEST[name], limit, name))
    return number


def _days_to_month_end(day: date) -> int:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - day).days - 1
