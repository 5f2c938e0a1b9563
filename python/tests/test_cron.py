"""Cron times of rq_recurring against the real ``crontab`` and ``croniter``, over 400 days, without Redis.

The oracle is what rq-scheduler does: the wall clock of the zone goes into the library, and the wall time that
comes out is that of the zone again (``datetime.astimezone`` of a naive time, fold 0). Runs in whatever versions
of both packages are installed; prints them. Usage: python test_cron.py

Expressions that fire often are compared around the changes of summer time only; MIGRATE_SCHEDULER_WIDE=1 (minutes)
compares those over the 400 days as well.
"""

import os
import sys
import time
import unittest
import warnings
from datetime import datetime, timezone

import support  # noqa: F401  (puts the package on the path)

import crontab
import rq_recurring
from croniter import croniter
from rq_recurring.crontab import next_time
from rq_recurring.zones import offset_at, wall_to_epoch, zone

warnings.simplefilter('ignore')

START = int(datetime(2026, 11, 1, 10, 17, 23, tzinfo=timezone.utc).timestamp())
DAYS = 400
WHOLE_ZONES = ('Asia/Shanghai', 'Europe/Berlin')
ZONES = WHOLE_ZONES + ('UTC', 'America/New_York', 'Australia/Lord_Howe')

# times of day, days of month AND of week, names, steps, lists, ranges, specials, years, seconds
CRONTAB = """
0 3 * * *|30 2 * * *|0 2 * * *|59 2 * * *|30 1 * * *|*/30 * * * *|0 * * * *|17 */5 * * *|0/15 3 * * *|5/20 0/6 * * *
0 0 13 * 5|0 0 1-7 * mon|0 9 * * mon-fri|0 9 * * MON,wed,Fri|0 9 * * 7|0 9 * * 0|0 9 * * 5-7|0 9 * * sat-sun|0 9 * * fri-0
0 0 1 JAN *|0 0 1 jan-mar/2 *|0 0 31 * *|0 0 29 2 *|0 0 L * *|0 0 l,15 * *|0 0 Z1 * *|0 0 z0-3 * *|0 0 15,Z1 * *|0 0 z1-2,15 * *
0 0 * * L5|0 0 * * l1-5|0 0 * * L7|0 0 * * L0,3|0 0 ? * L5|0 0 ? * ?|0 0 L * 1-5|0 12 * * 1/2|0 12 1/10 * *|0 12 */9 */4 *
@daily|@hourly|@weekly|@monthly|@yearly|@annually|0 5 1 * * 2027|0 5 * 2,3 * 2026-2028|0 5 * * 1 */1|0 5 1 1 * 2027,2028
0 0 3 * * * *|30 15 10 1 * * *|*/20 30 2 * * *|0,30 30 2 * * 2027|15 0/30 1-3 28 * * *|0 30 1,2,3 * 3,10,11 0 *
1-59/7 1-23/11 * * *|0-10 3 * * *|0,30 2,3 * * *|15 2-3 * 3,10,11 0|*,5 3 1 * *|0 0 1,* * 1|0 0 L2 * *|0 0 5-l * *
""".replace('\n', '|')
BAD = """
0 0 * *|0 0 * * * * * *|60 * * * *|* 24 * * *|0 0 0 * *|0 0 32 * *|0 0 * 13 *|0 0 * * 8|*/60 * * * *|0 */24 * * *|0 0 */31 * *
0 22-2 * * *|0 0 * * fri-mon|0 0 * * 1#2|0 0 5L * *|0 0 15W * *|0 0 * * L|L * * * *|0 0 * * Z1|? * * * *|R * * * *|H 0 * * *
@midnight|@DAILY|@reboot|0 0 * foo *|0 0 * * monday|1,,2 * * * *|1- * * * *|1-2-3 * * * *|*/0 * * * *|1/2/3 * * * *|*/x * * * *
0 0 z8 * *|0 0 z3-1 * *|0 0 z1-0 * *|0 0 * * L8|0 0 * * l|0 0 * * 1969|0 5 * * 1 1969|0 5 * * 1 2100|0 0 * * 5/3|-1 * * * *|59/1 * * * *
50/10 * * * *|0 0 l1 * *|0 0 * * L1-|0 0 z-1 * *|0 0 * * *-3|0 0 z *  *
""".replace('\n', '|')
CRONITER = """
0 3 * * *|30 2 * * *|0 0 13 * 5|0 0 1-7 * mon|0 9 * * mon-fri|30 1-3 * * *|0 0 L * *|0 0 * * L5|0 0 * * 1#2|@daily|@midnight
0 */24 * * *|0/15 3 * * *|0 0 29 2 *|0 2 * * * 30|0 2 1 * * 0,30|0 0 1 jan,jun *|17 1-23/5 * * 7
""".replace('\n', '|')


def split(text):
    return [one.strip() for one in text.split('|') if one.strip()]


WIDE = os.environ.get('MIGRATE_SCHEDULER_WIDE') == '1'
DAY = 86400


def is_dense(expression, dialect):
    """More than about four runs a day."""
    times = rq_recurring.next_times(expression, 40, dialect=dialect, after=START)
    return len(times) == 40 and times[39] - times[10] < 7 * DAY


