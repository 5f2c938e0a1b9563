"""``python -m rq_recurring list | next | cancel | repair | doctor | scheduler``.

``scheduler`` takes the options of the ``rqscheduler`` command and only waits, so that a command line such as
``seed && rqscheduler`` needs one word changed. Exit codes: 0 done; 1 ``doctor`` found a problem, or there is no such
series; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import datetime, timezone
from typing import Any, Dict, List, Optional, Sequence

from redis import Redis

from .control import cancel, list_series, next_times, repair
from .doctor import examine
from .scheduler import Scheduler
from .series import Series
from .utils import setup_loghandlers
from .version import __version__

DEFAULT_URL = 'redis://localhost:6379/0'


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run one subcommand; returns its exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ['scheduler']:
        return rqscheduler(arguments[1:])
    options = _parser().parse_args(arguments)
    connection = Redis.from_url(options.url)
    commands = {'list': _list, 'next': _next, 'cancel': _cancel, 'repair': _repair, 'doctor': _doctor}
    return commands[options.command](connection, options)


def rqscheduler(argv: Optional[Sequence[str]] = None) -> int:
    """The ``rqscheduler`` command's options: say that workers schedule now, and wait (``--burst``: do not wait)."""
    options = _scheduler_parser().parse_args(argv)
    if options.path:
        sys.path[:0] = options.path.split(':')
    if options.pid:
        with open(options.pid, 'w') as file:
            file.write(str(os.getpid()))
    setup_loghandlers('DEBUG' if options.verbose else 'WARNING' if options.quiet else 'INFO')
    if options.url is not None:
        connection = Redis.from_url(options.url)
    else:
        connection = Redis(options.host, options.port, options.db, options.password)
    scheduler = Scheduler(
        connection=connection,
        interval=options.interval,
        job_class=options.job_class,
        queue_class=options.queue_class,
    )
    scheduler.run(burst=options.burst)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='python -m rq_recurring', description='Recurring jobs of RQ: look and mend.')
    parser.add_argument('--version', action='version', version=__version__)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        '-u',
        '--url',
        default=os.environ.get('RQ_REDIS_URL', DEFAULT_URL),
        help='Redis (default: $RQ_REDIS_URL, else %s)' % DEFAULT_URL,
    )
    common.add_argument('--json', action='store_true', help='print JSON')
    commands = parser.add_subparsers(dest='command', required=True)
    listing = commands.add_parser('list', parents=[common], help='the series, soonest first')
    listing.add_argument('--queue', help='of one queue only')
    following = commands.add_parser('next', parents=[common], help='the next times of a cron expression')
    following.add_argument('expression')
    following.add_argument('--tz', default='UTC', help='IANA time zone (default: UTC)')
    following.add_argument('--dialect', choices=['crontab', 'croniter'], default='crontab')
    following.add_argument('--count', type=int, default=5)
    ending = commands.add_parser('cancel', parents=[common], help='end a series')
    ending.add_argument('series', help='its id, name or job id')
    commands.add_parser('repair', parents=[common], help='arm again what was lost')
    commands.add_parser('doctor', parents=[common], help='say whether every series has somebody who runs it')
    commands.add_parser(
        'scheduler', help="wait in the place of rqscheduler; takes rqscheduler's options", add_help=False
    )
    return parser


def _scheduler_parser() -> argparse.ArgumentParser:
    environ = os.environ
    parser = argparse.ArgumentParser(
        prog='python -m rq_recurring scheduler',
        description='Waits in the place of rqscheduler: RQ workers started with --with-scheduler run the schedule now.',
    )
    parser.add_argument('-b', '--burst', action='store_true', help='return at once')
    parser.add_argument('-H', '--host', default=environ.get('RQ_REDIS_HOST', 'localhost'), help='Redis host')
    parser.add_argument('-p', '--port', type=int, default=int(environ.get('RQ_REDIS_PORT', 6379)), help='Redis port')
    parser.add_argument('-d', '--db', type=int, default=int(environ.get('RQ_REDIS_DB', 0)), help='Redis database')
    parser.add_argument('-P', '--password', default=environ.get('RQ_REDIS_PASSWORD'), help='Redis password')
    parser.add_argument('-u', '--url', default=environ.get('RQ_REDIS_URL'), help='Redis URL, instead of the others')
    parser.add_argument('-v', '--verbose', action='store_true', help='say more')
    parser.add_argument('--quiet', action='store_true', help='say less')
    parser.add_argument('-i', '--interval', type=float, default=60.0, help='seconds between two signs of life')
    parser.add_argument('--path', default='.', help='folders to import from, separated by colons')
    parser.add_argument('--pid', metavar='FILE', help='write the id of this process to this file')
    parser.add_argument('-j', '--job-class', help='dotted name of a Job class')
    parser.add_argument('-q', '--queue-class', help='dotted name of a Queue class')
    return parser


