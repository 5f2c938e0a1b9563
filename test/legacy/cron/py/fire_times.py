"""Fire times by PyPI crontab and croniter, computed as rq-scheduler and rq_recurring compute them.

Reads a JSON list of cases from stdin, {expression, rule, zone, start, until, limit} with times as epoch seconds, and
prints a JSON list: for each the fire times after `start` up to `until`, at most `limit`, or {"error": class}.

Rules: `crontab` is get_next_scheduled_time of rq-scheduler 0.13.1, with `use_local_timezone` off and on (they
must agree), `croniter-local` that of 0.11 with `use_local_timezone`; `crontab-wall` and `croniter-wall` take the next
time on the bare wall clock and convert it by PEP 495. Who is given a time that has passed asks again a minute later,
at rq-scheduler's next poll.
"""

import calendar
import json
import os
import sys
import time
from datetime import datetime

import dateutil.tz
from croniter import croniter
from crontab import CronTab


def to_unix(moment):
    return calendar.timegm(moment.utctimetuple())


def crontab_next(expression, now):
    return CronTab(expression).next(now=datetime.fromtimestamp(now), default_utc=False, return_datetime=True)


def by_crontab(expression, now):
    following = crontab_next(expression, now)
    if following is None:
        return None
    plain = to_unix(following.astimezone(dateutil.tz.UTC))
    local = to_unix(following.astimezone(dateutil.tz.tzlocal()))
    assert plain == local, (expression, now, plain, local)
    return plain


def by_crontab_wall(expression, now):
    following = crontab_next(expression, now)
    return following and int(following.timestamp())


def by_croniter_local(expression, now):
    local = dateutil.tz.tzlocal()
    return to_unix(croniter(expression, datetime.fromtimestamp(now, local)).get_next(datetime).astimezone(local))


def by_croniter_wall(expression, now):
    return int(croniter(expression, datetime.fromtimestamp(now)).get_next(datetime).timestamp())


RULES = {
    'crontab': by_crontab,
    'crontab-wall': by_crontab_wall,
    'croniter-local': by_croniter_local,
    'croniter-wall': by_croniter_wall,
}


def fire_times(case):
    rule, times = RULES[case['rule']], []
    after = now = case['start']
    while len(times) < case['limit']:
        found = rule(case['expression'], now)
        if found is None or found > case['until']:
            break
        if found <= after:
            now += 60
            continue
        times.append(found)
        after = now = found
    return times


def answer(case):
    os.environ['TZ'] = case['zone']
    time.tzset()
    try:
        return fire_times(case)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        return {'error': type(error).__name__}


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
