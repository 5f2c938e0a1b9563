"""``Scheduler``: the public API of rq-scheduler over RQ's own registries and this package's series."""

from __future__ import annotations

import logging
import os
import signal
import time
import warnings
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Set, Tuple, Type, Union
from uuid import uuid4

from redis import Redis
from redis.exceptions import DataError
from rq import connections
from rq.job import Job, JobStatus
from rq.queue import Queue
from rq.scheduler import RQScheduler
from rq.utils import backend_class, import_attribute

from .control import cancel_series, total_runs
from .keys import (
    LEGACY_SCHEDULED_JOBS_KEY,
    NAMESPACE,
    SCHEDULED_JOBS_KEY,
    SERIES_KEY,
    as_text,
    is_safe_id,
    job_key,
    queue_key,
    registry_key,
    series_id_for,
    series_key,
)
from .listing import entries, live_hashes, prune
from .series import (
    ACTIVE,
    FORGET_AFTER,
    Series,
    count_down,
    discard_tick,
    dotted_class,
    enqueue_within,
    expiry_after_replacing,
    expiry_of_job,
    fetch_job,
    from_job,
    load,
    new_tick,
    open_for_enqueuing,
    pages,
    queue_for,
    run_is_owed,
    save_job,
    series_of_job,
    status_of_job,
    tick_state,
    transact,
    unused_tick,
    write_state,
)
from .utils import from_unix, get_next_scheduled_time, rationalize_until, to_unix
from .zones import local_zone, zone

logger = logging.getLogger(__name__)

Function = Union[str, Callable[..., Any]]


