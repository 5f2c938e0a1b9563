"""Series for applications: registering, listing, cancelling, pausing and repairing them."""

from __future__ import annotations

import ast
import hashlib
import logging
import re
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Set, Tuple, Union

from redis import Redis
from rq import Callback
from rq.job import Job, JobStatus

from .crontab import check_cron, next_time
from .keys import MIGRATED_KEY, as_text, is_safe_id, job_key, queue_key, registry_key, series_key
from .series import (
    ACTIVE,
    CALLBACKS,
    CANCELLED,
    FINISHED,
    FORGET_AFTER,
    PAUSED,
    UNDERWAY,
    Series,
    count_down,
    discard_tick,
    enqueue_within,
    expiry_after_replacing,
    expiry_of_job,
    fetch_job,
    from_job,
    inflate,
    job_is_deleted,
    listed,
    load,
    load_all,
    name_of_serializer,
    new_tick,
    note_run,
    open_for_enqueuing,
    queue_for,
    rebuilt_job,
    resolve,
    run_is_owed,
    save_job,
    serializer_named,
    slot_after,
    status_of_job,
    tick_state,
    to_hash,
    transact,
    write_state,
)

logger = logging.getLogger('rq.recurring')


@dataclass(frozen=True)
class Definition:
    """One series as the application wants it: the same keywords that ``every`` and ``cron`` take.

    Exactly one of ``interval`` (seconds) and ``cron`` (expression) is given. ``name`` is the id of the series and of
    its job (letters, digits, ``_`` and ``-``); giving one is recommended. Without it the id is derived from function,
    arguments, queue and schedule, so that registering the same thing twice is harmless, but a *changed*
    schedule is a second series (``ensure`` then removes the first).

    ``start``: first run; a datetime (a naive one is UTC, as for rq-scheduler) or epoch seconds. A past start
    runs at once. Default: one interval from now. It only matters when the series is new or its schedule changed.
    ``repeat``: number of runs in all, counted as rq-scheduler does: None or negative is endless, 0 and 1 are one.
    ``tz``: IANA zone in which a cron expression is read.
    ``dialect``: 'crontab' (rq-scheduler >= 0.12: day of month AND day of week; a sixth field is the year; with
    seven fields the first is seconds) or 'croniter' (rq-scheduler <= 0.11 and ``rq cron``: OR; sixth is seconds).
    ``timeout``, ``result_ttl``, ``failure_ttl``, ``ttl`` are RQ's, per run: seconds or '1h'. Without a ``result_ttl``
    the last results stay, as the job does; there are at most ten of them (RQ's own limit).
    ``on_success``, ``on_failure``, ``on_stopped``: function, dotted name or ``rq.Callback``.
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


@dataclass(frozen=True)
class Repair:
    """What ``repair`` did to one series: the tick it found lost, why, and the one armed in its place."""

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
    return _register(connection, *_describe(connection, definition), definition.start)[0]


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
    return _register(connection, *_describe(connection, definition), definition.start)[0]


def cancel(series: Union[str, Series, Job], *, connection: Redis) -> bool:
    """End a series. A run of it that is due or queued still executes. False if there is no such series.

    ``series`` is its id, name or job id, a ``Series``, or a job: also the one that runs now, from inside itself
    (``cancel(get_current_job(), connection=redis)``). Replaces ``scheduler.cancel(job)``. RQ's own ``job.cancel()``
    takes one run off its queue and ends nothing.
    """
    name = series if isinstance(series, str) else series.id
    series_id = resolve(connection, name)
    return series_id is not None and cancel_series(connection, series_id)


def get(series: str, *, connection: Redis) -> Optional[Series]:
    """The series of this id, name or job id, in whatever state; None if there is none."""
    series_id = resolve(connection, series)
    return None if series_id is None else load(connection, series_id)


def list_series(*, connection: Redis, queue: Optional[str] = None) -> List[Series]:
    """The series that are active, paused or finished, soonest first; optionally of one queue only.

    Replaces ``scheduler.get_jobs()``.
    """
    return listed(one for one in load_all(connection) if one.state != CANCELLED and queue in (None, one.queue))


def pause(series: str, *, connection: Redis) -> bool:
    """Keep a series, without runs, until ``resume``. A run that is due still executes.

    False if it is not active, or is a job that runs once only.
    """
    series_id = resolve(connection, series)
    return series_id is not None and _end(connection, series_id, PAUSED)


def resume(series: str, *, connection: Redis) -> bool:
    """Go on with a paused series, at the next time of its schedule. False if it is not paused."""
    series_id = resolve(connection, series)

    def step(pipe: Any) -> bool:
        pipe.watch(series_key(series_id or ''))
        stored = load(pipe, series_id or '', connection)
        if stored is None or stored.state != PAUSED:
            return False
        following = None if stored.remaining == 0 else slot_after(stored, time.time())
        tick = None if following is None else new_tick(pipe, connection, stored, following)
        pipe.multi()
        write_state(pipe, stored, following, tick, whole=False)
        return True

    return bool(series_id) and bool(transact(connection, step))


def run_now(series: str, *, connection: Redis) -> Job:
    """Enqueue one run of a series at once, outside its schedule and count; returns the job.

    Raises ValueError where there is no such series.
    """
    series_id = resolve(connection, series)
    if series_id is None:
        raise ValueError('there is no series {!r}'.format(series))
    key = series_key(series_id)

    def step(pipe: Any) -> Job:
        pipe.watch(key)
        stored = load(pipe, series_id, connection)
        if stored is None:
            raise ValueError('there is no series {!r}'.format(series))
        pipe.watch(job_key(stored.job))
        job = fetch_job(pipe, connection, stored) or rebuilt_job(connection, stored)
        queue = queue_for(connection, stored, job)
        if open_for_enqueuing(pipe, queue, job):
            enqueue_within(pipe, queue, job)
        note_run(pipe, stored)
        return job

    return transact(connection, step)  # type: ignore[no-any-return]


def ensure(definitions: Iterable[Definition], *, connection: Redis, group: Optional[str] = None) -> Ensured:
    """Make the stored series equal to ``definitions``; meant for application start-up, safe to call often.

    A series that is there unchanged keeps its armed tick and its remaining runs (one that has finished
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
    names = [series.id for (series, _), _ in wanted]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError('series defined more than once, give each its own name: ' + ', '.join(repeated))
    done = Ensured()
    seen: Set[str] = set()
    migrated = load_all(connection, MIGRATED_KEY)
    for (series, job), start in wanted:
        stored, action = _register(connection, series, job, start, migrated)
        seen.add(stored.id)
        getattr(done, action).append(stored.id)
    for stored in load_all(connection):
        in_scope = group is None or stored.group == group
        if in_scope and stored.id not in seen and stored.state != CANCELLED and cancel_series(connection, stored.id):
            done.cancelled.append(stored.id)
    return done


def repair(*, connection: Redis, grace: float = 1.0) -> List[Repair]:
    """Arm again every active series whose armed tick is lost; returns what was done.

    A tick is lost when its job was deleted, flushed, cancelled, or ended without arming the next one (for
    instance because the worker could not import this package). A suspect is looked at again after ``grace``
    seconds, since a worker that has just taken a job off its queue leaves a moment in which it is nowhere.
    Runs left are not counted down for a lost tick. Cheap when nothing is lost, and safe from several
    workers at once::

        repair(connection=redis)
        Worker(['default'], connection=redis).work(with_scheduler=True)
    """
    suspects = lost_series(connection)
    if not suspects:
        return []
    time.sleep(grace)
    done = []
    for series_id, _ in suspects:
        try:
            repaired = _repair(connection, series_id)
        except ValueError:
            logger.exception('Series %s: its next time cannot be told here', series_id)
            continue
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
        moment = next_time(expression, dialect, tz, moment)
        if moment is not None:
            times.append(int(moment))
    return times


# ---- ending --------------------------------------------------------------------------------------------------


def cancel_series(connection: Redis, series_id: str, legacy_key: str = '') -> bool:
    """End the series of this id; an entry of its job in rq-scheduler's set ``legacy_key`` goes in the same step."""
    return _end(connection, series_id, CANCELLED, legacy_key)


def end_deleted(connection: Redis, series_id: str) -> bool:
    """End a series whose job the application has deleted, unless it has been registered again meanwhile."""
    return _end(connection, series_id, CANCELLED, deleted=True)


def _end(connection: Redis, series_id: str, state: str, legacy_key: str = '', deleted: bool = False) -> bool:
    """Cancel or pause. A run that is due already is enqueued in the same transaction, in the place of its tick."""
    key = series_key(series_id)

    def step(pipe: Any) -> bool:
        pipe.watch(key)
        stored = load(pipe, series_id, connection)
        if stored is None or stored.state == CANCELLED:
            return False
        if state == PAUSED and (stored.state != ACTIVE or stored.kind == 'once'):
            return False
        if deleted and (stored.state != ACTIVE or not job_is_deleted(pipe, stored)):
            return False
        where = tick_state(pipe, stored)
        job = None
        if run_is_owed(stored, where):
            pipe.watch(job_key(stored.job))
            job = fetch_job(pipe, connection, stored)
        enqueuing = False
        if job is not None:
            count_down(job)
            queue = queue_for(connection, stored, job)
            enqueuing = open_for_enqueuing(pipe, queue, job)
        else:
            pipe.multi()
        if job is not None and enqueuing:
            enqueue_within(pipe, queue, job)
        fields = {'state': state, 'slot': '', 'job_id': ''}
        if job is not None:
            note_run(pipe, stored)
            fields['previous'] = str(stored.slot)
            if stored.remaining is not None:
                fields['remaining'] = str(max(0, stored.remaining - 1))
        pipe.hset(key, mapping=fields)
        if stored.listed_in:
            pipe.zrem(stored.listed_in, stored.job)
        if legacy_key:
            pipe.zrem(legacy_key, stored.job)
        discard_tick(pipe, stored, where)
        if state == CANCELLED:
            pipe.expire(key, FORGET_AFTER)
            if job is None and stored.job:
                pipe.expire(job_key(stored.job), FORGET_AFTER)
        return True

    return bool(transact(connection, step))


# ---- repairing -----------------------------------------------------------------------------------------------


def lost_series(connection: Redis, candidates: Optional[Iterable[Series]] = None) -> List[Tuple[str, str]]:
    """(id, reason) of each active series whose armed tick is neither waiting, queued nor being executed."""
    active = [one for one in (load_all(connection) if candidates is None else candidates) if one.state == ACTIVE]
    lost: List[Tuple[str, str]] = []
    on_queue: Dict[str, Set[bytes]] = {}
    for start in range(0, len(active), 500):
        chunk = active[start : start + 500]
        with connection.pipeline(transaction=False) as pipe:
            for one in chunk:
                pipe.hget(job_key(one.job_id), 'status')
                pipe.exists(job_key(one.job_id))
                pipe.zscore(registry_key(one.queue), one.job_id)
            answers = pipe.execute()
        for index, one in enumerate(chunk):
            raw, exists, score = answers[3 * index : 3 * index + 3]
            reason = _why_lost(connection, one, as_text(raw) if raw else '', bool(exists), score is not None, on_queue)
            if reason:
                lost.append((one.id, reason))
    return lost


def _why_lost(
    connection: Redis, series: Series, status: str, exists: bool, waiting: bool, on_queue: Dict[str, Set[bytes]]
) -> str:
    if not series.job_id or not exists:
        return 'its waiting job no longer exists'
    if waiting or status in UNDERWAY:
        return ''
    if status != 'queued':
        return 'its job is {} and armed no other'.format(status or 'without status')
    if series.queue not in on_queue:
        on_queue[series.queue] = _queued_ids(connection, series.queue)
    return '' if series.job_id.encode() in on_queue[series.queue] else 'its job is on no queue'


def _queued_ids(connection: Redis, queue: str) -> Set[bytes]:
    """Ids on a queue, or in the list where RQ keeps a job while a worker takes it."""
    key = queue_key(queue)
    with connection.pipeline() as pipe:
        pipe.lrange(key, 0, -1)
        pipe.lrange(key + ':intermediate', 0, -1)
        return {job_id for ids in pipe.execute() for job_id in ids}


def _repair(connection: Redis, series_id: str) -> Optional[Repair]:
    """Arm a lost series again, at its slot if that is still to come. None if it is not lost (any more)."""

    def step(pipe: Any) -> Optional[Repair]:
        pipe.watch(series_key(series_id))
        series = load(pipe, series_id, connection)
        if series is None:
            return None
        lost_job_id = series.job_id
        pipe.watch(job_key(lost_job_id))
        found = lost_series(connection, [series])
        if not found:
            return None
        now = time.time()
        leftover = pipe.hget(job_key(lost_job_id), 'status') in (b'scheduled', b'queued', None)
        done = series.slot is not None and series.enqueued == series.slot  # only arming the next run failed
        if done:
            series.remaining = None if series.remaining is None else series.remaining - 1
            series.enqueued = None
        ahead = series.slot is not None and (series.slot > now or series.kind == 'once') and not done
        following = series.slot if ahead else slot_after(series, max(now, series.slot or now))
        if series.remaining == 0:
            following = None
        tick = None if following is None else new_tick(pipe, connection, series, following)
        pipe.multi()
        write_state(pipe, series, following, tick, whole=False)
        if lost_job_id not in ('', series.job_id):
            pipe.zrem(registry_key(series.queue), lost_job_id)
            if leftover:
                pipe.delete(job_key(lost_job_id))
        return Repair(series_id, found[0][1], lost_job_id, series.job_id, series.slot)

    return transact(connection, step)  # type: ignore[no-any-return]


# ---- registering ---------------------------------------------------------------------------------------------


def _describe(connection: Redis, definition: Definition, group: str = '') -> Tuple[Series, Job]:
    """The series of a definition and its job, checked, without state. Raises ValueError or TypeError."""
    if (definition.interval is None) == (definition.cron is None):
        raise ValueError('a series needs either an interval or a cron expression')
    if definition.interval is not None and int(definition.interval) < 1:
        raise ValueError('interval must be at least one second')
    if definition.cron is not None:
        check_cron(definition.cron, definition.dialect, definition.tz, time.time())
    if getattr(definition.func, '__module__', None) == '__main__':
        raise ValueError('functions of the __main__ module cannot be run by workers')
    callbacks = {}
    for kind in CALLBACKS:
        given = getattr(definition, 'on_' + kind)
        if given:
            callbacks['on_' + kind] = given if isinstance(given, Callback) else Callback(given)
    create: Any = Job.create  # RQ's hints leave out '1h' and dotted names
    job: Job = create(
        definition.func,
        args=definition.args,
        kwargs=definition.kwargs,
        connection=connection,
        origin=definition.queue,
        status=JobStatus.SCHEDULED,
        description=definition.description,
        timeout=definition.timeout,
        result_ttl=definition.result_ttl,
        failure_ttl=definition.failure_ttl,
        ttl=definition.ttl,
        meta=dict(definition.meta or {}),
        serializer=serializer_named(name_of_serializer(definition.serializer)),
        **callbacks,
    )
    if definition.at_front:
        job.enqueue_at_front = True
    series = from_job(job, '')
    series.kind = 'interval' if definition.cron is None else 'cron'
    series.interval = None if definition.interval is None else int(definition.interval)
    series.cron = definition.cron or ''
    series.tz = 'UTC' if definition.cron is None else definition.tz
    series.dialect = definition.dialect
    series.repeat = total_runs(definition.repeat)
    series.group = group
    series.id = definition.name or _default_name(series)
    if not is_safe_id(series.id):
        raise ValueError('name {!r}: only letters, digits, _ and - are allowed'.format(series.id))
    series.job = job.id = series.id
    if job.result_ttl is None:
        job.result_ttl = -1
    return series, job


def total_runs(repeat: Optional[int]) -> Optional[int]:
    """rq-scheduler's counting: None and negative are endless, 0 and 1 both mean one run."""
    return None if repeat is None or repeat < 0 else max(1, int(repeat))


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
    digest = hashlib.sha256(identity + (arguments.encode() if plain else inflate(series.raw_data))).hexdigest()[:10]
    return re.sub(r'[^A-Za-z0-9_]+', '-', series.func).strip('-') + '-' + digest


def _call(series: Series) -> Any:
    """The original call in comparable form, or None if it cannot be read here."""
    try:
        func, instance, args, kwargs = series._call()
    except Exception:
        return None
    return func, instance, list(args), dict(kwargs)


def _same_call(one: Series, other: Series) -> bool:
    """Equal bytes, or calls that compare equal (pickles of equal values can differ)."""
    if inflate(one.raw_data) == inflate(other.raw_data):
        return True
    if one.func != other.func:
        return False
    call = _call(one)
    try:
        return call is not None and bool(call == _call(other))
    except Exception:  # values whose comparison fails, arrays for instance
        return False


def _same_schedule(one: Series, other: Series) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in ('kind', 'interval', 'cron', 'tz', 'queue')) and (
        one.kind == 'interval' or one.dialect == other.dialect
    )


