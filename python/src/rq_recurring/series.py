"""A series: the definition of a recurring job in Redis, its real job, and its armed tick.

A series is a HASH. Its *real job* is an ordinary RQ job with the application's function, arguments and id. Its *armed
tick* is a small job in RQ's ScheduledJobRegistry; when a worker executes it, one transaction arms the next tick and
enqueues the real job (``worker.tick``).
"""

from __future__ import annotations

import logging
import re
import time
import zlib
from dataclasses import dataclass, field, fields
from datetime import datetime, timezone
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple, Type, Union

from redis import Redis, WatchError
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import DefaultSerializer, JSONSerializer, resolve_serializer
from rq.utils import import_attribute

from .crontab import next_time
from .keys import (
    MIGRATED_KEY,
    SERIES_KEY,
    as_text,
    job_key,
    queue_key,
    registry_key,
    rq_holds,
    series_id_for,
    series_key,
)

logger = logging.getLogger('rq.recurring')

ACTIVE, FINISHED, CANCELLED, PAUSED = 'active', 'finished', 'cancelled', 'paused'

FORGET_AFTER = 30 * 86400
"""Seconds that a series which has ended, and the job of a cancelled one, stay in Redis."""

TICK_FUNCTION = __name__.rpartition('.')[0] + '.tick'
TICK_TIMEOUT = 180
TICK_RETRIES = 3
"""A tick whose work horse dies is tried again at once; the slot it names keeps that harmless."""

FAILURE_TTL = 365 * 86400
"""Seconds that RQ keeps a failed job which names no ``failure_ttl``."""

PAGE = 500
"""Series or jobs that one pipeline reads."""

CALLBACKS = ('success', 'failure', 'stopped')
UNDERWAY = ('started', 'deferred', 'rate_limited', 'ready_to_enqueue')

OCCURRENCE = re.compile(r'(.+)-([0-9]{9,11})(?:-[0-9]+)?')
"""The id of a tick, or of a run in version 1: series, slot, and a number where the slot's id was taken."""

_HASH_NAMES = {'raw_data': 'data', 'raw_meta': 'meta'}
_BYTES = frozenset({'raw_data', 'raw_meta'})
_INTS = frozenset(
    {
        'interval',
        'anchor',
        'repeat',
        'remaining',
        'slot',
        'previous',
        'enqueued',
        'expires',
        'timeout',
        'result_ttl',
        'failure_ttl',
        'ttl',
        'success_callback_timeout',
        'failure_callback_timeout',
        'stopped_callback_timeout',
        'created_at',
    }
)
_FLAGS = frozenset({'enqueue_at_front'})
_OMITTED_WHEN_EMPTY = frozenset(
    {
        'raw_data',
        'raw_meta',
        'enqueue_at_front',
        'dependency_ids',
        'queue_class',
        'job_class',
        'previous',
        'enqueued',
        'expires',
    }
)
_LOCAL = frozenset({'id', 'connection'})
_STATE = (
    'version',
    'job',
    'slot',
    'job_id',
    'remaining',
    'state',
    'interval',
    'cron',
    'anchor',
    'previous',
    'enqueued',
    'expires',
)
_JOB_FIELDS = (
    'data',
    'meta',
    'description',
    'timeout',
    'result_ttl',
    'failure_ttl',
    'ttl',
    'dependency_ids',
    'enqueue_at_front',
)


