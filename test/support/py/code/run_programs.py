"""Runs programs one after the other in this process, each on an empty Redis, and says what each has scheduled.

stdin: JSON {"programs": [{"name", "folder"}], "path": [folders to import from], "forbid": [modules that cannot be
imported]}; a program is <folder>/program.py. stdout: JSON {name: {"error", "printed", "elapsed", "jobs"}}; `after` is
in seconds from the program's start, so that times which depend on the clock can be compared, `epoch` is absolute.
"""

import contextlib
import io
import json
import os
import pickle
import runpy
import sys
import time
import traceback
import warnings
import zlib

from redis import Redis
from rq.job import Job

LEGACY = 'rq:scheduler:scheduled_jobs'
SERIES = 'migrate-scheduler:series'
LEGACY_META = ('interval', 'repeat', 'cron_string', 'use_local_timezone')


def call_of(data):
    try:
        data = zlib.decompress(data)
    except zlib.error:
        pass
    func, _, args, kwargs = pickle.loads(data)
    return {'func': func, 'args': list(args), 'kwargs': kwargs}


def recurrence_of(meta):
    """What rq-scheduler keeps of a recurring job in its meta; None for a job that runs once."""
    if meta.get('interval'):
        return {'kind': 'interval', 'interval': int(meta['interval']), 'cron': '', 'repeat': meta.get('repeat')}
    if meta.get('cron_string'):
        return {'kind': 'cron', 'interval': None, 'cron': meta['cron_string'], 'repeat': meta.get('repeat')}
    return None


def job_of(connection, job_id, score, start):
    job = Job.fetch(job_id, connection=connection)
    series = recurrence_of(job.meta)
    return {
        'queue': job.origin,
        'after': score - start,
        'epoch': score,
        'id': job_id,
        **call_of(job.data),
        'meta': {key: value for key, value in job.meta.items() if key not in LEGACY_META},
        'timeout': job.timeout if job.timeout is not None else 180,
        'ttl': job.ttl,
        'resultTtl': None if series and job.result_ttl == -1 else job.result_ttl,
        'description': job.description,
        'series': series,
    }


def series_of(connection, series_id, start):
    """A series of rq_recurring in the form of a recurring rq-scheduler job: its real job, and its next time."""
    row = {key.decode(): value for key, value in connection.hgetall(f'{SERIES}:{series_id}').items()}
    text = {key: value.decode() for key, value in row.items() if key not in ('data', 'meta')}
    seen = job_of(connection, text['job'], int(text['slot']), start)
    return {**seen, 'queue': text['queue']}


def scheduled(connection, start):
    """Every waiting job of either scheduler, by queue and time; one that belongs to a series counts as the series."""
    jobs = [job_of(connection, job_id.decode(), score, start) for job_id, score in connection.zrange(LEGACY, 0, -1, withscores=True)]
    series = {key.decode() for key in connection.smembers(SERIES)}
    live = [one for one in series if connection.hget(f'{SERIES}:{one}', 'state') == b'active']
    armed = {connection.hget(f'{SERIES}:{one}', 'job_id').decode() for one in series}
    for key in sorted(connection.scan_iter('rq:scheduled:*')):
        for job_id, score in connection.zrange(key, 0, -1, withscores=True):
            if job_id.decode() not in armed:
                jobs.append(job_of(connection, job_id.decode(), score, start))
    jobs += [series_of(connection, one, start) for one in live]
    return sorted(jobs, key=lambda job: (job['queue'], job['epoch'], repr((job['args'], job['kwargs']))))


def run_one(connection, folder):
    connection.flushall()
    known, path = set(sys.modules), list(sys.path)
    sys.path.insert(0, folder)
    printed, error = io.StringIO(), None
    start = int(time.time())
    began = time.monotonic()
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(os.path.join(folder, 'program.py'), run_name='__main__')
    except BaseException:
        error = traceback.format_exc()
    elapsed = time.monotonic() - began
    sys.path[:] = path
    for name in set(sys.modules) - known:
        where = getattr(sys.modules[name], '__file__', None) or ''
        if where.startswith(folder):
            del sys.modules[name]
    return {
        'error': error,
        'printed': printed.getvalue().splitlines(),
        'elapsed': elapsed,
        'jobs': scheduled(connection, start),
    }


def main():
    request = json.load(sys.stdin)
    warnings.simplefilter('ignore')
    sys.path[:0] = request['path']
    for name in request['forbid']:
        sys.modules[name] = None
    sys.dont_write_bytecode = True
    os.environ['RQ_REDIS_URL'] = sys.argv[1]
    connection = Redis.from_url(sys.argv[1])
    print(json.dumps({one['name']: run_one(connection, one['folder']) for one in request['programs']}, default=repr))


if __name__ == '__main__':
    main()