_SETTINGS = (
    'repeat',
    'timeout',
    'result_ttl',
    'failure_ttl',
    'ttl',
    'description',
    'raw_meta',
    'enqueue_at_front',
    'serializer',
)


def _same_settings(one: Series, other: Series) -> bool:
    names = _SETTINGS + tuple(kind + end for kind in CALLBACKS for end in ('_callback_name', '_callback_timeout'))
    return all(getattr(one, name) == getattr(other, name) for name in names)


_STATE = ('anchor', 'remaining', 'slot', 'job_id', 'previous', 'enqueued', 'expires', 'created_at', 'state', 'version')


def _find_stored(connection: Redis, wanted: Series, migrated: Optional[List[Series]]) -> str:
    """The id under which a wanted series is stored: its own, or that of an equal migrated series."""
    if connection.exists(series_key(wanted.id)):
        return wanted.id
    for one in load_all(connection, MIGRATED_KEY) if migrated is None else migrated:
        if not one.legacy_id or one.state == CANCELLED:
            continue
        if one.name == wanted.id:
            return one.id
        if not one.name and _same_schedule(one, wanted) and _same_call(one, wanted):
            return one.id
    return wanted.id


def _register(
    connection: Redis, wanted: Series, job: Job, start: Any, migrated: Optional[List[Series]] = None
) -> Tuple[Series, str]:
    """Store a described series. Returns it as stored, and 'kept', 'added' or 'changed'."""
    series_id = _find_stored(connection, wanted, migrated)
    if series_id != wanted.id:
        wanted = replace(wanted, id=series_id, name=wanted.id)
    key = series_key(series_id)

    def step(pipe: Any) -> str:
        pipe.watch(key)
        return _put(pipe, connection, replace(wanted), job, load(pipe, series_id, connection), start)

    action = transact(connection, step)
    stored = load(connection, series_id) or wanted
    for number, one in enumerate(migrated or []):
        if one.id == series_id and migrated is not None:
            migrated[number] = stored
    return stored, action