@dataclass
class Series:
    """A series as stored in Redis: its definition and its state. Times are epoch seconds, durations seconds.

    ``remaining`` counts the runs left including the armed one (None: endless); ``slot`` is when the armed tick is
    due and ``job_id`` which job that is; ``previous`` is the slot whose run was enqueued last; ``job`` is the id of the
    real job. ``enqueued`` is a slot whose run was enqueued although the next one could not be armed yet; ``expires`` is
    when the hash of the real job can be gone by an expiry of its own (None: never). ``raw_data`` and ``raw_meta`` are
    the serialized call and meta, as RQ stores them in a job's hash.
    ``listed_in`` names the sorted set in which a ``Scheduler`` lists the series ('': in none).
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
    previous: Optional[int] = None
    enqueued: Optional[int] = None
    expires: Optional[int] = None
    job: str = ''
    listed_in: str = ''
    queue: str = 'default'
    timeout: Optional[int] = None
    result_ttl: Optional[int] = None
    failure_ttl: Optional[int] = None
    ttl: Optional[int] = None
    description: str = ''
    func: str = ''
    raw_data: bytes = field(default=b'', repr=False)
    raw_meta: bytes = field(default=b'', repr=False)
    success_callback_name: str = ''
    success_callback_timeout: Optional[int] = None
    failure_callback_name: str = ''
    failure_callback_timeout: Optional[int] = None
    stopped_callback_name: str = ''
    stopped_callback_timeout: Optional[int] = None
    enqueue_at_front: bool = False
    dependency_ids: str = ''
    queue_class: str = ''
    job_class: str = ''
    serializer: str = 'pickle'
    legacy_id: str = ''
    name: str = ''
    group: str = ''
    created_at: Optional[int] = None
    state: str = ACTIVE
    version: str = '2'
    connection: Optional[Redis] = field(default=None, repr=False, compare=False)

    @property
    def func_name(self) -> str:
        """Dotted name of the function that each run calls."""
        return self.func

    @property
    def args(self) -> Sequence[Any]:
        """Positional arguments of each run. Deserializes them, as ``Job.args`` does."""
        return self._call()[2]  # type: ignore[no-any-return]

    @property
    def kwargs(self) -> Dict[str, Any]:
        """Keyword arguments of each run. Deserializes them, as ``Job.kwargs`` does."""
        return self._call()[3]  # type: ignore[no-any-return]

    @property
    def meta(self) -> Dict[str, Any]:
        """The meta with which the series was registered; that of its job (``Job.fetch(series.job)``) may differ."""
        return dict(loads(self.serializer, self.raw_meta)) if self.raw_meta else {}

    @property
    def next_run(self) -> Optional[datetime]:
        """When the next run is due, in UTC; None: finished, cancelled or paused."""
        return _utc(self.slot)

    @property
    def previous_run(self) -> Optional[datetime]:
        """The time for which the last run was enqueued, in UTC; None: there was none yet."""
        return _utc(self.previous)

    def cancel(self) -> bool:
        """End the series; see ``rq_recurring.cancel``."""
        from .control import cancel

        return cancel(self, connection=self._redis())

    def pause(self) -> bool:
        """Keep the series, without runs, until ``resume``. False if it is not active."""
        from .control import pause

        return pause(self.id, connection=self._redis())

    def resume(self) -> bool:
        """Go on with the next time of the schedule that is still to come. False if the series is not paused."""
        from .control import resume

        return resume(self.id, connection=self._redis())

    def run_now(self) -> Job:
        """Enqueue one run at once, outside the schedule and its count. Returns the job."""
        from .control import run_now

        return run_now(self.id, connection=self._redis())

    def _redis(self) -> Redis:
        if self.connection is None:
            raise ValueError('this Series has no connection: get it from list_series, get, every or cron')
        return self.connection

    def _call(self) -> Any:
        return loads(self.serializer, inflate(self.raw_data))


def _utc(epoch: Optional[int]) -> Optional[datetime]:
    return None if epoch is None else datetime.fromtimestamp(epoch, timezone.utc)


# ---- serialized values ---------------------------------------------------------------------------------------


def serializer_named(name: str) -> Any:
    """The serializer a series names: 'pickle', 'json' or a dotted name."""
    if name == 'json':
        return JSONSerializer
    return None if name in ('', 'pickle') else resolve_serializer(name)


def name_of_serializer(serializer: Any) -> str:
    """The name by which a series keeps a serializer: a class, its dotted name, 'json' or None."""
    name = serializer
    if serializer is not None and not isinstance(serializer, str):
        cls = serializer if isinstance(serializer, type) else type(serializer)
        name = '{}.{}'.format(cls.__module__, cls.__qualname__)
    if name in (None, 'pickle', DefaultSerializer.__module__ + '.DefaultSerializer'):
        return 'pickle'
    return 'json' if name in ('json', JSONSerializer.__module__ + '.JSONSerializer') else str(name)


def loads(serializer: str, raw: bytes) -> Any:
    """A value as the named serializer reads it."""
    return resolve_serializer(serializer_named(serializer)).loads(raw)


def dumps(serializer: str, value: Any) -> bytes:
    """A value as the named serializer writes it."""
    return resolve_serializer(serializer_named(serializer)).dumps(value)  # type: ignore[no-any-return,unused-ignore]


def inflate(raw: bytes) -> bytes:
    """RQ compresses ``data``; very old jobs are plain (as in Job.restore)."""
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return raw


# ---- the hash of a series ------------------------------------------------------------------------------------


def to_hash(series: Series) -> Dict[str, Union[str, bytes]]:
    """The hash of a series. Fields without a value are '' or, where RQ leaves them out of a job's hash, absent."""
    stored: Dict[str, Union[str, bytes]] = {}
    for one in fields(Series):
        if one.name in _LOCAL:
            continue
        value = getattr(series, one.name)
        if one.name in _FLAGS:
            value = '1' if value else ''
        value = '' if value is None else value
        if not value and (one.name in _OMITTED_WHEN_EMPTY or one.name.startswith(CALLBACKS)):
            continue
        stored[_HASH_NAMES.get(one.name, one.name)] = value if isinstance(value, bytes) else str(value)
    return stored