def windows(expression, name, dialect='crontab'):
    """The stretches of time to compare: 400 days, or two days around each change of offset (else around START)."""
    if WIDE or (name in WHOLE_ZONES and not is_dense(expression, dialect)):
        return [(START, START + DAYS * DAY)]
    days = range(START, START + DAYS * DAY, DAY)
    changes = [one for one in days if offset_at(one, zone(name)) != offset_at(one + DAY, zone(name))]
    return [(one - DAY // 2, one + DAY * 3 // 2) for one in changes] or [(START, START + DAY)]


def reference(next_wall, tz, start, stop):
    """Fire times as rq-scheduler gets them when it is always on time. It never goes back in time here."""
    moment, times = start, []
    while True:
        wall = datetime.fromtimestamp(moment, tz).replace(tzinfo=None)
        found = next_wall(wall)
        while found is not None:
            local = wall_to_epoch(found, tz) if sys.version_info < (3, 9) else found.replace(tzinfo=tz).timestamp()
            if local > moment:  # in a repeated hour the library's answer may be past: rq-scheduler would loop
                break
            found = next_wall(found)
        if found is None or local >= stop:
            return times
        moment = int(local)
        times.append(moment)


def ours(expression, dialect, name, start, stop):
    times, moment = [], start
    while True:
        moment = next_time(expression, dialect, name, moment)
        if moment is None or moment >= stop:
            return times
        times.append(moment)


class CrontabDialect(unittest.TestCase):
    def test_400_days_equal(self):
        compared = 0
        for expression in split(CRONTAB):
            for name in ZONES:
                try:
                    table = crontab.CronTab(expression)
                except (ValueError, AssertionError):
                    with self.assertRaises(ValueError, msg=expression):
                        rq_recurring.next_times(expression, 1, tz=name)
                    continue
                for start, stop in windows(expression, name):
                    expected = reference(
                        lambda wall: table.next(now=wall, default_utc=False, return_datetime=True), zone(name), start, stop
                    )
                    self.assertEqual(ours(expression, 'crontab', name, start, stop), expected, (expression, name))
                    compared += len(expected)
        self.assertGreater(compared, 5000)
        print('crontab: %d fire times equal' % compared)

    def test_refuses_what_crontab_refuses(self):
        for expression in split(BAD):
            try:
                crontab.CronTab(expression)
                accepted = True
            except Exception:
                accepted = False
            if accepted:
                rq_recurring.next_times(expression, 1)
            else:
                with self.assertRaises(ValueError, msg=expression):
                    rq_recurring.next_times(expression, 1)

    def test_never_again_is_none(self):
        for expression in ('0 0 30 2 *', '0 0 1 1 * 2020'):
            self.assertIsNone(crontab.CronTab(expression).next(now=datetime(2026, 11, 1), default_utc=False, return_datetime=True))
            self.assertEqual(rq_recurring.next_times(expression, 1), [])


class CroniterDialect(unittest.TestCase):
    def test_400_days_equal(self):
        compared = 0
        for expression in split(CRONITER):
            for name in WHOLE_ZONES:
                for start, stop in windows(expression, name, 'croniter'):
                    expected = reference(lambda wall: croniter(expression, wall).get_next(datetime), zone(name), start, stop)
                    self.assertEqual(ours(expression, 'croniter', name, start, stop), expected, (expression, name))
                    compared += len(expected)
        self.assertGreater(compared, 1000)
        print('croniter: %d fire times equal' % compared)

    def test_days_are_or_and_sixth_field_is_seconds(self):
        both = rq_recurring.next_times('0 0 13 * 5', 3, dialect='croniter', after=START)
        self.assertEqual([datetime.fromtimestamp(one, timezone.utc).day for one in both], [6, 13, 20])
        minute = rq_recurring.next_times('0 2 * * * 30', 1, dialect='croniter', after=START)[0]
        self.assertEqual(minute % 60, 30)

    def test_refuses_with_a_reason(self):
        for expression in ('nonsense', '61 * * * *', '* * * *', ''):
            with self.assertRaises(ValueError):
                rq_recurring.next_times(expression, 1, dialect='croniter')


class SummerTime(unittest.TestCase):
    def at(self, *when):
        return int(datetime(*when, tzinfo=timezone.utc).timestamp())

    def test_skipped_hour_fires_once_an_hour_later(self):
        times = rq_recurring.next_times('30 2 * * *', 3, tz='Europe/Berlin', after=self.at(2027, 3, 27, 0, 0))
        self.assertEqual(times, [self.at(2027, 3, 27, 1, 30), self.at(2027, 3, 28, 1, 30), self.at(2027, 3, 29, 0, 30)])

    def test_repeated_hour_fires_the_first_time_only(self):
        times = rq_recurring.next_times('30 2 * * *', 2, tz='Europe/Berlin', after=self.at(2027, 10, 30, 12, 0))
        self.assertEqual(times, [self.at(2027, 10, 31, 0, 30), self.at(2027, 11, 1, 1, 30)])

    def test_late_evaluation_in_the_repeated_hour_goes_forward(self):
        for minute in range(60):
            moment = self.at(2027, 10, 31, 1, minute, 30)
            found = rq_recurring.next_times('* * * * *', 1, tz='Europe/Berlin', after=moment)[0]
            self.assertEqual(found, self.at(2027, 10, 31, 2, 0))

    def test_unknown_zone(self):
        with self.assertRaises(ValueError):
            rq_recurring.next_times('* * * * *', 1, tz='Europe/Atlantis')


if __name__ == '__main__':
    try:
        from importlib.metadata import version

        print('python', sys.version.split()[0], 'crontab', version('crontab'), 'croniter', version('croniter'))
    except ImportError:
        pass
    started = time.time()
    program = unittest.main(exit=False)
    print('%.1f s' % (time.time() - started))
    sys.exit(not program.result.wasSuccessful())
