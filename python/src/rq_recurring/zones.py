"""Time zones: IANA names, the clock on the wall, and the zone of this process."""

from __future__ import annotations

import logging
import os
import re
import time
from datetime import datetime, timezone, tzinfo
from functools import lru_cache
from typing import List, Optional

__all__ = ['local_zone', 'offset_at', 'wall_to_epoch', 'zone']

logger = logging.getLogger('rq.recurring')

OVERRIDE = 'RQ_RECURRING_TZ'
"""Environment variable: the zone of cron schedules where a program names none."""

_LOCALTIME = '/etc/localtime'
_ZONEINFO = 'zoneinfo/'
_EPOCH = datetime(1970, 1, 1)
_IANA = re.compile(r'[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*')
_UTC = re.compile(r':?(?:Etc/)?(?:UTC|UCT|GMT|Zulu|Universal)[+-]?0?')


@lru_cache(maxsize=None)
def zone(name: str) -> tzinfo:
    """An IANA zone from zoneinfo, or from dateutil (on Python 3.8, and where the system has no zone data).

    Raises ValueError for a name that neither knows.
    """
    if name == 'UTC':
        return timezone.utc
    try:
        from zoneinfo import ZoneInfo

        return ZoneInfo(name)
    except (ImportError, KeyError, ValueError, OSError):  # KeyError: ZoneInfoNotFoundError; OSError: a directory
        pass
    found: Optional[tzinfo] = None
    try:
        from dateutil import tz

        found = tz.gettz(name) if _IANA.fullmatch(name) else None
        if not isinstance(found, (tz.tzfile, tz.tzutc)):  # it also reads POSIX strings and the system's own names
            found = None
    except ImportError:
        pass
    if found is None:
        raise ValueError('time zone {!r} is unknown on this host (the tzdata package provides zones)'.format(name))
    return found


def offset_at(instant: float, where: tzinfo) -> int:
    """Seconds that the clock of a zone is ahead of UTC at an instant (epoch seconds)."""
    offset = datetime.fromtimestamp(instant, where).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def wall_to_epoch(wall: datetime, where: tzinfo) -> int:
    """A wall time's instant: the first of two if it is repeated, by the offset before the gap if it is skipped.

    Uses only instant-to-offset conversions: zoneinfo and dateutil disagree about skipped wall times.
    """
    as_utc = int((wall - _EPOCH).total_seconds())
    offsets = {offset_at(as_utc + shift, where) for shift in (-86400, 86400)}
    exact = [as_utc - offset for offset in offsets if offset_at(as_utc - offset, where) == offset]
    return min(exact) if exact else max(as_utc - offset for offset in offsets)


def local_zone() -> str:
    """The IANA name of the zone in which this process reads a cron expression.

    ``RQ_RECURRING_TZ``, else ``TZ`` (Django sets it), else the system's zone: the one whose clock rq-scheduler 0.12
    and later read. Where the C library does not know the zone that ``TZ`` names (an image without tzdata), the clock
    shows UTC; rq-scheduler read that clock, so the answer is UTC, and a warning says so. Raises ValueError where the
    zone has no IANA name (a POSIX string such as ``CST-8``).
    """
    override = os.environ.get(OVERRIDE)
    if override:
        zone(override)
        return override
    name = os.environ.get('TZ')
    if name is None:
        return _system_zone()
    if name == '' or _UTC.fullmatch(name):
        return 'UTC'
    name = name.lstrip(':')
    if _ZONEINFO in name:
        name = name.rpartition(_ZONEINFO)[2]
    shown = _clock_offsets()
    if _offsets(name) == shown:
        return name
    if any(shown):
        raise ValueError(
            'TZ={!r} is no IANA time zone that this host knows; set {} to one, for example Europe/Berlin'.format(
                name, OVERRIDE
            )
        )
    logger.warning(
        'TZ is %r, but the clock of this process shows UTC (tzdata is missing): cron schedules are read in UTC, as '
        'rq-scheduler read them. Set %s to read them in another zone.',
        name,
        OVERRIDE,
    )
    return 'UTC'


def _instants() -> List[float]:
    """Now and half a year on: the two sides of summer time."""
    return [time.time(), time.time() + 182 * 86400]


def _clock_offsets() -> List[int]:
    return [time.localtime(instant).tm_gmtoff for instant in _instants()]


def _offsets(name: str) -> Optional[List[int]]:
    """Offsets of a zone at the same instants; None: nobody here knows the zone."""
    try:
        where = zone(name)
    except ValueError:
        return None
    return [offset_at(instant, where) for instant in _instants()]


@lru_cache(maxsize=None)
def _system_zone() -> str:
    if not os.path.exists(_LOCALTIME):
        return 'UTC'
    target = os.path.realpath(_LOCALTIME)
    if _ZONEINFO in target:
        return _known(target.rpartition(_ZONEINFO)[2])
    with open(_LOCALTIME, 'rb') as file:
        wanted = file.read()
    named = _named_by_system()
    found = named if named and _rules(named) == wanted else _same_rules(wanted)
    if found is None:
        raise ValueError('the time zone of this system has no IANA name; set {}'.format(OVERRIDE))
    return _known(found)


def _known(name: str) -> str:
    name = re.sub(r'^(?:posix|right)/', '', name)
    return 'UTC' if _UTC.fullmatch(name) else name


def _named_by_system() -> Optional[str]:
    try:
        with open('/etc/timezone') as file:
            return file.read().strip() or None
    except OSError:
        return None


def _rules(name: str) -> Optional[bytes]:
    try:
        with open(os.path.join('/usr/share/zoneinfo', name), 'rb') as file:
            return file.read()
    except OSError:
        return None


def _same_rules(wanted: bytes) -> Optional[str]:
    """A zone of the system's database with these very rules; /etc/localtime may be a copy of one."""
    try:
        from zoneinfo import available_timezones

        names = sorted(available_timezones(), key=lambda name: ('/' not in name, name))
    except ImportError:
        return None
    return next((name for name in names if _rules(name) == wanted), None)
