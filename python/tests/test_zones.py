"""In which zone a cron expression is read: RQ_RECURRING_TZ, TZ in each of its forms, the system's zone, ``tz=``."""

import logging
import os
import shutil
import sys
import tempfile
import time
import unittest
from datetime import datetime, timezone

from support import emptied, main, start_server

import recurring_jobs as jobs
from rq_recurring import Scheduler, get, zones

HAS_DATA = os.path.isdir('/usr/share/zoneinfo')


def setUpModule():
    start_server()


class Zones(unittest.TestCase):
    def setUp(self):
        self.kept = {name: os.environ.pop(name, None) for name in ('TZ', zones.OVERRIDE)}
        self.localtime = zones._LOCALTIME
        self.folder = tempfile.mkdtemp()
        self.addCleanup(self.restore)

    def restore(self):
        for name, value in self.kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        zones._LOCALTIME = self.localtime
        self.clear()
        shutil.rmtree(self.folder)

    def clear(self):
        time.tzset()
        zones.zone.cache_clear()
        zones._system_zone.cache_clear()

    def local(self, **environ):
        os.environ.update(environ)
        self.clear()
        return zones.local_zone()

    def localtime_is(self, make):
        zones._LOCALTIME = os.path.join(self.folder, 'localtime')
        if os.path.lexists(zones._LOCALTIME):
            os.remove(zones._LOCALTIME)
        make(zones._LOCALTIME)
        zones._system_zone.cache_clear()
        return zones.local_zone()

    def test_override_comes_first(self):
        self.assertEqual(self.local(TZ='Asia/Tokyo', RQ_RECURRING_TZ='Europe/Berlin'), 'Europe/Berlin')
        self.assertRaises(ValueError, self.local, RQ_RECURRING_TZ='Europe/Atlantis')

    @unittest.skipUnless(HAS_DATA, 'the C library has no zone data here')
    def test_names_and_paths(self):
        for value in ('Europe/Berlin', ':Europe/Berlin', '/usr/share/zoneinfo/Europe/Berlin',
                      ':/usr/share/zoneinfo/Europe/Berlin'):  # fmt: skip
            self.assertEqual(self.local(TZ=value), 'Europe/Berlin', value)

    def test_utc_in_each_of_its_names(self):
        for value in ('', 'UTC', ':UTC', 'UTC0', 'GMT', 'Etc/UTC', 'Etc/GMT'):
            self.assertEqual(self.local(TZ=value), 'UTC', value)

    def test_posix_strings_have_no_name(self):
        for value in ('CST-8', 'CET-1CEST,M3.5.0,M10.5.0/3', '<+05>-5'):
            with self.assertRaisesRegex(ValueError, zones.OVERRIDE):
                self.local(TZ=value)

    def test_zone_that_nobody_knows_is_utc_as_the_clock_shows(self):
        logging.getLogger('rq.recurring').setLevel(logging.NOTSET)
        with self.assertLogs('rq.recurring', 'WARNING'):
            self.assertEqual(self.local(TZ='Europe/Atlantis'), 'UTC')
        logging.getLogger('rq.recurring').setLevel(logging.CRITICAL)

    def test_no_zone_from_what_is_no_name(self):
        for name in ('CST-8', 'EST5EDT4', '/etc/localtime', ':Europe/Berlin', '', '../Berlin', 'Europe/'):
            self.assertRaises(ValueError, zones.zone, name)

    def test_system_zone(self):
        self.assertEqual(self.localtime_is(lambda path: None), 'UTC')
        target = '/usr/share/zoneinfo/Asia/Kathmandu'
        self.assertEqual(self.localtime_is(lambda path: os.symlink(target, path)), 'Asia/Kathmandu')
        self.assertEqual(self.localtime_is(lambda path: os.symlink('/usr/share/zoneinfo/Etc/UTC', path)), 'UTC')

    @unittest.skipUnless(HAS_DATA and sys.version_info >= (3, 9), 'nothing to compare with')
    def test_system_zone_that_is_a_copy(self):
        copy = lambda path: shutil.copyfile('/usr/share/zoneinfo/Asia/Kathmandu', path)  # noqa: E731
        found = self.localtime_is(copy)
        moment = 1893456000
        self.assertEqual(zones.offset_at(moment, zones.zone(found)), 20700)
        with open(zones._LOCALTIME, 'wb') as file:
            file.write(b'TZif2 of nobody')
        zones._system_zone.cache_clear()
        self.assertRaises(ValueError, zones.local_zone)

    def test_scheduler(self):
        redis = emptied(10)
        scheduler = Scheduler(connection=redis)
        self.local(RQ_RECURRING_TZ='Asia/Shanghai')
        for flag in (False, True):
            job = scheduler.cron('0 3 * * *', jobs.ok, use_local_timezone=flag)
            series = get(job.id, connection=redis)
            self.assertEqual((series.tz, series.next_run.hour), ('Asia/Shanghai', 19))
        own = Scheduler(connection=redis, tz='America/New_York')
        series = get(own.cron('0 3 * * *', jobs.ok).id, connection=redis)
        self.assertEqual(series.tz, 'America/New_York')
        self.assertIn(series.next_run.hour, (7, 8))
        self.assertRaises(ValueError, Scheduler, connection=redis, tz='CST-8')

    def test_walls(self):
        berlin = zones.zone('Europe/Berlin')
        epoch = zones.wall_to_epoch(datetime(2030, 7, 1, 12), berlin)
        self.assertEqual(datetime.fromtimestamp(epoch, timezone.utc).hour, 10)


if __name__ == '__main__':
    main()
