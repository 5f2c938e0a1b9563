"""The jobs that a ``Scheduler`` lists, and what keeps that list true.

RQ's scheduler knows nothing of the list: it enqueues a one-shot job and leaves the entry here. So an entry counts only
while its job waits in RQ's registry or its series is active; what is found to be over is taken out of the list.
"""

from __future__ import annotations

import time
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

from redis import Redis, WatchError

from .control import end_deleted
from .keys import as_text, job_key, registry_key, series_id_for, series_key
from .series import ACTIVE, Series, job_may_have_expired, load, pages, rebuilt_job, save_job, transact

_SERIES_FIELDS = ('state', 'listed_in', 'job', 'expires', 'version')

Hash = Dict[Any, Any]

LISTING_PAGE = 5000
"""Ids of one ZRANGEBYSCORE."""


def entries(connection: Redis, key: str, until: Any, most: Optional[int] = None) -> List[Tuple[float, str]]:
    """(score, job id) of the entries of a sorted set with a score from 0 to ``until``, the first ``most`` or all.

    Read in pages, so that no single reply keeps Redis busy.
    """
    found: Dict[str, float] = {}
    start = 0
    while most is None or start < most:
        number = LISTING_PAGE if most is None else min(LISTING_PAGE, most - start)
        page: Any = connection.zrangebyscore(key, 0, until, start=start, num=number, withscores=True)
        for job_id, score in page:
            found[as_text(job_id)] = score
        if len(page) < number:
            break
        start += len(page)
    return sorted((score, job_id) for job_id, score in found.items())


def live_hashes(connection: Redis, index: str, job_ids: Sequence[str], whole: bool) -> Dict[str, Hash]:
    """The job hash of each of these ids that is scheduled; the others are taken out of the list.

    Without ``whole`` the hashes hold no more than ``origin``. A series whose job was deleted ends here, as an entry of
    rq-scheduler did when it was listed; one whose job's hash has expired gets it back.
    """
    found: Dict[str, Hash] = {}
    for chunk in pages(job_ids):
        hashes, over, deleted, expired = _judge(connection, index, chunk, whole)
        found.update(hashes)
        for job_id in deleted:
            end_deleted(connection, series_id_for(job_id))
        for job_id in expired:
            found[job_id] = _restore_hash(connection, series_id_for(job_id)) if whole else {}
        _take_out(connection, index, over)
    return found


def prune(connection: Redis, index: str, limit: int = 20) -> None:
    """Take out of the list what RQ has enqueued; looks at ``limit`` entries whose time is over at the most."""
    due: Any = connection.zrangebyscore(index, '-inf', time.time() - 2, start=0, num=limit)
    if due:
        live_hashes(connection, index, [as_text(job_id) for job_id in due], whole=False)


def _judge(
    connection: Redis, index: str, job_ids: Sequence[str], whole: bool
) -> Tuple[Dict[str, Hash], List[str], List[str], List[str]]:
    """(hashes of those that are scheduled, ids that are over, of deleted jobs, of expired hashes)."""
    with connection.pipeline(transaction=False) as pipe:
        for job_id in job_ids:
            if whole:
                pipe.hgetall(job_key(job_id))
            else:
                pipe.hmget(job_key(job_id), 'origin', 'created_at')
            pipe.hmget(series_key(series_id_for(job_id)), *_SERIES_FIELDS)
        answers = pipe.execute()
    hashes: Dict[str, Hash] = {}
    one_shots: Dict[str, str] = {}
    over: List[str] = []
    deleted: List[str] = []
    expired: List[str] = []
    for job_id, raw, stored in zip(job_ids, answers[::2], answers[1::2]):
        hash_ = raw if whole else ({b'origin': raw[0] or b''} if any(value is not None for value in raw) else {})
        series = _slim(stored)
        if series is not None and series.listed_in == index and (series.job or job_id) == job_id:
            if hash_:
                hashes[job_id] = hash_
            else:
                (expired if job_may_have_expired(series, time.time()) else deleted).append(job_id)
        elif hash_:
            hashes[job_id] = hash_
            one_shots[job_id] = as_text(hash_.get(b'origin') or hash_.get('origin') or '')
        else:
            over.append(job_id)
    if one_shots:
        with connection.pipeline(transaction=False) as pipe:
            for job_id, queue in one_shots.items():
                pipe.zscore(registry_key(queue), job_id)
            for job_id, score in zip(list(one_shots), pipe.execute()):
                if score is None:
                    over.append(job_id)
                    del hashes[job_id]
    return hashes, over, deleted, expired


def _slim(values: Sequence[Optional[bytes]]) -> Optional[Series]:
    """An active series from its ``_SERIES_FIELDS``; None for any other."""
    text = {name: as_text(value) if value is not None else '' for name, value in zip(_SERIES_FIELDS, values)}
    if text['state'] != ACTIVE:
        return None
    return Series(
        id='',
        state=ACTIVE,
        listed_in=text['listed_in'],
        job=text['job'],
        expires=int(float(text['expires'])) if text['expires'] else None,
        version=text['version'] or '1',
    )


def _restore_hash(connection: Redis, series_id: str) -> Hash:
    """Write the hash of a series' real job again, so that ``Job.fetch`` finds it and ``job.delete()`` can be seen."""

    def step(pipe: Any) -> Optional[Series]:
        pipe.watch(series_key(series_id))
        series = load(pipe, series_id, connection)
        if series is None or series.state != ACTIVE:
            return None
        pipe.watch(job_key(series.job))
        if not pipe.exists(job_key(series.job)):
            job = rebuilt_job(connection, series)
            pipe.multi()
            save_job(pipe, job)
            pipe.hdel(series_key(series_id), 'expires')  # from here on a missing hash means job.delete()
        return series

    series = transact(connection, step)
    return {} if series is None else connection.hgetall(job_key(series.job))


def _take_out(connection: Redis, index: str, job_ids: Sequence[str]) -> None:
    """Take entries out of the list that are over, unless somebody registers them again at this moment."""
    if not job_ids:
        return
    keys = [job_key(job_id) for job_id in job_ids] + [series_key(series_id_for(job_id)) for job_id in job_ids]
    pipe: Any
    with connection.pipeline() as pipe:
        try:
            pipe.watch(*keys)
            still: Set[str] = set(_judge(connection, index, job_ids, whole=False)[1])
            if still:
                pipe.multi()
                pipe.zrem(index, *sorted(still))
                pipe.execute()
        except WatchError:
            pass
