import { beforeAll, describe, expect, it } from 'vitest';
import { analyseCode } from '../../../src/files/python/uses.js';
import type { ProjectView } from '../../../src/files/types.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

const HEAD = `
import datetime as dt
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import arrow
import pendulum
import pytz
from django.utils import timezone as django_timezone
from rq_scheduler import Scheduler

scheduler = Scheduler()
berlin = ZoneInfo('Europe/Berlin')
paris = pytz.timezone('Europe/Paris')
START = datetime(2030, 1, 1)


def midnight():
    return datetime.now(timezone.utc).replace(hour=0)


def either(x):
    return midnight() if x else datetime.utcnow()


def plan(given, f, **more):
`;

/** What is proven of the time in a call of `enqueue_at` with this expression: a Queue takes what is not unknown. */
function proven(expression: string, settings = ''): string {
  const files: Record<string, string> = {
    'app.py': `${HEAD}    scheduler.enqueue_at(${expression}, f)\n`,
    'settings.py': settings,
  };
  const view: ProjectView = {
    paths: Object.keys(files),
    get: (path) => ({ path, text: files[path] ?? '' }),
  };
  const { uses } = analyseCode(view, { nativeApi: true });
  if (!uses.some(({ code }) => code === 'code-enqueue-at')) return 'unknown';
  return uses.some(({ code }) => code === 'code-naive-datetime') ? 'naive' : 'aware';
}

describe('a time of enqueue_at', () => {
  it.each([
    'datetime.now(timezone.utc)',
    'datetime.now(tz=UTC) + timedelta(minutes=5)',
    'timedelta(1) + dt.datetime.now(dt.timezone.utc)',
    'datetime(2030, 1, 1, tzinfo=berlin)',
    'datetime(2030, 1, 1, 0, 0, 0, 0, berlin)',
    'datetime.fromtimestamp(5, timezone.utc)',
    'datetime.utcnow().replace(tzinfo=timezone.utc)',
    'datetime.now().astimezone()',
    'paris.localize(START)',
    "datetime.strptime('x', '%Y-%m-%d %z')",
    "datetime.fromisoformat('2030-01-01T00:00:00+02:00')",
    'django_timezone.make_aware(START)',
    'arrow.utcnow().shift(hours=1).datetime',
    "pendulum.now('UTC').add(days=1)",
    'midnight() + timedelta(1)',
    '(midnight() if given else datetime.now(UTC))',
    'max(midnight(), datetime.now(UTC))',
  ])('%s has a zone', (expression) => {
    expect(proven(expression)).toBe('aware');
  });

  it.each([
    'datetime.now()',
    'datetime.utcnow() + timedelta(hours=1)',
    'dt.datetime.today()',
    'START',
    'START - timedelta(1)',
    'datetime.fromtimestamp(5)',
    'datetime.utcfromtimestamp(5)',
    "datetime.strptime('x', '%Y-%m-%d')",
    "datetime.fromisoformat('2030-01-01T00:00:00')",
    'midnight().replace(tzinfo=None)',
    'datetime.now(None)',
    'django_timezone.make_naive(midnight())',
  ])('%s has none', (expression) => {
    expect(proven(expression)).toBe('naive');
  });

  it.each([
    'given',
    'datetime.now(given)',
    'datetime(**more)',
    'either(given)',
    'datetime.strptime(given, more)',
    'datetime.fromisoformat(given)',
    'given.replace(hour=1)',
    'django_timezone.now()',
  ])('of %s nothing is proven', (expression) => {
    expect(proven(expression)).toBe('unknown');
  });

  it("is what Django's settings say", () => {
    expect(proven('django_timezone.now()', 'USE_TZ = True\n')).toBe('aware');
    expect(proven('django_timezone.now()', 'USE_TZ = False\n')).toBe('naive');
  });
});