def from_hash(series_id: str, raw: Dict[bytes, bytes], connection: Any = None) -> Series:
    """A series as its hash says. Fields that this version does not know are passed over.

    A series of version 1 names no job: it becomes the rq-scheduler job's id, if RQ can hold that.
    """
    values: Dict[str, Any] = {'version': '1'}
    for one in fields(Series):
        value = raw.get(_HASH_NAMES.get(one.name, one.name).encode())
        if value is None or one.name in _LOCAL:
            continue
        if one.name in _INTS:
            values[one.name] = int(float(value)) if value else None
        elif one.name in _FLAGS:
            values[one.name] = value == b'1'
        else:
            values[one.name] = value if one.name in _BYTES else value.decode()
    series = Series(**{**values, 'id': series_id, 'connection': connection})
    name = series.job or series.legacy_id
    series.job = name if name and rq_holds(name) else series_id
    return series


def load(connection: Any, series_id: str, owner: Any = None) -> Optional[Series]:
    """One series; ``owner`` is the connection that it keeps for its methods (default: ``connection``)."""
    raw = connection.hgetall(series_key(series_id))
    return from_hash(series_id, raw, owner or connection) if raw else None


def load_all(connection: Redis, key: str = SERIES_KEY) -> List[Series]:
    """Every stored series, or those named in another SET; ids whose hash has expired are dropped from the set."""
    found: List[Series] = []
    ids = sorted({as_text(one) for one in connection.sscan_iter(key, count=PAGE)})
    for chunk in pages(ids):
        with connection.pipeline(transaction=False) as pipe:
            for series_id in chunk:
                pipe.hgetall(series_key(series_id))
            hashes = pipe.execute()
        for series_id, raw in zip(chunk, hashes):
            if raw:
                found.append(from_hash(series_id, raw, connection))
            else:
                _drop_expired(connection, key, series_id)
    return found


def _drop_expired(connection: Redis, key: str, series_id: str) -> None:
    """Drop an id from the set, unless its hash has come back meanwhile."""
    pipe: Any
    with connection.pipeline() as pipe:
        try:
            pipe.watch(series_key(series_id))
            if not pipe.exists(series_key(series_id)):
                pipe.multi()
                pipe.srem(key, series_id)
                pipe.execute()
        except WatchError:
            pass


def series_of_job(connection: Redis, job_id: str) -> Optional[str]:
    """The id of the series whose job, tick or (in version 1) occurrence has this id. One or two look-ups.

    Only the armed slot and the one before count: another job may be called ``<series>-<number>`` as well.
    """
    candidate = series_id_for(job_id)
    if connection.exists(series_key(candidate)):
        return candidate
    occurrence = OCCURRENCE.fullmatch(job_id)
    if occurrence is None:
        return None
    known = connection.hmget(series_key(occurrence.group(1)), 'slot', 'previous')
    return occurrence.group(1) if occurrence.group(2).encode() in known else None


def resolve(connection: Redis, name: str) -> Optional[str]:
    """The id of the series with this id, job id, application's name, or rq-scheduler job id; None: there is none."""
    found = series_of_job(connection, name)
    if found is not None:
        return found
    for one in load_all(connection, MIGRATED_KEY):
        if name in (one.name, one.legacy_id, one.job) and one.state != CANCELLED:
            return one.id
    return None


# ---- the real job --------------------------------------------------------------------------------------------


