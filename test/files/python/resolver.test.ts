import { beforeAll, describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/files/edit.js';
import { analyseCode, type CodeOptions } from '../../../src/files/python/uses.js';
import type { ProjectView } from '../../../src/files/types.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

function viewOf(files: Readonly<Record<string, string>>): ProjectView {
  return {
    paths: Object.keys(files).sort(),
    get: (path) => (files[path] === undefined ? undefined : { path, text: files[path] }),
  };
}

/** `path:line code fix` of the calls found. */
function calls(files: Readonly<Record<string, string>>, options: CodeOptions = {}): string[] {
  const { uses } = analyseCode(viewOf(files), options);
  return uses
    .filter(({ code }) => !/^code-(import|scheduler-object|get-scheduler|seeding)$/.test(code))
    .map(({ path, line, code, fix }) => `${path}:${line} ${code.slice('code-'.length)} ${fix}`);
}

const MADE = 'from rq_scheduler import Scheduler\nscheduler = Scheduler(connection=c)\n';
const IN = 'enqueue_in(d, f)';

describe('a scheduler is found where it travels', () => {
  it.each<[string, Record<string, string>, string]>([
    [
      'to another module',
      { 'a/ext.py': MADE, 'a/b.py': `from a.ext import scheduler as s\ns.${IN}` },
      'a/b.py:2',
    ],
    [
      'through its module',
      { 'a/ext.py': MADE, 'a/b.py': `import a.ext as e\ne.scheduler.${IN}` },
      'a/b.py:2',
    ],
    [
      'through its package',
      { 'a/ext.py': MADE, 'a/b.py': `from a import ext\next.scheduler.${IN}` },
      'a/b.py:2',
    ],
    [
      'relatively',
      { 'a/ext.py': MADE, 'a/b/c.py': `from ..ext import scheduler\nscheduler.${IN}` },
      'a/b/c.py:2',
    ],
    [
      "through a package's __init__",
      {
        'a/__init__.py': 'from .ext import scheduler',
        'a/ext.py': MADE,
        'a/b.py': `from . import scheduler\nscheduler.${IN}`,
      },
      'a/b.py:2',
    ],
    ['out of a function', { 'x.py': `${MADE}def get():\n  return scheduler\nget().${IN}` }, 'x.py:5'],
    [
      'out of a cached one',
      { 'x.py': `${MADE}@lru_cache\ndef get():\n  return scheduler\nget().${IN}` },
      'x.py:6',
    ],
    ['into a parameter', { 'x.py': `${MADE}def use(s):\n  s.${IN}\nuse(scheduler)` }, 'x.py:4'],
    [
      'into another module',
      { 'x.py': `${MADE}from y import use\nuse(scheduler)`, 'y.py': `def use(s):\n  s.${IN}` },
      'y.py:2',
    ],
    [
      'into an attribute',
      {
        'x.py': `${MADE}class A:\n  def __init__(self, s):\n    self.s = s\n  def go(self):\n    self.s.${IN}\nA(scheduler)`,
      },
      'x.py:7',
    ],
    [
      'as a class attribute',
      { 'x.py': `${MADE}class A:\n  s = scheduler\nA.s.${IN}\nA().s.${IN}`.replace(`\nA().s.${IN}`, '') },
      'x.py:5',
    ],
    [
      'onto an application',
      {
        'x.py': `${MADE}app.scheduler = scheduler`,
        'y.py': `from flask import current_app\ncurrent_app.scheduler.${IN}`,
      },
      'y.py:2',
    ],
    ['by a walrus', { 'x.py': `${MADE}(s := scheduler).${IN}` }, 'x.py:3'],
    ['by a tuple', { 'x.py': `${MADE}s, t = scheduler, 1\ns.${IN}` }, 'x.py:4'],
    [
      'made late',
      {
        'x.py': `from rq_scheduler import Scheduler\ns = None\ndef init():\n  global s\n  s = Scheduler()\ndef go():\n  s.${IN}`,
      },
      'x.py:7',
    ],
    ['by django_rq', { 'x.py': `import django_rq\ndjango_rq.get_scheduler('q').${IN}` }, 'x.py:2'],
    [
      'by an import in a function',
      { 'x.py': `def go():\n  from rq_scheduler import Scheduler\n  Scheduler().${IN}` },
      'x.py:3',
    ],
  ])('%s', (_how, files, place) => {
    expect(calls(files)).toEqual([`${place} enqueue-in safe`]);
  });

  const STAYS: readonly [string, Record<string, string>][] = [
    [
      'what is an attribute of something unknown',
      {
        'x.py': `from rq_scheduler import Scheduler\nclass A:\n  def __init__(self):\n    self.s = Scheduler()\n    self.s.${IN}`,
        'y.py': `def go(a):\n  a.s.${IN}`,
      },
    ],
    [
      'what a method of something unknown gives',
      {
        'x.py': `from rq_scheduler import Scheduler\nclass A:\n  def its(self):\n    return Scheduler()\nA().its().${IN}`,
        'y.py': `def go(a):\n  a.its().${IN}`,
      },
    ],
    [
      'an annotation alone',
      { 'x.py': `from rq_scheduler import Scheduler\ndef use(s: Scheduler):\n  s.${IN}` },
    ],
    ['a subclass', { 'x.py': `from rq_scheduler import Scheduler\nclass Own(Scheduler): pass\nOwn().${IN}` }],
    [
      'an optional import',
      {
        'x.py': `try:\n  from rq_scheduler import Scheduler\nexcept ImportError:\n  Scheduler = None\nScheduler().${IN}`,
      },
    ],
    ['what may be something else', { 'x.py': `${MADE}s = scheduler if x else other()\ns.${IN}` }],
    ['what goes elsewhere', { 'x.py': `${MADE}unknown(scheduler)\nscheduler.${IN}` }],
    ['what a lambda hands out', { 'x.py': `${MADE}register(lambda: scheduler)\nscheduler.${IN}` }],
    ['what runs', { 'x.py': `${MADE}scheduler.${IN}\nscheduler.run()` }],
    ['what recurs', { 'x.py': `${MADE}scheduler.${IN}\nscheduler.cron('0 3 * * *', f)` }],
    ['what ** passes', { 'x.py': `${MADE}scheduler.enqueue_in(d, f, **more)` }],
    [
      'a naive time',
      { 'x.py': `from datetime import datetime\n${MADE}scheduler.enqueue_at(datetime(2030, 1, 1), f)` },
    ],
    [
      'another in the file that lists',
      { 'x.py': `${MADE}other = Scheduler('low')\nother.count()\nscheduler.${IN}` },
    ],
    [
      'another in the file that recurs',
      { 'x.py': `${MADE}other = Scheduler('low')\nother.cron('* * * * *', f)\nscheduler.${IN}` },
    ],
    [
      'a listing elsewhere',
      { 'x.py': `${MADE}scheduler.${IN}`, 'y.py': `${MADE}list(scheduler.get_jobs())` },
    ],
    [
      'another that may list where it is not followed',
      {
        'x.py': `${MADE}scheduler.${IN}`,
        'y.py': `${MADE}`.replaceAll('scheduler =', 'clock ='),
        'z.py': 'def f(box):\n  box.clock.get_jobs()',
      },
    ],
    ['what nobody uses', { 'x.py': MADE }],
    [
      'what is read under a key',
      { 'x.py': `${MADE}app.extensions['s'] = scheduler`, 'y.py': `current_app.extensions['s'].${IN}` },
    ],
    [
      'what is read with get()',
      {
        'box.py': 'shared = {}',
        'x.py': `${MADE}from box import shared\nshared['pulse'] = scheduler`,
        'y.py': `from box import shared\nshared.get('pulse').${IN}`,
      },
    ],
    [
      'what is put on a module and used there',
      {
        'box.py': 'pulse = None',
        'x.py': `${MADE}import box\nbox.pulse = scheduler`,
        'y.py': `import box\nbox.pulse.enqueue_at(w, f, timeout=9)`,
      },
    ],
    [
      'what getattr reads by name',
      { 'x.py': `${MADE}scheduler.${IN}`, 'y.py': `import x\ngetattr(x, 'scheduler').cron('* * * * *', f)` },
    ],
    [
      'what getattr reads',
      { 'x.py': `${MADE}scheduler.${IN}`, 'y.py': `import x\nfor name in dir(x):\n  use(getattr(x, name))` },
    ],
    [
      'what globals() hands out',
      { 'x.py': `${MADE}scheduler.${IN}\ndef get(name):\n  return globals()[name]` },
    ],
    [
      'what a mock replaces',
      { 'x.py': `${MADE}scheduler.${IN}`, 'test_x.py': `@patch('x.scheduler')\ndef test(s):\n  pass` },
    ],
    [
      'a class that a mock replaces',
      { 'x.py': `${MADE}scheduler.${IN}`, 'test_x.py': `@patch('x.Scheduler')\ndef test(s):\n  pass` },
    ],
    [
      'a class that a mock replaces at its home',
      {
        'x.py': `${MADE}scheduler.${IN}`,
        'test_x.py': `@patch('rq_scheduler.Scheduler')\ndef test(s):\n  pass`,
      },
    ],
    [
      "a star in a folder's __init__",
      {
        'app/jobs/pool.py': MADE,
        'app/jobs/__init__.py': 'from .pool import *',
        'app/api.py': `from jobs import scheduler\ndef go(f):\n  scheduler.${IN}`,
      },
    ],
    ['a star', { 'ext.py': MADE, 'b.py': `from ext import *\nscheduler.${IN}` }],
    [
      'an attribute of the same name elsewhere',
      { 'x.py': `${MADE}scheduler.${IN}`, 'y.py': 'def use(worker):\n  worker.scheduler.start()' },
    ],
    [
      'a broken file',
      { 'x.py': `${MADE}scheduler.${IN}`, 'y.py': 'from rq_scheduler import Scheduler\ndef broken(:' },
    ],
  ];
  it.each(STAYS)('and stays what it is for %s', (_what, files) => {
    const analysis = analyseCode(viewOf(files));
    expect(analysis.uses.filter(({ code }) => /enqueue|scheduler-object/.test(code))).toEqual([]);
    for (const [path, text] of Object.entries(files)) {
      const swapped = /broken/.test(text)
        ? text
        : text.replace(/from rq_scheduler|(?<=')rq_scheduler/, (m) =>
            m.replace('rq_scheduler', 'rq_recurring'),
          );
      expect(applyEdits(text, analysis.edits(path, 'unsafe'))).toBe(swapped);
    }
  });
});

describe('look-alikes are left alone', () => {
  it.each([
    'from apscheduler.schedulers.background import BackgroundScheduler\nscheduler = BackgroundScheduler()\nscheduler.cron("x")',
    'from rq.scheduler import RQScheduler\nscheduler = RQScheduler([], connection=c)\nscheduler.enqueue_scheduled_jobs()',
    'import sched\nscheduler = sched.scheduler()\nscheduler.cancel(1)\nscheduler.run()',
    'import schedule\nschedule.every(5).do(f)',
    'def use(scheduler):\n  scheduler.enqueue_at(1, f)\n  scheduler.schedule(1)',
    'from scheduler.models import RepeatableJob\nRepeatableJob().schedule()',
    'from mine import Scheduler\nScheduler().enqueue_in(1, f)',
    'import django_rq\ndjango_rq.get_queue("x").enqueue_in(d, f)',
  ])('%j', (text) => {
    expect(analyseCode(viewOf({ 'x.py': text })).uses).toEqual([]);
  });

  it('in a project that also uses rq-scheduler', () => {
    const other = 'from apscheduler import Scheduler\nscheduler = Scheduler()\nscheduler.cron("x")';
    expect(calls({ 'ext.py': MADE, 'other.py': other })).toEqual([]);
  });
});

describe('a unit is changed as a whole', () => {
  const fixed = (text: string, level: 'safe' | 'unsafe', options: CodeOptions = {}) =>
    applyEdits(text, analyseCode(viewOf({ 'x.py': text }), options).edits('x.py', level));

  it('with calls that run once on a Queue of their own beside recurring ones, where that is asked for', () => {
    const text = `${MADE}scheduler.${IN}\nscheduler.cron('0 3 * * *', f)\n`;
    expect(fixed(text, 'safe', { nativeApi: true })).toBe(
      [
        'from rq_recurring import Scheduler',
        'from rq import Queue',
        'scheduler = Scheduler(connection=c)',
        "Queue('default', connection=scheduler.connection).enqueue_in(d, f)",
        "scheduler.cron('0 3 * * *', f)",
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['its module', 'import ext\n', 'ext.Scheduler'],
    ['its name', 'from ext import Scheduler as S\n', 'S'],
  ])('keeping an import that another file reads through %s', (_how, imported, name) => {
    const files = { 'ext.py': `${MADE}scheduler.${IN}\n`, 'b.py': `${imported}x = ${name}()\nx.${IN}\n` };
    const analysis = analyseCode(viewOf(files));
    const after = applyEdits(files['ext.py'], analysis.edits('ext.py', 'safe'));
    expect(after).toBe(files['ext.py'].replace('rq_scheduler', 'rq_recurring'));
    expect(applyEdits(files['b.py'], analysis.edits('b.py', 'safe'))).toContain('x = Queue(');
    expect(analysis.importers).toEqual(['ext.py']);
  });

  it.each([
    ["Scheduler('low', None, 60, c)", "Queue('low', connection=c)"],
    ['Scheduler(interval=5)', "Queue('default')"],
    ['Scheduler(queue=q, connection=c)', 'Queue(q.name, connection=c)'],
    ['Scheduler(connection=c, queue_name="x")', 'Queue("x", connection=c)'],
    ['Scheduler(\n    connection=c,\n    interval=5,\n)', "Queue(\n    'default', connection=c,\n)"],
  ])('%s becomes %s', (made, becomes) => {
    const text = `from rq_scheduler import Scheduler\ns = ${made}\ns.${IN}\n`;
    expect(fixed(text, 'safe')).toBe(`from rq import Queue\ns = ${becomes}\ns.${IN}\n`);
  });

  it.each([
    ['from rq import Worker\n', 'from rq import Queue, Worker\n'],
    ['from rq import (\n    Worker,\n)\n', 'from rq import (\n    Worker,\n)\nfrom rq import Queue\n'],
    ['from rq import Queue\n', 'from rq import Queue\n'],
    ['from queue import Queue\n', 'from queue import Queue\nfrom rq import Queue as rq_Queue\n'],
  ])('with an import beside %j', (before, after) => {
    const text = `${before}from rq_scheduler import Scheduler\ns = Scheduler(connection=c)\ns.${IN}\n`;
    expect(fixed(text, 'safe').split('s = ')[0]).toBe(after);
  });
});
