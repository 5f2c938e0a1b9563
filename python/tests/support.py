"""What the test programs share: the package under test, a private Redis, real workers.

RQ_RECURRING_PATH names the folder that holds the package (default: the source of this distribution; 'installed': none,
it is installed). RQ_RECURRING_REDIS_PORT names a private Redis that is already there; each test empties the database it
uses.
"""

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.environ.get('RQ_RECURRING_PATH', os.path.join(os.path.dirname(HERE), 'src'))
PATHS = [HERE] if PACKAGE == 'installed' else [PACKAGE, HERE]
sys.path[:0] = [path for path in PATHS if path not in sys.path]
sys.dont_write_bytecode = True

from redis import Redis  # noqa: E402

logging.getLogger('rq.recurring').setLevel(logging.CRITICAL)
SERVER = {}


def start_server():
    """The private Redis of this process; called by the test modules' ``setUpModule``."""
    if SERVER:
        return
    SERVER['folder'] = tempfile.mkdtemp(prefix='rq-recurring-')
    unittest.addModuleCleanup(stop_server)
    if 'RQ_RECURRING_REDIS_PORT' in os.environ:
        SERVER['port'] = int(os.environ['RQ_RECURRING_REDIS_PORT'])
        return
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    options = ['--port', str(port), '--bind', '127.0.0.1', '--save', '', '--dir', SERVER['folder']]
    SERVER.update(port=port, process=subprocess.Popen(['redis-server'] + options, stdout=subprocess.DEVNULL))
    for _ in range(100):
        try:
            connect(0).ping()
            return
        except Exception:
            time.sleep(0.05)
    raise RuntimeError('redis-server did not start')


def stop_server():
    if 'process' in SERVER:
        SERVER['process'].terminate()
        SERVER['process'].wait()
    shutil.rmtree(SERVER['folder'])
    SERVER.clear()


def connect(db):
    return Redis(host='127.0.0.1', port=SERVER['port'], db=db)


def url(db):
    return 'redis://127.0.0.1:%d/%d' % (SERVER['port'], db)


def emptied(db):
    connection = connect(db)
    connection.flushdb()
    return connection


def environment(**more):
    """The environment of programs that import the package under test."""
    return {**os.environ, 'PYTHONPATH': os.pathsep.join(PATHS), 'PYTHONDONTWRITEBYTECODE': '1', **more}


def start_worker(queues, db, *options, **more):
    """A real ``rq worker --with-scheduler``; its output goes to a file in the private Redis' folder."""
    program = 'import sys; from rq.cli import main; sys.exit(main())'
    command = [sys.executable, '-c', program, 'worker', '--with-scheduler', *options, '-u', url(db), *queues]
    path = os.path.join(SERVER['folder'], 'worker-%d-%d.log' % (db, time.time_ns()))
    with open(path, 'w') as log:
        process = subprocess.Popen(command, env=environment(**more), stdout=log, stderr=subprocess.STDOUT)
    process.log = path
    return process


def stop(*processes):
    """A warm shutdown. Fails where a worker does not end: what it had taken off its queue would be lost."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            with open(process.log) as log:
                raise AssertionError('a worker does not end: ' + log.read()[-2000:]) from None


def run_python(code, **more):
    """Run a program text with the package under test on its path; returns its standard output."""
    done = subprocess.run([sys.executable, '-B', '-c', code], env=environment(**more), stdout=-1, stderr=-1, timeout=60)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return done.stdout.decode().strip()


def marks(connection, name):
    """What the functions of ``recurring_jobs`` noted: [name, epoch, job id, epoch at which it was enqueued, …]."""
    return [json.loads(one) for one in connection.lrange('mark:' + name, 0, -1)]


def waiting(connection, series, queues=('default', 'second', 'low')):
    """Ids of the ticks of a series that wait in a registry, or on a queue when the workers were stopped."""
    from rq_recurring.keys import queue_key, registry_key

    found = []
    for queue in queues:
        found += connection.zrange(registry_key(queue), 0, -1) + connection.lrange(queue_key(queue), 0, -1)
    return [one.decode() for one in found if one.decode().startswith(series + '-')]


def enqueue_due(connection, queue='default', serializer=None):
    """What RQ's own scheduler does, once, with what is due."""
    from rq.scheduler import RQScheduler

    options = {} if serializer is None else {'serializer': serializer}
    scheduler = RQScheduler([queue], connection=connection, **options)
    scheduler.prepare_registries([queue])
    scheduler.enqueue_scheduled_jobs()


def make_due(connection, job_id, queue='default', seconds=0):
    """Let a waiting entry be due, as if its time had come ``seconds`` ago, and enqueue it as RQ's scheduler does."""
    from rq_recurring.keys import registry_key

    if connection.zscore(registry_key(queue), job_id) is None:
        raise AssertionError('%s does not wait' % job_id)
    connection.zadd(registry_key(queue), {job_id: int(time.time()) - seconds})
    enqueue_due(connection, queue)


def work(connection, *queues, serializer=None):
    """One burst of a SimpleWorker, without RQ's scheduler."""
    import rq

    options = {} if serializer is None else {'serializer': serializer}
    rq.SimpleWorker(list(queues) or ['default', 'low'], connection=connection, **options).work(
        burst=True, logging_level='CRITICAL'
    )


def main():
    """Run the calling module's tests; prints the versions and the time."""
    import rq

    print('python', sys.version.split()[0], 'rq', rq.VERSION)
    started = time.time()
    program = unittest.main(module='__main__', exit=False)
    print('%.1f s' % (time.time() - started))
    sys.exit(not program.result.wasSuccessful())