def from_job(job: Job, series_id: str) -> Series:
    """A series whose runs are those of this job; its schedule and state are the caller's to fill in."""
    raw = {as_text(name): value for name, value in job.to_dict().items()}
    text = {
        name: as_text(value) if isinstance(value, (bytes, str)) else str(value)
        for name, value in raw.items()
        if name not in ('data', 'meta')
    }

    def number(name: str) -> Optional[int]:
        return int(float(text[name])) if text.get(name) not in (None, '', 'None') else None

    serializer = name_of_serializer(job.serializer)
    series = Series(
        id=series_id,
        job=job.id,
        queue=job.origin,
        timeout=number('timeout'),
        result_ttl=number('result_ttl'),
        failure_ttl=number('failure_ttl'),
        ttl=number('ttl'),
        description=job.description or '',
        func=str(job.func_name),
        raw_data=zlib.compress(job.data),
        raw_meta=dumps(serializer, job.meta) if job.meta else b'',
        enqueue_at_front=bool(job.enqueue_at_front),
        dependency_ids=text.get('dependency_ids', ''),
        job_class=dotted_class(type(job), Job),
        serializer=serializer,
        created_at=int(time.time()),
    )
    for kind in CALLBACKS:
        setattr(series, kind + '_callback_name', text.get(kind + '_callback_name', ''))
        setattr(series, kind + '_callback_timeout', number(kind + '_callback_timeout'))
    return series


def dotted_class(cls: type, usual: type) -> str:
    """The dotted name of a class of the application's own; '' for RQ's, and for one that cannot be imported by name."""
    if cls is usual or '<locals>' in cls.__qualname__ or cls.__module__ == '__main__':
        return ''
    return '{}.{}'.format(cls.__module__, cls.__qualname__)


def imported_class(name: str, usual: type) -> Any:
    """The class of that dotted name, or RQ's own where this process cannot import it."""
    if not name:
        return usual
    try:
        return import_attribute(name)
    except Exception:
        logger.warning('%s cannot be imported here; %s is used', name, usual.__name__, exc_info=True)
        return usual


def fetch_job(reader: Any, connection: Redis, series: Series) -> Optional[Job]:
    """The real job as it is stored; None: its hash is gone. ``reader`` is a connection or a watching pipeline."""
    raw = reader.hgetall(job_key(series.job))
    return restored(connection, series.job, raw, series) if raw else None


def restored(connection: Redis, job_id: str, raw: Dict[Any, Any], series: Optional[Series] = None) -> Job:
    """A job instance from its hash, of the class and with the serializer that its series names."""
    cls: Type[Job] = imported_class(series.job_class if series else '', Job)
    job = cls(job_id, connection=connection, serializer=serializer_named(series.serializer if series else ''))
    job.restore(raw)
    return job


def job_is_deleted(pipe: Any, series: Series) -> bool:
    """Whether the application has deleted the real job. Watches its hash."""
    pipe.watch(job_key(series.job))
    return not pipe.exists(job_key(series.job)) and not job_may_have_expired(series, time.time())