def _put(pipe: Any, connection: Redis, wanted: Series, job: Job, stored: Optional[Series], start: Any) -> str:
    """Queue on the watching pipeline whatever turns ``stored`` into ``wanted``."""
    if stored is None or stored.state == CANCELLED:
        _put_new(pipe, connection, wanted, job, start, stored)
        return 'added'
    adopting = bool(stored.legacy_id) and not stored.name  # a migrated series the application registers first
    wanted.name = wanted.name or stored.name or (stored.id if adopting else '')
    wanted.legacy_id, wanted.group = stored.legacy_id, wanted.group or stored.group
    wanted.job = stored.job
    wanted.listed_in = stored.listed_in
    job.id = wanted.job
    same_call = _same_call(stored, wanted)
    same_runs = stored.repeat == wanted.repeat
    if adopting:  # it knows only the runs left
        same_runs = (stored.remaining is None) == (wanted.repeat is None)
    if not _same_schedule(stored, wanted) or not same_runs or (stored.state == FINISHED and not same_call):
        _put_new(pipe, connection, wanted, job, start, stored)
        return 'changed'
    for name in _STATE:
        setattr(wanted, name, getattr(stored, name))
    same = same_call and (adopting or _same_settings(stored, wanted))
    if same and not adopting:
        pipe.multi()
        pipe.hset(series_key(stored.id), 'group', wanted.group)
        return 'kept'
    if not same:
        wanted.expires = expiry_after_replacing(wanted, stored, status_of_job(pipe, wanted.job))
    if not same and stored.slot is not None and tick_state(pipe, stored) == 'waiting':
        tick = new_tick(pipe, connection, wanted, stored.slot)
        pipe.multi()
        discard_tick(pipe, stored, 'waiting')
        wanted.version = '2'
        write_state(pipe, wanted, stored.slot, tick, whole=True)
        save_job(pipe, job)
    else:  # taken over as it is, or its tick is under way and arms the next one from what is written here
        pipe.multi()
        pipe.delete(series_key(stored.id))
        pipe.hset(series_key(stored.id), mapping=to_hash(wanted))
        if not same:
            save_job(pipe, job)
    return 'kept' if same else 'changed'


