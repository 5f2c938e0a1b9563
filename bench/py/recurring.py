"""Recurring jobs under rq-scheduler, ``rq cron`` and rq_recurring, measured side by side. See ``recurring.mjs``.

Usage: recurring.py PORT FOLDER [SECONDS [SERIES [MANY]]]
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta

import bench_tasks
import rq
from redis import Redis

import rq_recurring

PORT, FOLDER = int(sys.argv[1]), sys.argv[2]
SECONDS = int(sys.argv[3]) if len(sys.argv) > 3 else 60
SERIES = int(sys.argv[4]) if len(sys.argv) > 4 else 20
MANY = int(sys.argv[5]) if len(sys.argv) > 5 else 100_000
PERIOD = 5
URL = 'redis://127.0.0.1:{}'.format(PORT)
MARKS = os.path.join(FOLDER, 'marks')
HERE = os.path.dirname(os.path.abspath(__file__))
ENV = {**os.environ, 'BENCH_MARKS': MARKS, 'BENCH_SERIES': str(SERIES), 'PYTHONDONTWRITEBYTECODE': '1', 'TZ': 'UTC'}
CLI = ['-c', 'import sys; from rq.cli import main; sys.exit(main())']
connection = Redis(port=PORT)


def start(*words):
    log = open(os.path.join(FOLDER, 'log'), 'a')
    return subprocess.Popen(
        [sys.executable, *words], env=ENV, cwd=HERE, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )


def worker(*options):
    return start(*CLI, 'worker', '-u', URL, *options, 'default')


def stop(processes):
    for process in processes:
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def memory(processes):
    """Resident MiB of the processes and all their children."""
    total = 0
    groups = {process.pid for process in processes}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            if os.getpgid(int(pid)) in groups:
                with open('/proc/{}/statm'.format(pid)) as file:
                    total += int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
        except (OSError, ProcessLookupError):
            pass
    return total / 2**20


def commands():
    return connection.info('stats')['total_commands_processed']


def marks():
    try:
        with open(MARKS) as file:
            return [float(line) for line in file]
    except FileNotFoundError:
        return []


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float('nan')


def register_with(cls, cron_string):
    scheduler = cls(connection=connection)
    for number in range(SERIES):
        scheduler.cron(cron_string, bench_tasks.mark, kwargs={'seconds': number * 1e-9})


def settle():
    connection.flushall()
    if os.path.exists(MARKS):
        os.unlink(MARKS)


def observe(name, register, launch, far, due=True):
    """One row: commands per minute while nothing is due, then (``due``) lateness and commands per run."""
    settle()
    register(far)
    processes = launch()
    time.sleep(6)
    before = commands()
    time.sleep(SECONDS / 2)
    idle = (commands() - before) * 60 / (SECONDS / 2)
    size = memory(processes)
    stop(processes)
    if not due:
        print('| {} | | up to its interval | {:.0f} | | {:.0f} |'.format(name, idle, size), flush=True)
        return
    settle()
    register('*/{} * * * * * *'.format(PERIOD))
    processes = launch()
    time.sleep(8)
    first, before = time.time(), commands()
    time.sleep(SECONDS)
    took, used = time.time() - first, commands() - before
    size = memory(processes)
    stop(processes)
    late = [one % PERIOD for one in marks() if one >= first]
    per_run = (used - idle * took / 60) / max(1, len(late))
    print(
        '| {} | {} | {:.2f} / {:.2f} | {:.0f} | {:.1f} | {:.0f} |'.format(
            name, len(late), percentile(late, 0.5), percentile(late, 0.99), idle, per_run, size
        ),
        flush=True,
    )


def compare():
    import rq_scheduler

    print('rq {}, {} jobs every {} s for {} s, one worker\n'.format(rq.VERSION, SERIES, PERIOD, SECONDS))
    print('| | runs | late p50 / p99 (s) | commands/min idle | commands per run | memory (MiB) |')
    print('|---|---|---|---|---|---|')
    far = '0 0 0 1 1 * 2098'
    ours = rq_recurring.Scheduler
    observe('rq_recurring', lambda rule: register_with(ours, rule), lambda: [worker('--with-scheduler')], far)
    rqscheduler = ['-c', 'from rq_scheduler.scripts.rqscheduler import main; main()', '-u', URL]
    for interval in ('1', '60'):
        observe(
            'rq-scheduler, -i {}'.format(interval),
            lambda rule: register_with(rq_scheduler.Scheduler, rule),
            lambda interval=interval: [worker(), start(*rqscheduler, '-i', interval)],
            far,
            due=interval == '1',
        )
    # croniter's sixth field is seconds.
    rule_of_cron = {far: '0 0 1 1 *'}
    every = '* * * * * */{}'.format(PERIOD)
    observe(
        'rq cron',
        lambda rule: ENV.update(BENCH_RULE=rule_of_cron.get(rule, every)),
        lambda: [worker(), start(*CLI, 'cron', '-u', URL, 'cron_config')],
        far,
    )
    busy()


def busy():
    """How late a run starts behind jobs of half a second: a tick waits for a worker, then its job for another."""
    import rq_scheduler

    print('\nBehind jobs of 0.5 s that keep both workers busy half of the time (s late):\n')
    print('| | runs | p50 / p99 |')
    print('|---|---|---|')
    cases = {
        'rq_recurring': (rq_recurring.Scheduler, lambda: [worker('--with-scheduler') for _ in range(2)]),
        'rq-scheduler, -i 1': (
            rq_scheduler.Scheduler,
            lambda: [worker(), worker(), start('-c', 'from rq_scheduler.scripts.rqscheduler import main; main()', '-u', URL, '-i', '1')],
        ),
    }
    for name, (cls, launch) in cases.items():
        settle()
        register_with(cls, '*/{} * * * * * *'.format(PERIOD))
        processes = launch()
        time.sleep(8)
        first = time.time()
        queue = rq.Queue(connection=connection)
        while time.time() < first + SECONDS:
            queue.enqueue('time.sleep', 0.5)
            time.sleep(0.5)
        stop(processes)
        late = [one % PERIOD for one in marks() if one >= first]
        print('| {} | {} | {:.2f} / {:.2f} |'.format(name, len(late), percentile(late, 0.5), percentile(late, 0.99)))


def killed():
    """SIGKILL of one of two workers, with the settings that make RQ look often; seconds without a run."""
    print('\nOne of two workers killed (--worker-ttl 30 --maintenance-interval 20):\n')
    for which in ('the spare', 'the one whose scheduler is active'):
        settle()
        register_with(rq_recurring.Scheduler, '*/{} * * * * * *'.format(PERIOD))
        options = ('--with-scheduler', '--worker-ttl', '30', '--maintenance-interval', '20')
        active = worker(*options)
        time.sleep(5)
        spare = worker(*options)
        time.sleep(10)
        os.killpg((spare if which == 'the spare' else active).pid, signal.SIGKILL)
        at = time.time()
        time.sleep(100 if which != 'the spare' else 20)
        runs = sorted(one for one in marks() if one > at - PERIOD)
        gap = max((b - a for a, b in zip(runs, runs[1:])), default=float('nan'))
        print('- {}: longest pause between two runs {:.1f} s'.format(which, gap), flush=True)
        stop([active, spare])


def many():
    """Round trips and seconds of each operation beside MANY series."""
    settle()
    connection.slowlog_reset()
    scheduler = rq_recurring.Scheduler(connection=connection)
    trips = {'n': 0}
    pool_send = connection.connection_pool.connection_class.send_packed_command

    def counting(self, *args, **kwargs):
        trips['n'] += 1
        return pool_send(self, *args, **kwargs)

    connection.connection_pool.connection_class.send_packed_command = counting
    soon = datetime.utcnow() + timedelta(days=30)
    print('\nBeside {} series:\n'.format(MANY))
    print('| | seconds | round trips |')
    print('|---|---|---|')

    def row(name, action):
        trips['n'], began = 0, time.time()
        result = action()
        print('| {} | {:.3f} | {} |'.format(name, time.time() - began, trips['n']), flush=True)
        return result

    def register(count, prefix):
        for number in range(count):
            scheduler.schedule(
                soon + timedelta(seconds=number), bench_tasks.mark, interval=3600, id='{}-{}'.format(prefix, number)
            )

    row('register the first', lambda: register(1, 'first'))
    row('register {} under an id'.format(MANY), lambda: register(MANY, 'series'))
    row('register one more', lambda: register(1, 'last'))
    row('the same again', lambda: register(1, 'last'))
    row('`id in scheduler`', lambda: 'series-77' in scheduler)
    row('`count()`', scheduler.count)
    row('`get_jobs()`, a page of 20', lambda: list(scheduler.get_jobs(offset=0, length=20)))
    row('`get_jobs()`, all', lambda: sum(1 for _ in scheduler.get_jobs()))
    row('`list_series()`', lambda: len(rq_recurring.list_series(connection=connection)))
    row('`repair()`, nothing lost', lambda: rq_recurring.repair(connection=connection))
    row('`cancel(id)`', lambda: scheduler.cancel('last-0'))
    slow = [(one['duration'] / 1000, one['command'].split()[0].decode()) for one in connection.slowlog_get(1024)]
    longest = max((one for one in slow if one[1] not in ('FLUSHALL', 'EXEC')), default=(0, 'none over 1 ms'))
    print('\nLongest single command in Redis: {:.1f} ms ({}).'.format(*longest))


if __name__ == '__main__':
    connection.config_set('slowlog-log-slower-than', 1000)
    connection.config_set('slowlog-max-len', 1024)
    print('median start-up of `import rq_recurring`: {:.0f} ms'.format(1000 * statistics.median(
        float(subprocess.run(
            [sys.executable, '-c', 'import time, rq, redis; t=time.time(); import rq_recurring; print(time.time()-t)'],
            env=ENV, stdout=subprocess.PIPE, check=True).stdout)
        for _ in range(5)
    )))
    compare()
    killed()
    many()
