"""Cron expressions in the two dialects that rq-scheduler has read, and the times at which they fire.

``crontab``: as PyPI ``crontab`` 1.0.5 reads them, which rq-scheduler >= 0.12 uses; evaluated here. ``croniter``: as
rq-scheduler <= 0.11 and ``rq cron`` do; evaluated by the installed croniter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Dict, Iterator, List, Optional, Set, Tuple

from .zones import wall_to_epoch, zone

__all__ = ['check_cron', 'next_time']

DIALECTS = ('crontab', 'croniter')


def check_cron(expression: str, dialect: str, tz: str, moment: float) -> None:
    """Raise ValueError for an expression that cannot be read or never fires after ``moment`` (epoch seconds)."""
    if dialect not in DIALECTS:
        raise ValueError('dialect {!r}: must be crontab or croniter'.format(dialect))
    if next_time(expression, dialect, tz, moment) is None:
        raise ValueError('cron expression {!r} never fires again'.format(expression))


def next_time(expression: str, dialect: str, tz: str, moment: float) -> Optional[int]:
    """The first cron time (epoch seconds) strictly after ``moment``, in the zone ``tz``; None: there is none.

    rq-scheduler reads the clock on the wall, asks for the next matching wall time and converts that to UTC. Done
    here likewise, but for the changes of the clock: a time inside the hour that summer time skips fires an hour
    later by the wall clock (02:30 at 03:30), where rq-scheduler fires an hour early; a time in the hour that is
    repeated in autumn fires the first time only. rq-scheduler itself may run a job at every poll during such an
    hour; this does not.
    """
    where = zone(tz)
    wall = datetime.fromtimestamp(moment, where).replace(tzinfo=None, microsecond=0)
    matches = _crontab_matches if dialect == 'crontab' else _croniter_matches
    for match in matches(expression, wall):
        epoch = wall_to_epoch(match, where)
        if epoch > moment:
            return epoch
    return None


def _croniter_matches(expression: str, wall: datetime) -> Iterator[datetime]:
    try:
        from croniter import croniter
        from croniter.croniter import CroniterBadDateError
    except ImportError as error:
        raise ValueError("dialect 'croniter' needs the croniter package") from error
    try:
        times = croniter(expression, wall)
    except (ValueError, KeyError, AttributeError) as error:  # what its versions raise for a bad expression
        raise ValueError('cron expression {!r}: {}'.format(expression, error)) from error
    while True:
        try:
            match = times.get_next(datetime)
        except CroniterBadDateError:
            return
        yield match


_ALIASES = {
    '@yearly': '0 0 1 1 *',
    '@annually': '0 0 1 1 *',
    '@monthly': '0 0 1 * *',
    '@weekly': '0 0 * * 0',
    '@daily': '0 0 * * *',
    '@hourly': '0 * * * *',
}
_FIELDS = ('second', 'minute', 'hour', 'day', 'month', 'weekday', 'year')
_LOWEST = {'second': 0, 'minute': 0, 'hour': 0, 'day': 1, 'month': 1, 'weekday': 0, 'year': 1970}
_HIGHEST = {'second': 59, 'minute': 59, 'hour': 23, 'day': 31, 'month': 12, 'weekday': 6, 'year': 2099}
_NAMES = {
    'month': ('', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'),
    'weekday': ('sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'),
}


@dataclass(frozen=True)
class _CronField:
    """One field: the numbers it lists, and its items that depend on the month (``l``, ``l5``, ``z1``), in order."""

    numbers: Tuple[int, ...]
    specials: Tuple[str, ...]

    def matches(self, value: int, day: date) -> bool:
        for item in self.specials:
            if item == 'l':
                if _days_to_month_end(day) == 0:
                    return True
            elif item[0] == 'l':
                if _days_to_month_end(day) < 7 and value in {number % 7 for number in _special_range(item)}:
                    return True
            else:
                found = _days_to_month_end(day) in _special_range(item)
                if found or '-' not in item:  # crontab looks no further after a single z
                    return found
        return value in self.numbers


def _crontab_matches(expression: str, wall: datetime) -> Iterator[datetime]:
    """Wall times strictly after ``wall`` that match, up to the end of 2099."""
    parsed = _parse_crontab(expression)
    moment: Optional[datetime] = wall
    while moment is not None:
        moment = _next_match(parsed, moment + timedelta(seconds=1))
        if moment is not None:
            yield moment


def _next_match(parsed: Dict[str, _CronField], earliest: datetime) -> Optional[datetime]:
    """The first matching wall time not before ``earliest``. Day of month and day of week must both match."""
    day, clock = earliest.date(), (earliest.hour, earliest.minute, earliest.second)
    while day.year <= _HIGHEST['year']:
        if day.year not in parsed['year'].numbers:
            day, clock = date(day.year + 1, 1, 1), (0, 0, 0)
            continue
        if day.month not in parsed['month'].numbers:
            day, clock = date(day.year + day.month // 12, day.month % 12 + 1, 1), (0, 0, 0)
            continue
        if parsed['day'].matches(day.day, day) and parsed['weekday'].matches(day.isoweekday() % 7, day):
            for found in _clock_times(parsed, clock):
                return datetime(day.year, day.month, day.day, *found)
        day, clock = day + timedelta(days=1), (0, 0, 0)
    return None


def _clock_times(parsed: Dict[str, _CronField], earliest: Tuple[int, int, int]) -> Iterator[Tuple[int, int, int]]:
    for hour in parsed['hour'].numbers:
        for minute in parsed['minute'].numbers if hour >= earliest[0] else ():
            for second in parsed['second'].numbers if (hour, minute) >= earliest[:2] else ():
                if (hour, minute, second) >= earliest:
                    yield hour, minute, second


@lru_cache(maxsize=256)
def _parse_crontab(expression: str) -> Dict[str, _CronField]:
    """The seven fields of an expression. Raises ValueError with the reason for what ``crontab`` refuses."""
    texts = _ALIASES.get(expression, expression).split()
    if len(texts) not in (5, 6, 7):
        raise ValueError('cron expression {!r}: {} fields, need 5 to 7'.format(expression, len(texts)))
    if len(texts) < 7:
        texts.insert(0, '0')
    if len(texts) < 7:
        texts.append('*')
    try:
        return {name: _parse_field(name, text.lower()) for name, text in zip(_FIELDS, texts)}
    except ValueError as error:
        raise ValueError('cron expression {!r}: {}'.format(expression, error)) from error


def _parse_field(name: str, text: str) -> _CronField:
    numbers: Set[int] = set()
    specials: List[str] = []
    for item in text.split(','):
        if _is_special(name, item):
            specials.append(item)
        else:
            numbers |= _parse_item(name, item)
    return _CronField(tuple(sorted(numbers)), tuple(specials))


def _is_special(name: str, item: str) -> bool:
    """Last day (``l``), days before it (``z1``, ``z1-3``), last weekday of the month (``l5``, ``l1-5``)."""
    if item[:1] not in ('l', 'z'):
        return False
    if name != ('day' if item == 'l' or item[0] == 'z' else 'weekday'):
        raise ValueError('{!r} is not possible in the {} field'.format(item, name))
    if item != 'l' and not re.fullmatch('[lz][0-7](-[0-7])?', item):
        raise ValueError('{!r} needs a number or range within 0 to 7'.format(item))
    if item[0] == 'z' and '-' in item and (item[1] > item[3] or item[3] == '0'):
        raise ValueError('{!r} runs backwards'.format(item))
    return True


def _special_range(item: str) -> range:
    first, _, last = item[1:].partition('-')
    return range(int(first), int(last or first) + 1)


def _parse_item(name: str, item: str) -> Set[int]:
    lowest, highest = _LOWEST[name], _HIGHEST[name]
    limit = 7 if name == 'weekday' else highest  # 7 is Sunday too
    if item == '*' or (item == '?' and name in ('day', 'weekday')):
        return set(range(lowest, highest + 1))
    body, *steps = item.split('/')
    if len(steps) > 1 or (steps and not re.fullmatch('[0-9]+', steps[0])):
        raise ValueError('{!r} is not a number, range or step'.format(item))
    step = int(steps[0]) if steps else None
    if step is not None and not 0 < step <= limit:
        raise ValueError('step of {!r} is not within 1 to {}'.format(item, limit))
    first, last = _parse_bounds(name, body, step is None)
    if first > last:
        raise ValueError('range {!r} runs backwards'.format(item))
    if step is not None and first + step > limit:
        raise ValueError('step of {!r} leads beyond {}'.format(item, limit))
    return {0 if name == 'weekday' and number == 7 else number for number in range(first, last + 1, step or 1)}


def _parse_bounds(name: str, body: str, single: bool) -> Tuple[int, int]:
    if body == '*':
        return _LOWEST[name], _HIGHEST[name]
    parts = [_parse_number(name, part) for part in body.split('-')]
    if len(parts) > 2:
        raise ValueError('{!r} is not a range'.format(body))
    if len(parts) == 2:
        return parts[0], 7 if name == 'weekday' and parts[1] == 0 else parts[1]
    return parts[0], parts[0] if single else _HIGHEST[name]


def _parse_number(name: str, text: str) -> int:
    if text and text in _NAMES.get(name, ()):
        return _NAMES[name].index(text)
    if not re.fullmatch('[0-9]+', text):
        raise ValueError('{!r} is not possible in the {} field'.format(text, name))
    number, limit = int(text), 7 if name == 'weekday' else _HIGHEST[name]
    if not _LOWEST[name] <= number <= limit:
        raise ValueError('{} is not within {} to {} ({})'.format(number, _LOWEST[name], limit, name))
    return number


def _days_to_month_end(day: date) -> int:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - day).days - 1