def _put_new(pipe: Any, connection: Redis, wanted: Series, job: Job, start: Any, stored: Optional[Series]) -> None:
    where = tick_state(pipe, stored) if stored is not None else 'lost'
    owed = stored is not None and run_is_owed(stored, where)
    now = time.time()
    first = epoch_of(start)
    if first is None and wanted.interval is not None:
        first = int(now) + wanted.interval
    if wanted.kind == 'cron':
        first = slot_after(wanted, now if first is None else max(now, first - 1))
    wanted.anchor = first if wanted.kind == 'interval' else None
    wanted.expires = expiry_after_replacing(wanted, stored, status_of_job(pipe, job.id))
    if owed:
        wanted.expires = expiry_of_job(wanted, now)
    wanted.remaining = wanted.repeat
    tick = None if first is None else new_tick(pipe, connection, wanted, first)
    pipe.multi()
    if stored is not None:
        discard_tick(pipe, stored, where)
    write_state(pipe, wanted, first, tick, whole=True)
    save_job(pipe, job)
    if owed:  # the run of what this replaces was due
        enqueue_within(pipe, queue_for(connection, wanted, job), job)


def epoch_of(start: Any) -> Optional[int]:
    """Epoch seconds of a start time; a naive datetime is UTC, as for rq-scheduler (RQ itself takes local time)."""
    if isinstance(start, datetime):
        start = (start if start.tzinfo else start.replace(tzinfo=timezone.utc)).timestamp()
    return None if start is None else int(start)