def _list(connection: Redis, options: argparse.Namespace) -> int:
    found = list_series(connection=connection, queue=options.queue)
    if options.json:
        _print_json([_as_dict(one) for one in found])
    else:
        _print_table(
            ['SERIES', 'QUEUE', 'RULE', 'NEXT RUN (UTC)', 'LEFT', 'STATE', 'FUNCTION'],
            [[one.id, one.queue, _rule(one), _moment(one.slot), _left(one), one.state, one.func_name] for one in found],
        )
    return 0


def _next(connection: Redis, options: argparse.Namespace) -> int:
    try:
        times = next_times(options.expression, options.count, tz=options.tz, dialect=options.dialect)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        _print_json(times)
    else:
        for one in times:
            print(_moment(one), 'UTC')
    return 0


def _cancel(connection: Redis, options: argparse.Namespace) -> int:
    ended = cancel(options.series, connection=connection)
    if options.json:
        _print_json({'series': options.series, 'cancelled': ended})
    elif ended:
        print('Cancelled {}.'.format(options.series))
    if not ended:
        print('There is no series {!r}.'.format(options.series), file=sys.stderr)
    return 0 if ended else 1


def _repair(connection: Redis, options: argparse.Namespace) -> int:
    done = repair(connection=connection)
    if options.json:
        _print_json([vars(one) for one in done])
    for one in done if not options.json else []:
        print('{}: {}; armed {}'.format(one.series, one.reason, one.job_id or 'nothing'))
    if not done and not options.json:
        print('Nothing is lost.')
    return 0


def _doctor(connection: Redis, options: argparse.Namespace) -> int:
    report = examine(connection)
    if options.json:
        _print_json({'ok': report.ok, 'facts': report.facts, 'problems': [vars(one) for one in report.problems]})
    else:
        for name, value in report.facts.items():
            print('{:<22} {}'.format(name.replace('_', ' '), value))
        for problem in report.problems:
            print('{}: {}'.format(problem.code, problem.text))
        print('Every series has a worker that runs it.' if report.ok else 'There is something to do.')
    return 0 if report.ok else 1


def _as_dict(series: Series) -> Dict[str, Any]:
    return {
        'id': series.id,
        'name': series.name,
        'job': series.job,
        'queue': series.queue,
        'func_name': series.func_name,
        'description': series.description,
        'kind': series.kind,
        'interval': series.interval,
        'cron': series.cron or None,
        'tz': series.tz,
        'next_run': series.slot,
        'previous_run': series.previous,
        'remaining': series.remaining,
        'state': series.state,
    }


def _rule(series: Series) -> str:
    if series.kind == 'cron':
        return '{} {}'.format(series.cron, series.tz)
    return 'once' if series.kind == 'once' else 'every {} s'.format(series.interval)


def _left(series: Series) -> str:
    return '-' if series.remaining is None else str(series.remaining)


def _moment(epoch: Optional[int]) -> str:
    return '-' if epoch is None else datetime.fromtimestamp(epoch, timezone.utc).strftime('%Y-%m-%d %H:%M:%S')


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _print_table(head: List[str], rows: List[List[str]]) -> None:
    widths = [max(len(row[column]) for row in [head] + rows) for column in range(len(head))]
    for row in [head] + rows:
        print('  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


if __name__ == '__main__':
    sys.exit(main())
