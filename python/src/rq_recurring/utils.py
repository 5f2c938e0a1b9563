"""The functions of ``rq_scheduler.utils``, for programs that import them."""

from __future__ import annotations

import calendar
import logging
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, Optional, Union

from .crontab import next_time
from .zones import local_zone, zone

__all__ = ['from_unix', 'get_next_scheduled_time', 'rationalize_until', 'setup_loghandlers', 'to_unix']

_EPOCH = datetime(1970, 1, 1)


def from_unix(string: Union[str, int, float]) -> datetime:
    """A unix timestamp as a naive datetime in UTC."""
    return _EPOCH + timedelta(seconds=float(string))


def to_unix(dt: datetime) -> int:
    """A datetime as whole epoch seconds; a naive one is UTC."""
    return calendar.timegm(dt.utctimetuple())


def get_next_scheduled_time(cron_string: str, use_local_timezone: bool = False, tz: Optional[str] = None) -> datetime:
    """The next time of a cron expression: an aware datetime, in UTC or in the local zone.

    Both read the expression by the clock of the local zone (``zones.local_zone``), as rq-scheduler 0.12 and later do;
    ``tz`` names another zone. Raises ValueError for an expression that cannot be read or never fires again.
    """
    name = tz or local_zone()
    now = datetime.now().astimezone(timezone.utc).timestamp()  # the local clock, also where a test has frozen it
    epoch = next_time(cron_string, 'crontab', name, now)
    if epoch is None:
        raise ValueError('cron expression {!r} never fires again'.format(cron_string))
    shown: tzinfo = zone(name) if use_local_timezone else timezone.utc
    return datetime.fromtimestamp(epoch, shown)


def setup_loghandlers(level: Union[str, int] = 'INFO') -> None:
    """Give this package's logger a handler on standard error, if it has none."""
    logger = logging.getLogger('rq_recurring.scheduler')
    if not logger.handlers:
        logger.setLevel(level)
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(fmt='%(asctime)s %(message)s', datefmt='%H:%M:%S'))
        logger.addHandler(handler)


def rationalize_until(until: Union[datetime, timedelta, int, float, str, None] = None) -> Any:
    """The upper bound of a listing in epoch seconds, of a datetime, a timedelta from now, a number; None is '+inf'."""
    if until is None:
        return '+inf'
    if isinstance(until, datetime):
        return to_unix(until)
    if isinstance(until, timedelta):
        return to_unix(datetime.now(timezone.utc) + until)
    return until