def rebuilt_job(connection: Redis, series: Series) -> Job:
    """The real job made again from the series, as it was when it was registered.

    ``result_ttl`` is -1 unless the series names another: the next run needs the job's hash.
    """
    stored = to_hash(series)
    names = list(_JOB_FIELDS) + [kind + end for kind in CALLBACKS for end in ('_callback_name', '_callback_timeout')]
    raw: Dict[bytes, bytes] = {}
    for name in names:
        value = stored.get(name, '')
        if value:
            raw[name.encode()] = value.encode() if isinstance(value, str) else value
    raw.setdefault(b'result_ttl', b'-1')
    raw[b'origin'] = series.queue.encode()
    raw[b'created_at'] = datetime.now(timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ').encode()
    raw[b'status'] = b'scheduled'
    job = restored(connection, series.job, raw, series)
    if isinstance(job.meta, dict) and job.meta.get('repeat') and series.remaining is not None:
        job.meta['repeat'] = series.remaining
    return job


def expiry_of_job(series: Series, now: float) -> int:
    """When the hash of a run that is enqueued now can be gone: with its result, its failure or its ttl."""
    lifetimes = [one for one in (series.result_ttl, series.failure_ttl, series.ttl) if one is not None and one >= 0]
    return int(now) + min(lifetimes + [FAILURE_TTL])


def note_run(pipe: Any, series: Series) -> None:
    """Queue on an open MULTI that a run was enqueued outside the schedule: its end gives the job an expiry."""
    series.expires = expiry_of_job(series, time.time())
    pipe.hset(series_key(series.id), 'expires', series.expires)


def expiry_after_replacing(new: Series, old: Optional[Series], status: str) -> Optional[int]:
    """``expires`` of a series that takes the place of ``old``, whose job has this status.

    A run of the old registration may still be queued or executed; when it ends, the job's hash gets an expiry.
    """
    now = time.time()
    if old is None or old.expires is None:
        if status not in ('queued',) + UNDERWAY:
            return None
        if old is None:  # a job of that id that was no series: what its worker makes of it is not known here
            return int(now)
    return min(expiry_of_job(old, now), expiry_of_job(new, now))


def status_of_job(pipe: Any, job_id: str) -> str:
    """The status in a job's hash, which is watched; '' where there is none."""
    pipe.watch(job_key(job_id))
    return as_text(pipe.hget(job_key(job_id), 'status') or b'')


def job_may_have_expired(series: Series, now: float) -> bool:
    """Whether the real job's hash can be gone by an expiry of its own rather than by ``job.delete()``."""
    return series.version == '1' or (series.expires is not None and now >= series.expires)


# ---- slots ---------------------------------------------------------------------------------------------------


def slot_after(series: Series, moment: float) -> Optional[int]:
    """The first slot strictly after ``moment``: on the interval grid, or the next cron time (None: there is none)."""
    if series.kind == 'once':
        return None
    if series.kind == 'cron':
        return next_time(series.cron, series.dialect, series.tz, moment)
    if not series.interval:
        raise ValueError('series {} has no interval'.format(series.id))
    anchor = series.anchor if series.anchor is not None else int(moment)
    return int(anchor + ((moment - anchor) // series.interval + 1) * series.interval)


# ---- arming --------------------------------------------------------------------------------------------------


def new_tick(reader: Any, connection: Redis, series: Series, slot: int) -> Job:
    """The job of the tick for ``slot``, not saved; its id goes into ``series.job_id``.

    ``<series>-<slot>``, with ``-2``, ``-3`` … where RQ still remembers an earlier job of the same slot.
    """
    job_id, number = '{}-{}'.format(series.id, slot), 1
    while reader.exists(job_key(job_id)):
        number += 1
        job_id = '{}-{}-{}'.format(series.id, slot, number)
    return _tick(connection, series, slot, job_id)


def unused_tick(connection: Redis, series: Series, slot: int) -> Job:
    """As ``new_tick``, for a series whose id is new in this world: no look at Redis is needed."""
    return _tick(connection, series, slot, '{}-{}'.format(series.id, slot))


def _tick(connection: Redis, series: Series, slot: int, job_id: str) -> Job:
    series.job_id = job_id
    job = Job.create(
        TICK_FUNCTION,
        args=(series.id, slot),
        connection=connection,
        id=job_id,
        origin=series.queue,
        status=JobStatus.SCHEDULED,
        description=series.description or series.func,
        timeout=TICK_TIMEOUT,
        result_ttl=0,
        serializer=serializer_named(series.serializer),
    )
    job.enqueue_at_front = True
    job.retries_left = TICK_RETRIES
    return job


def write_state(pipe: Any, series: Series, slot: Optional[int], tick: Optional[Job], whole: bool) -> None:
    """Queue on an open MULTI the series' new state and the tick for ``slot`` (None: the series has finished).

    ``whole`` writes every field, not only the state. The tick gets no expiry while it waits.
    """
    series.slot = slot
    series.state = ACTIVE if tick is not None else FINISHED
    if tick is None:
        series.job_id = ''
    key = series_key(series.id)
    stored = to_hash(series)
    if whole:
        pipe.delete(key)
        pipe.hset(key, mapping=stored)
    else:
        pipe.hset(key, mapping={name: stored.get(name, '') for name in _STATE})
    pipe.sadd(SERIES_KEY, series.id)
    if tick is not None:
        tick.save(pipeline=pipe)
        pipe.sadd(Queue.redis_queues_keys, queue_key(series.queue))
        pipe.zadd(registry_key(series.queue), {tick.id: slot})
        pipe.persist(key)
    elif series.kind == 'once':
        pipe.delete(key)
        pipe.srem(SERIES_KEY, series.id)
    elif series.listed_in:  # ensure() remembers what has finished, a Scheduler does not
        pipe.expire(key, FORGET_AFTER)
    if series.listed_in:
        if tick is None:
            pipe.zrem(series.listed_in, series.job)
        else:
            pipe.zadd(series.listed_in, {series.job: slot})
            pipe.persist(series.listed_in)


def save_job(pipe: Any, job: Job) -> None:
    """Queue the real job's hash, without the expiry that an earlier job of its id may have left."""
    job.save(pipeline=pipe)
    pipe.persist(job.key)


def tick_state(pipe: Any, series: Series) -> str:
    """Where the armed tick is: 'waiting' in the registry, 'due' (queued, or a worker has it), or 'lost'.

    Watches the tick's hash: RQ's scheduler writes it when it moves the tick to its queue.
    """
    if not series.job_id:
        return 'lost'
    pipe.watch(job_key(series.job_id))
    if pipe.zscore(registry_key(series.queue), series.job_id) is not None:
        return 'waiting'
    status = pipe.hget(job_key(series.job_id), 'status')
    return 'due' if status is not None and as_text(status) in ('queued',) + UNDERWAY else 'lost'


def discard_tick(pipe: Any, series: Series, state: str) -> None:
    """Queue the removal of a tick that still waits. One that is queued finds its slot over, and does nothing."""
    if state == 'waiting':
        pipe.zrem(registry_key(series.queue), series.job_id)
        pipe.delete(job_key(series.job_id))


def run_is_owed(series: Series, state: str) -> bool:
    """Whether the run of the armed slot is due and not enqueued: its tick has left the registry, not yet executed."""
    return series.state == ACTIVE and state == 'due' and series.enqueued != series.slot


def queue_for(connection: Redis, series: Series, job: Job) -> Queue:
    """The queue of the real job, of the class that the job or the series names."""
    name = series.queue_class
    meta = job.meta if isinstance(job.meta, dict) else {}
    if meta.get('queue_class_name'):
        name = str(meta['queue_class_name'])
    cls = imported_class(name, Queue)
    return cls(series.queue, connection=connection, job_class=type(job))  # type: ignore[no-any-return]


def count_down(job: Job) -> None:
    """rq-scheduler counts the runs that are left in the job's meta, where applications read them."""
    if isinstance(job.meta, dict) and job.meta.get('repeat'):
        job.meta['repeat'] = int(job.meta['repeat']) - 1


def open_for_enqueuing(pipe: Any, queue: Queue, job: Job) -> bool:
    """Begin the MULTI that enqueues ``job``. False: it depends on unfinished jobs and is deferred in the MULTI.

    ``Queue.setup_dependencies`` watches the jobs on which it depends, so it comes before anything is queued.
    """
    job.origin = queue.name
    job._status = JobStatus.SCHEDULED
    queue.setup_dependencies(job, pipeline=pipe)
    if not pipe.explicit_transaction:
        pipe.multi()
    return job.get_status(refresh=False) != JobStatus.DEFERRED


def enqueue_within(pipe: Any, queue: Queue, job: Job) -> None:
    """Queue on an open MULTI what puts ``job`` on its queue, as RQ's own scheduler does."""
    pipe.persist(job.key)
    pipe.sadd(queue.redis_queues_keys, queue.key)
    queue._enqueue_job(job, pipeline=pipe, at_front=bool(job.enqueue_at_front))


def transact(connection: Redis, step: Any) -> Any:
    """Call ``step(pipe)`` until its transaction goes through unchanged; returns what it returned.

    ``step`` watches what it reads, calls ``pipe.multi()``, and queues its writes. It may return without ``multi()``.
    """
    with connection.pipeline() as pipe:
        while True:
            try:
                result = step(pipe)
                if pipe.explicit_transaction:
                    pipe.execute()
                return result
            except WatchError:
                continue
            finally:
                pipe.reset()


def listed(series: Iterable[Series]) -> List[Series]:
    """Soonest first; those without a next run last."""
    return sorted(series, key=lambda one: (one.slot is None, one.slot or 0, one.id))


def pages(items: Sequence[Any]) -> Iterable[Tuple[Any, ...]]:
    """The items in portions that one pipeline takes."""
    for start in range(0, len(items), PAGE):
        yield tuple(items[start : start + PAGE])
