"""Series as version 1 of rq_recurring, and the migrating tool of its time, stored them: no API is used."""

import pickle
import zlib


def write_by_hand(connection, series, slot, call, **fields):
    """Hash, job and registry entry as the migrating tool writes them (no rq API), meta with legacy keys."""
    data = zlib.compress(pickle.dumps(call))
    meta = pickle.dumps({'interval': 2, 'repeat': 3, 'mine': 'kept'})
    values = {
        'version': '1', 'kind': 'interval', 'interval': '2', 'cron': '', 'tz': 'UTC', 'dialect': 'crontab',
        'anchor': str(slot), 'remaining': '', 'slot': str(slot), 'job_id': '%s-%d' % (series, slot), 'queue': 'default',
        'timeout': '77', 'result_ttl': '', 'failure_ttl': '', 'ttl': '', 'description': 'by hand', 'func': call[0],
        'data': data, 'meta': meta, 'serializer': 'pickle', 'legacy_id': 'old:' + series, 'created_at': '1',
        'state': 'active',
    }  # fmt: skip
    values.update(fields)
    job = {
        'created_at': '2026-11-23T00:00:00.000000Z', 'origin': 'default', 'status': 'scheduled', 'timeout': '77',
        'description': 'by hand', 'data': zlib.compress(pickle.dumps(('rq_recurring.run', None, (series, slot, data), {}))),
    }  # fmt: skip
    pipe = connection.pipeline()
    pipe.sadd('migrate-scheduler:series', series)
    pipe.sadd('migrate-scheduler:migrated_series', series)
    pipe.hset('migrate-scheduler:series:' + series, mapping=values)
    pipe.hset('rq:job:%s-%d' % (series, slot), mapping=job)
    pipe.sadd('rq:queues', 'rq:queue:default')
    pipe.zadd('rq:scheduled:default', {'%s-%d' % (series, slot): slot})
    pipe.execute()