class Scheduler:
    """Schedules jobs as ``rq_scheduler.Scheduler`` does; RQ's workers (``--with-scheduler``) run them.

    One-shot jobs wait in RQ's ScheduledJobRegistry of their queue; recurring ones are series (see ``series``). All
    instances with the same ``scheduled_jobs_key`` in one database share their schedule, across queues and processes.
    A naive datetime is UTC. Until rq-scheduler's own sorted set is empty, listing, cancelling, changing and
    registering under an id reach the jobs in it as well.

    ``tz``: IANA zone of cron expressions. Default: ``RQ_RECURRING_TZ``, else the zone of this process (``TZ``, the
    system's), in which rq-scheduler 0.12 and later read them too.
    """

    redis_scheduler_namespace_prefix = NAMESPACE + 'scheduler_instance:'
    scheduler_key = NAMESPACE + 'scheduler'
    scheduler_lock_key = NAMESPACE + 'scheduler_lock'
    scheduled_jobs_key = SCHEDULED_JOBS_KEY
    queue_class: Type[Queue] = Queue
    job_class: Type[Job] = Job

    def __init__(
        self,
        queue_name: str = 'default',
        queue: Optional[Queue] = None,
        interval: Union[int, float] = 60,
        connection: Optional[Redis] = None,
        job_class: Union[str, Type[Job], None] = None,
        queue_class: Union[str, Type[Queue], None] = None,
        name: Optional[str] = None,
        *,
        tz: Optional[str] = None,
    ) -> None:
        self.connection: Redis = _resolve_connection(connection, queue)
        self._queue = queue
        self.queue_name: str = queue_name if queue is None else queue.name
        self._interval = interval
        self.log = logger
        self._lock_acquired: Optional[bool] = False
        self._due_only: Optional[str] = None
        """The job that ``enqueue_jobs`` enqueues: only if it still is due, for others may do the same meanwhile."""
        self.job_class = backend_class(self, 'job_class', override=job_class)
        self.queue_class_name = queue_class if isinstance(queue_class, str) else None
        self.queue_class = backend_class(self, 'queue_class', override=queue_class)
        self.name = name or uuid4().hex
        if tz is not None:
            zone(tz)
        self._tz = tz

    # ---- scheduling --------------------------------------------------------------------------------------

    def enqueue_at(self, scheduled_time: datetime, func: Function, *args: Any, **kwargs: Any) -> Job:
        """Run ``func`` once, at ``scheduled_time``.

        These keywords are the job's, all others the function's: timeout, job_id, job_ttl, job_result_ttl,
        job_description, depends_on, meta, queue_name, on_success, on_failure, at_front.
        """
        return self._enqueue_once(to_unix(scheduled_time), func, args, kwargs)

    def enqueue_in(self, time_delta: timedelta, func: Function, *args: Any, **kwargs: Any) -> Job:
        """Run ``func`` once, ``time_delta`` from now; otherwise as ``enqueue_at``."""
        return self._enqueue_once(to_unix(datetime.now(timezone.utc) + time_delta), func, args, kwargs)

    def schedule(
        self,
        scheduled_time: datetime,
        func: Function,
        args: Optional[Sequence[Any]] = None,
        kwargs: Optional[Dict[str, Any]] = None,
        interval: Union[int, float, str, None] = None,
        repeat: Optional[int] = None,
        result_ttl: Union[int, str, None] = None,
        ttl: Union[int, str, None] = None,
        timeout: Union[int, str, None] = None,
        id: Optional[str] = None,
        description: Optional[str] = None,
        queue_name: Optional[str] = None,
        meta: Optional[Dict[str, Any]] = None,
        depends_on: Any = None,
        on_success: Any = None,
        on_failure: Any = None,
        at_front: Optional[bool] = None,
    ) -> Job:
        """Run ``func`` at ``scheduled_time`` and, with an ``interval`` (seconds), again and again.

        ``repeat``: runs in all; None or negative is endless, 0 and 1 are one. Under an ``id`` that is scheduled already
        the new registration takes the place of the old one.
        """
        if interval is not None and result_ttl is None:
            result_ttl = -1
        job = self._create_job(
            func,
            args=args,
            kwargs=kwargs,
            commit=False,
            result_ttl=result_ttl,
            ttl=ttl,
            id=id,
            description=description,
            queue_name=queue_name,
            timeout=timeout,
            meta=meta,
            depends_on=depends_on,
            on_success=on_success,
            on_failure=on_failure,
        )
        if interval is not None:
            job.meta['interval'] = int(interval)
        if repeat is not None:
            job.meta['repeat'] = int(repeat)
        if repeat and interval is None:
            raise ValueError("Can't repeat a job without interval argument")
        if at_front:
            job.enqueue_at_front = True
        self._store(job, to_unix(scheduled_time), given_id=id is not None)
        return job

    def cron(
        self,
        cron_string: str,
        func: Function,
        args: Optional[Sequence[Any]] = None,
        kwargs: Optional[Dict[str, Any]] = None,
        repeat: Optional[int] = None,
        queue_name: Optional[str] = None,
        result_ttl: Union[int, str, None] = -1,
        ttl: Union[int, str, None] = None,
        id: Optional[str] = None,
        timeout: Union[int, str, None] = None,
        description: Optional[str] = None,
        meta: Optional[Dict[str, Any]] = None,
        use_local_timezone: bool = False,
        depends_on: Any = None,
        on_success: Any = None,
        on_failure: Any = None,
        at_front: bool = False,
    ) -> Job:
        """Run ``func`` at the times of a cron expression, read by the clock of this Scheduler's zone.

        ``use_local_timezone`` is kept in the job's meta; rq-scheduler 0.12 and later read the local clock either way.
        """
        scheduled_time = get_next_scheduled_time(cron_string, tz=self.timezone)
        job = self._create_job(
            func,
            args=args,
            kwargs=kwargs,
            commit=False,
            result_ttl=result_ttl,
            ttl=ttl,
            id=id,
            queue_name=queue_name,
            description=description,
            timeout=timeout,
            meta=meta,
            depends_on=depends_on,
            on_success=on_success,
            on_failure=on_failure,
        )
        job.meta['cron_string'] = cron_string
        job.meta['use_local_timezone'] = use_local_timezone
        if repeat is not None:
            job.meta['repeat'] = int(repeat)
        if at_front:
            job.enqueue_at_front = True
        self._store(job, to_unix(scheduled_time), given_id=id is not None)
        return job

    def enqueue(self, *args: Any, **kwargs: Any) -> Job:
        """The oldest name of ``schedule``."""
        warnings.warn('Scheduler.enqueue() is the old name of Scheduler.schedule()', DeprecationWarning, stacklevel=2)
        return self.schedule(*args, **kwargs)

    def enqueue_periodic(self, *args: Any, **kwargs: Any) -> Job:
        """An old name of ``schedule``."""
        warnings.warn(
            'Scheduler.enqueue_periodic() is an old name of Scheduler.schedule()', DeprecationWarning, stacklevel=2
        )
        return self.schedule(*args, **kwargs)

    @property
    def timezone(self) -> str:
        """IANA name of the zone in which this Scheduler reads cron expressions."""
        return self._tz or local_zone()

    # ---- looking and changing ----------------------------------------------------------------------------

    def cancel(self, job: Union[Job, str, bytes]) -> None:
        """Take a job, or the job of this id, out of the schedule. A run of it that is due or queued still executes."""
        job_id = _id_of(job)
        listed = self.connection.zscore(self._index, job_id) is not None
        series_id = series_id_for(job_id) if listed else series_of_job(self.connection, job_id)
        if series_id is not None and cancel_series(self.connection, series_id, self._legacy_key):
            return

        def step(pipe: Any) -> None:
            pipe.watch(job_key(job_id))
            listed = pipe.zscore(self._index, job_id) is not None
            queue = as_text(pipe.hget(job_key(job_id), 'origin') or b'')
            waiting = listed and queue != '' and pipe.zscore(registry_key(queue), job_id) is not None
            pipe.multi()
            pipe.zrem(self._legacy_key, job_id)
            if listed:
                pipe.zrem(self._index, job_id)
            if waiting:
                pipe.zrem(registry_key(queue), job_id)
                pipe.expire(job_key(job_id), FORGET_AFTER)

        transact(self.connection, step)

    def __contains__(self, item: Union[Job, str, bytes]) -> bool:
        """Whether a job, or the job of this id, is scheduled."""
        job_id = _id_of(item)
        with self.connection.pipeline(transaction=False) as pipe:
            pipe.zscore(self._legacy_key, job_id)
            pipe.zscore(self._index, job_id)
            legacy, listed = pipe.execute()
        if legacy is not None:
            return True
        return listed is not None and bool(live_hashes(self.connection, self._index, [job_id], whole=False))

    def change_execution_time(self, job: Job, date_time: datetime) -> None:
        """Set another time for the next run of a job. ValueError where the job is not scheduled."""
        job_id, epoch = _id_of(job), to_unix(date_time)

        def step(pipe: Any) -> bool:
            pipe.watch(series_key(series_id_for(job_id)), job_key(job_id))
            series = load(pipe, series_id_for(job_id), self.connection)
            if pipe.zscore(self._legacy_key, job_id) is not None:
                pipe.watch(self._legacy_key)
                pipe.multi()
                pipe.zadd(self._legacy_key, {job_id: epoch}, xx=True)
                return True
            if series is not None and series.state == ACTIVE and series.listed_in == self._index:
                self._move_tick(pipe, series, epoch)
                return True
            queue = as_text(pipe.hget(job_key(job_id), 'origin') or b'')
            if pipe.zscore(self._index, job_id) is None or pipe.zscore(registry_key(queue), job_id) is None:
                return False
            pipe.watch(registry_key(queue))
            pipe.multi()
            pipe.zadd(registry_key(queue), {job_id: epoch}, xx=True)
            pipe.zadd(self._index, {job_id: epoch})
            return True

        if not transact(self.connection, step):
            raise ValueError('Job not in scheduled jobs queue')

    def _move_tick(self, pipe: Any, series: Series, epoch: int) -> None:
        """Arm another time. A run that is due is enqueued in the place of its tick; the last one is moved instead."""
        where = tick_state(pipe, series)
        job = fetch_job(pipe, self.connection, series) if run_is_owed(series, where) and series.remaining != 1 else None
        tick = new_tick(pipe, self.connection, series, epoch)
        old = load(pipe, series.id, self.connection)
        if series.kind == 'interval':
            series.anchor = epoch
        series.enqueued = None
        if job is None:
            pipe.multi()
        else:
            count_down(job)
            series.previous, series.expires = series.slot, expiry_of_job(series, time.time())
            if series.remaining is not None:
                series.remaining -= 1
            queue = queue_for(self.connection, series, job)
            if open_for_enqueuing(pipe, queue, job):
                enqueue_within(pipe, queue, job)
        if old is not None:
            discard_tick(pipe, old, where)
        write_state(pipe, series, epoch, tick, whole=False)

    def count(self, until: Union[datetime, timedelta, int, float, None] = None) -> int:
        """How many jobs are scheduled, in all queues, until a datetime, a timedelta from now, or an epoch."""
        limit = rationalize_until(until)
        legacy = entries(self.connection, self._legacy_key, limit)
        ids = [job_id for _, job_id in entries(self.connection, self._index, limit)]
        live = live_hashes(self.connection, self._index, ids, whole=False)
        return len(live) + sum(1 for _, job_id in legacy if job_id not in live)

    def get_jobs(
        self,
        until: Union[datetime, timedelta, int, float, None] = None,
        with_times: bool = False,
        offset: Optional[int] = None,
        length: Optional[int] = None,
    ) -> Iterator[Any]:
        """The scheduled jobs of all queues, soonest first: those that any Scheduler made, or migrate-scheduler moved.

        ``until`` as for ``count``. ``with_times`` yields ``(job, naive datetime in UTC)``. ``offset`` and ``length``
        choose a slice; give both or none.
        """
        if (offset is None) != (length is None):
            raise DataError('``offset`` and ``length`` must both be specified')
        limit = rationalize_until(until)
        if offset is None or length is None:
            found = self._scheduled(limit)
        else:
            stop = None if length < 0 else offset + length
            found = islice(self._scheduled(limit, most=stop), offset, stop)
        for job, epoch in found:
            yield (job, from_unix(epoch)) if with_times else job

    def get_jobs_to_queue(self, with_times: bool = False) -> Iterator[Any]:
        """The scheduled jobs whose time has come."""
        return self.get_jobs(to_unix(datetime.now(timezone.utc)), with_times=with_times)

    def _scheduled(self, until: Any, most: Optional[int] = None) -> Iterator[Tuple[Job, float]]:
        """Scheduled jobs, soonest first. The ids are read first, so that a loop may cancel what it gets.

        ``most``: how many the caller takes at the most; no more ids than that are read at first.
        """
        legacy = {job_id: score for score, job_id in entries(self.connection, self._legacy_key, until)}
        seen: Set[str] = set()
        while True:
            listed = {job_id: score for score, job_id in entries(self.connection, self._index, until, most)}
            merged = sorted((score, job_id) for job_id, score in {**listed, **legacy}.items() if job_id not in seen)
            for chunk in pages(merged):
                own = [job_id for _, job_id in chunk if job_id in listed and job_id not in legacy]
                hashes = live_hashes(self.connection, self._index, own, whole=True)
                hashes.update(self._legacy_hashes([job_id for _, job_id in chunk if job_id in legacy]))
                for score, job_id in chunk:
                    seen.add(job_id)
                    raw = hashes.get(job_id)
                    if raw:
                        job = self.job_class(job_id, connection=self.connection)
                        job.restore(raw)
                        yield job, score
            if most is None or len(listed) < most or not merged:
                return

    def _legacy_hashes(self, job_ids: Sequence[str]) -> Dict[str, Any]:
        """Hashes of rq-scheduler's jobs; an entry without its job is taken out, as rq-scheduler does when it lists."""
        if not job_ids:
            return {}
        with self.connection.pipeline(transaction=False) as pipe:
            for job_id in job_ids:
                pipe.hgetall(job_key(job_id))
            answers = dict(zip(job_ids, pipe.execute()))
        gone = [job_id for job_id, raw in answers.items() if not raw]
        if gone:
            self.connection.zrem(self._legacy_key, *gone)
        return answers

    # ---- creating and storing ----------------------------------------------------------------------------

    def _create_job(
        self,
        func: Function,
        args: Optional[Sequence[Any]] = None,
        kwargs: Optional[Dict[str, Any]] = None,
        commit: bool = True,
        result_ttl: Union[int, str, None] = None,
        ttl: Union[int, str, None] = None,
        id: Optional[str] = None,
        description: Optional[str] = None,
        queue_name: Optional[str] = None,
        timeout: Union[int, str, None] = None,
        meta: Optional[Dict[str, Any]] = None,
        depends_on: Any = None,
        on_success: Any = None,
        on_failure: Any = None,
    ) -> Job:
        """An RQ job for the given or this Scheduler's queue; saved if ``commit``. Subclasses may override it."""
        create: Any = self.job_class.create  # RQ's hints leave out '1h' and dotted names
        job: Job = create(
            func,
            args=() if args is None else args,
            connection=self.connection,
            kwargs={} if kwargs is None else kwargs,
            result_ttl=result_ttl,
            ttl=ttl,
            id=id,
            description=description,
            timeout=timeout,
            meta=meta,
            depends_on=depends_on,
            on_success=on_success,
            on_failure=on_failure,
            status=JobStatus.SCHEDULED,
        )
        job.origin = queue_name or self.queue_name
        if self.queue_class_name:
            job.meta['queue_class_name'] = self.queue_class_name
        if commit:
            job.save()
        return job

    def _enqueue_once(self, epoch: int, func: Function, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Job:
        names = {
            'timeout': 'timeout',
            'job_id': 'id',
            'job_ttl': 'ttl',
            'job_result_ttl': 'result_ttl',
            'job_description': 'description',
            'depends_on': 'depends_on',
            'meta': 'meta',
            'queue_name': 'queue_name',
            'on_success': 'on_success',
            'on_failure': 'on_failure',
        }
        options = {names[name]: kwargs.pop(name) for name in list(kwargs) if name in names}
        at_front = kwargs.pop('at_front', None)
        job = self._create_job(func, args=args, kwargs=kwargs, commit=False, **options)
        if at_front:
            job.enqueue_at_front = True
        self._store(job, epoch, given_id=options.get('id') is not None)
        return job

    def _store(self, job: Job, epoch: int, given_id: bool) -> None:
        """Schedule a job that is not saved yet: once, or as a series where its meta names an interval or cron string.

        In one transaction, which also takes away what was scheduled under the same id.
        """
        series = self._series_of(job, epoch)
        transact(self.connection, lambda pipe: self._write(pipe, job, series, epoch, given_id))
        prune(self.connection, self._index)

    def _series_of(self, job: Job, epoch: int) -> Optional[Series]:
        """The series that a job needs; None for one that RQ's registry can hold as it is.

        RQ's scheduler looks at no dependencies and cannot hold every id: such one-shot jobs wait for a tick, too.
        """
        meta = job.meta
        interval, cron_string = meta.get('interval'), meta.get('cron_string')
        if not interval and not cron_string and is_safe_id(job.id) and not job._dependency_ids:
            return None
        if job.result_ttl is None and (interval or cron_string):
            job.result_ttl = -1  # the next run needs the job's hash
        series = from_job(job, series_id_for(job.id))
        series.listed_in = self._index
        series.queue_class = '' if self.queue_class_name else dotted_class(self.queue_class, Queue)
        repeat = meta.get('repeat')
        if interval:
            if int(interval) < 1:
                raise ValueError('interval must be at least one second')
            series.kind, series.interval, series.anchor = 'interval', int(interval), epoch
        elif cron_string:
            series.kind, series.cron, series.tz = 'cron', cron_string, self.timezone
        else:
            series.kind, repeat = 'once', 1
        series.repeat = series.remaining = total_runs(repeat)
        return series

    def _write(self, pipe: Any, job: Job, series: Optional[Series], epoch: int, given_id: bool) -> None:
        old, where, queue, owed = self._earlier(pipe, job) if given_id else (None, 'lost', '', False)
        job._status = JobStatus.SCHEDULED  # also where this is tried again
        tick = None
        if series is not None:
            if given_id:
                series.expires = expiry_after_replacing(series, old, status_of_job(pipe, job.id))
            if owed:
                series.expires = expiry_of_job(series, time.time())
            tick = (
                new_tick(pipe, self.connection, series, epoch)
                if given_id
                else unused_tick(self.connection, series, epoch)
            )
        pipe.multi()
        if given_id:
            pipe.zrem(self._legacy_key, job.id)
            if queue:
                pipe.zrem(registry_key(queue), job.id)
            if old is not None:
                discard_tick(pipe, old, where)
                if series is None:
                    pipe.delete(series_key(old.id))
                    pipe.srem(SERIES_KEY, old.id)
        save_job(pipe, job)
        if series is not None:
            write_state(pipe, series, epoch, tick, whole=True)
        else:
            pipe.sadd(Queue.redis_queues_keys, queue_key(job.origin))
            pipe.zadd(registry_key(job.origin), {job.id: epoch})
            pipe.zadd(self._index, {job.id: epoch})
            pipe.persist(self._index)
        if owed:  # the run of what this registration replaces was due
            enqueue_within(pipe, self.get_queue_for_job(job), job)

    def _earlier(self, pipe: Any, job: Job) -> Tuple[Optional[Series], str, str, bool]:
        """What is scheduled under a job's id: its series, where its tick is, its queue, whether a run is owed."""
        series_id = series_id_for(job.id)
        pipe.watch(series_key(series_id), job_key(job.id))
        old = load(pipe, series_id, self.connection)
        where = tick_state(pipe, old) if old is not None else 'lost'
        queue = as_text(pipe.hget(job_key(job.id), 'origin') or b'')
        return old, where, queue, old is not None and run_is_owed(old, where)

    # ---- enqueuing ---------------------------------------------------------------------------------------

    def get_queue_for_job(self, job: Job) -> Queue:
        """The queue into which a job goes, of the class that its meta or this Scheduler names."""
        key = '{0}{1}'.format(self.queue_class.redis_queue_namespace_prefix, job.origin)
        name = job.meta.get('queue_class_name')
        cls: Any = import_attribute(name) if name else self.queue_class
        return cls.from_queue_key(  # type: ignore[no-any-return]
            key, connection=self.connection, job_class=self.job_class
        )

    def enqueue_job(self, job: Job) -> None:
        """Enqueue a scheduled job now; if it recurs, schedule its next run one interval from now or by its cron rule.

        A due job of a queue that a worker's scheduler serves is left to that scheduler.
        """
        self.log.debug('Pushing %s(%s) to %s', job.func_name, job.id, job.origin)
        repeat = job.meta.get('repeat')
        if repeat:
            job.meta['repeat'] = int(repeat) - 1
        ended = repeat is not None and job.meta['repeat'] == 0
        after = transact(self.connection, lambda pipe: self._enqueue_and_rearm(pipe, job, ended))
        if after is not None:
            after.enqueue_job(job, at_front=bool(job.enqueue_at_front))

    def _enqueue_and_rearm(self, pipe: Any, job: Job, ended: bool) -> Optional[Queue]:
        """One transaction of ``enqueue_job``; returns a queue whose own ``enqueue_job`` is still to be called."""
        now = int(time.time())
        pipe.watch(RQScheduler.get_locking_key(job.origin))
        old, where, queue_name, _ = self._earlier(pipe, job)
        scheduled = old.slot if old is not None else pipe.zscore(registry_key(queue_name), job.id)
        if scheduled is not None and scheduled <= now and pipe.exists(RQScheduler.get_locking_key(job.origin)):
            self.log.debug('%s is left to the scheduler of a worker', job.id)
            return None
        if self._due_only == job.id and (scheduled is None or scheduled > now):
            self.log.debug('%s has been enqueued by another process', job.id)
            return None
        if old is None and scheduled is None and pipe.zscore(self._index, job.id) is not None:
            self.log.debug('%s has been enqueued already', job.id)
            return None
        interval, cron_string = job.meta.get('interval'), job.meta.get('cron_string')
        series, tick, following = None, None, None
        if (interval or cron_string) and not ended:
            if interval:
                following = now + int(interval)
            else:
                following = to_unix(get_next_scheduled_time(str(cron_string), tz=self.timezone))
            series = self._series_of(job, following)
            if series is not None:
                series.previous = old.slot if old is not None else None
                series.expires = expiry_of_job(series, time.time())
                if old is not None:
                    series.repeat, series.legacy_id, series.name = old.repeat, old.legacy_id, old.name
                tick = new_tick(pipe, self.connection, series, following)
        queue = self.get_queue_for_job(job)
        own = type(queue).enqueue_job is not Queue.enqueue_job
        if own:
            pipe.multi()
            save_job(pipe, job)
        elif open_for_enqueuing(pipe, queue, job):
            enqueue_within(pipe, queue, job)
        pipe.zrem(self._legacy_key, job.id)
        pipe.zrem(registry_key(queue_name or job.origin), job.id)
        if old is not None:
            discard_tick(pipe, old, where)
        if series is not None:
            write_state(pipe, series, following, tick, whole=True)
        elif old is not None and old.state == ACTIVE:
            old.remaining = 0 if old.remaining is not None else None
            write_state(pipe, old, None, None, whole=False)
        else:
            pipe.zrem(self._index, job.id)
        return queue if own else None

    def enqueue_jobs(self) -> List[Job]:
        """Enqueue what is due and no worker's scheduler serves; returns the jobs.

        What rq-scheduler still keeps is left to it.
        """
        self.log.debug('Checking for scheduled jobs')
        due = entries(self.connection, self._legacy_key, '+inf')
        legacy = {job_id for _, job_id in due}
        jobs = [job for job in self.get_jobs_to_queue() if job.id not in legacy]
        for job in jobs:
            self._due_only = job.id
            try:
                self.enqueue_job(job)
            finally:
                self._due_only = None
        return jobs

    # ---- the process -------------------------------------------------------------------------------------

    def run(self, burst: bool = False) -> None:
        """Say that RQ's workers do the scheduling, enqueue what is due if none does, then wait for SIGTERM or SIGINT.

        With ``burst`` it returns after the first look. It stays for programs that start it; nothing needs it.
        """
        self.register_birth()
        self._install_signal_handlers()
        try:
            self.log.warning(
                'rq_recurring: RQ workers started with --with-scheduler run the schedule now. '
                'This process only waits; you can remove it.'
            )
            self.heartbeat()
            self.enqueue_jobs()
            while not burst:
                self.heartbeat()
                time.sleep(self._interval)
        finally:
            self.remove_lock()
            self.register_death()

    @property
    def key(self) -> str:
        """The key of this instance's hash, which ``register_birth`` writes."""
        return self.redis_scheduler_namespace_prefix + self.name

    @property
    def pid(self) -> int:
        """The id of this process."""
        return os.getpid()

    def register_birth(self) -> None:
        """Note that this instance lives. ValueError where one of the same name does."""
        self.log.info('Registering birth')
        if self.connection.exists(self.key) and not self.connection.hexists(self.key, 'death'):
            raise ValueError("There's already an active RQ scheduler named: {0!r}".format(self.name))
        with self.connection.pipeline() as pipe:
            pipe.delete(self.key)
            pipe.hset(self.key, 'birth', str(time.time()))
            pipe.expire(self.key, int(self._interval) + 10)
            pipe.execute()

    def register_death(self) -> None:
        """Note that this instance has ended."""
        self.log.info('Registering death')
        with self.connection.pipeline() as pipe:
            pipe.hset(self.key, 'death', str(time.time()))
            pipe.expire(self.key, 60)
            pipe.execute()

    def heartbeat(self) -> None:
        """Keep this instance's hash for another interval."""
        self.log.debug('%s: Sending a HeartBeat', self.key)
        self.connection.expire(self.key, int(self._interval) + 10)

    def acquire_lock(self) -> Optional[bool]:
        """Take the lock of this schedule's instances. It guards nothing: each change is a transaction of its own."""
        taken: Any = self.connection.set(
            self.scheduler_lock_key, str(time.time()), ex=int(self._interval) + 10, nx=True
        )
        self._lock_acquired = taken
        return self._lock_acquired

    def remove_lock(self) -> None:
        """Give the lock back, if this instance holds it."""
        if self._lock_acquired:
            self.connection.delete(self.scheduler_lock_key)
            self._lock_acquired = False
            self.log.debug('%s: Lock Removed', self.key)

    def _install_signal_handlers(self) -> None:
        def stop(signum: int, frame: Any) -> None:
            self.log.info('Shutting down RQ scheduler...')
            self.register_death()
            self.remove_lock()
            raise SystemExit()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)

    # ---- keys --------------------------------------------------------------------------------------------

    @property
    def _index(self) -> str:
        """The sorted set in which this Scheduler lists; another ``scheduled_jobs_key`` means another list."""
        own = self.scheduled_jobs_key
        return own if own == SCHEDULED_JOBS_KEY else '{}:{}'.format(SCHEDULED_JOBS_KEY, own)

    @property
    def _legacy_key(self) -> str:
        """rq-scheduler's sorted set: the one that a subclass with its own ``scheduled_jobs_key`` used there."""
        own = self.scheduled_jobs_key
        return LEGACY_SCHEDULED_JOBS_KEY if own == SCHEDULED_JOBS_KEY else own


def _id_of(job: Union[Job, str, bytes]) -> str:
    return job.id if isinstance(job, Job) else as_text(job)


def _resolve_connection(connection: Optional[Redis], queue: Optional[Queue]) -> Redis:
    """The given connection, else the queue's, else the one that RQ 1 has pushed; ValueError where there is none."""
    if connection is not None:
        return connection
    if queue is not None:
        return queue.connection  # type: ignore[no-any-return,unused-ignore]
    resolve = getattr(connections, 'resolve_connection', None)
    if resolve is None:
        raise ValueError('`connection` argument is required')
    return resolve(connection)  # type: ignore[no-any-return]
