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

function swapped(text: string, options: CodeOptions = {}, others: Record<string, string> = {}): string {
  const analysis = analyseCode(viewOf({ ...others, 'x.py': text }), options);
  return applyEdits(text, analysis.edits('x.py', 'safe'));
}

const RUN = '\ns = Scheduler()\ns.run()\n';

describe('an import is swapped', () => {
  it.each([
    ['from rq_scheduler import Scheduler', 'from rq_recurring import Scheduler'],
    ['from rq_scheduler import Scheduler as S', 'from rq_recurring import Scheduler as S'],
    ['from rq_scheduler.scheduler import Scheduler', 'from rq_recurring.scheduler import Scheduler'],
    ['from rq_scheduler import Scheduler, utils as u', 'from rq_recurring import Scheduler, utils as u'],
    [
      'from rq_scheduler import (\n    Scheduler,  # here\n    utils,\n)',
      'from rq_recurring import (\n    Scheduler,  # here\n    utils,\n)',
    ],
    [
      'from rq_scheduler.utils import from_unix, to_unix',
      'from rq_recurring.utils import from_unix, to_unix',
    ],
    ['from rq_scheduler.utils import *', 'from rq_recurring.utils import *'],
    ['from rq_scheduler import *', 'from rq_recurring import Scheduler'],
    [
      'from rq_scheduler import *\nutils.to_unix(t)',
      'from rq_recurring import Scheduler, utils\nutils.to_unix(t)',
    ],
    ['import rq_scheduler', 'import rq_recurring as rq_scheduler'],
    ['import rq_scheduler as x', 'import rq_recurring as x'],
    ['import rq_scheduler.utils', 'import rq_recurring as rq_scheduler'],
    ['import rq_scheduler.utils as u', 'import rq_recurring.utils as u'],
    ['import os, rq_scheduler, sys', 'import os, rq_recurring as rq_scheduler, sys'],
    ['import rq_scheduler; x = 1', 'import rq_recurring as rq_scheduler; x = 1'],
    [
      'def f():\n    from rq_scheduler import Scheduler\n    return Scheduler().count()',
      'def f():\n    from rq_recurring import Scheduler\n    return Scheduler().count()',
    ],
    [
      'try:\n    from rq_scheduler import Scheduler\nexcept ImportError:\n    Scheduler = None',
      'try:\n    from rq_recurring import Scheduler\nexcept ImportError:\n    Scheduler = None',
    ],
    [
      'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from rq_scheduler import Scheduler',
      'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from rq_recurring import Scheduler',
    ],
    [
      'from rq_scheduler.scripts.rqscheduler import main\nmain()',
      'from rq_recurring.__main__ import rqscheduler as main\nmain()',
    ],
    [
      "from rq_scheduler.scripts import rqscheduler\nif __name__ == '__main__':\n    rqscheduler.main()",
      "from rq_recurring.__main__ import rqscheduler\nif __name__ == '__main__':\n    rqscheduler()",
    ],
    [
      'import rq_scheduler.scripts.rqscheduler as r\nr.main()',
      'from rq_recurring.__main__ import rqscheduler as r\nr()',
    ],
    ["importlib.import_module('rq_scheduler')", "importlib.import_module('rq_recurring')"],
    ['importlib.import_module("rq_scheduler.utils")', 'importlib.import_module("rq_recurring.utils")'],
    ["__import__('rq_scheduler').Scheduler", "__import__('rq_recurring').Scheduler"],
  ])('%j', (before, after) => {
    expect(swapped(before)).toBe(after);
  });

  it.each([
    ['from rq_scheduler import Scheduler', 'from shop.rq_recurring import Scheduler'],
    ['from rq_scheduler import utils', 'from shop.rq_recurring import utils'],
    ['from rq_scheduler.utils import to_unix', 'from shop.rq_recurring.utils import to_unix'],
    ['import rq_scheduler', 'import shop.rq_recurring as rq_scheduler'],
    ['import rq_scheduler.utils', 'import shop.rq_recurring as rq_scheduler'],
    ["import_module('rq_scheduler.utils')", "import_module('shop.rq_recurring.utils')"],
    ["__import__('rq_scheduler')", "__import__('rq_scheduler')"],
    ["CLASS = 'rq_scheduler.Scheduler'", "CLASS = 'shop.rq_recurring.Scheduler'"],
    ['from django_rq import get_scheduler', 'from shop.rq_recurring.django import get_scheduler'],
  ])('for the one of a package: %j', (before, after) => {
    expect(swapped(before, { runtimeModule: 'shop.rq_recurring' })).toBe(after);
  });

  it.each([
    'from rq_scheduler import nothing_of_the_kind',
    'from rq_scheduler.scripts import rqscheduler\nrqscheduler.main()\nprint(rqscheduler)',
    'import rq_scheduler.scripts.rqscheduler',
    'from rq_scheduler.scheduler import crontab',
  ])('but not where nothing takes its place: %j', (text) => {
    const { uses, importers } = analyseCode(viewOf({ 'x.py': text }));
    expect(uses.map(({ code, fix }) => `${code} ${fix}`)).toEqual(['code-import none']);
    expect(swapped(text)).toBe(text);
    expect(importers).toEqual([]);
  });

  it("but not where the project's own module has the name", () => {
    const text = 'from rq_scheduler import Scheduler\n';
    expect(swapped(text, {}, { 'rq_scheduler.py': 'class Scheduler: pass' })).toBe(text);
  });

  it('in every file that has one, and these need the module', () => {
    const files = {
      'a.py': `from rq_scheduler import Scheduler${RUN}`,
      'b.py': "MODULE = import_module('rq_scheduler')\n",
      'c.py': 'import django_rq\ndjango_rq.get_scheduler().count()\n',
      'd.py': "LOGGER = 'rq_scheduler.scheduler'\n",
      'e.py': 'import rq_other\n',
    };
    expect(analyseCode(viewOf(files)).importers).toEqual(['a.py', 'b.py', 'c.py']);
  });
});

describe('get_scheduler of django-rq', () => {
  it.each([
    ['from django_rq import get_scheduler', 'from rq_recurring.django import get_scheduler'],
    ['from django_rq.queues import get_scheduler as g', 'from rq_recurring.django import get_scheduler as g'],
    [
      'from django_rq import get_queue, get_scheduler',
      'from rq_recurring.django import get_scheduler\nfrom django_rq import get_queue',
    ],
    [
      'from django_rq import (\n    get_queue,\n    get_scheduler,\n)',
      'from rq_recurring.django import get_scheduler\nfrom django_rq import (\n    get_queue,\n)',
    ],
    [
      'def f():\n    from django_rq import get_queue, get_scheduler\n    return get_scheduler().count()',
      'def f():\n    from rq_recurring.django import get_scheduler\n    from django_rq import get_queue\n    return get_scheduler().count()',
    ],
    [
      "import django_rq\ns = django_rq.get_scheduler('low')\ns.count()",
      "from rq_recurring.django import get_scheduler\ns = get_scheduler('low')\ns.count()",
    ],
    [
      "import django_rq\ns = django_rq.get_scheduler('low')\ns.count()\ndjango_rq.get_queue()",
      "import django_rq\nfrom rq_recurring.django import get_scheduler\ns = get_scheduler('low')\ns.count()\ndjango_rq.get_queue()",
    ],
    [
      'def f():\n    import django_rq\n    django_rq.get_queue()\n    return django_rq.get_scheduler().count()',
      'def f():\n    import django_rq\n    from rq_recurring.django import get_scheduler\n    django_rq.get_queue()\n    return get_scheduler().count()',
    ],
    [
      'def f():\n    import django_rq\n    return django_rq.get_scheduler().count()',
      'def f():\n    from rq_recurring.django import get_scheduler\n    return get_scheduler().count()',
    ],
    [
      'import django_rq\ndef get_scheduler():\n    return django_rq.get_scheduler()\nget_scheduler().count()',
      'from rq_recurring.django import get_scheduler as rq_recurring_get_scheduler\ndef get_scheduler():\n    return rq_recurring_get_scheduler()\nget_scheduler().count()',
    ],
    [
      'from django_rq import queues\nqueues.get_scheduler().count()',
      'from rq_recurring.django import get_scheduler\nget_scheduler().count()',
    ],
    [
      'from django_rq.management.commands.rqscheduler import Command as Base',
      'from rq_recurring.django import Command as Base',
    ],
    [
      'from django_rq.management.commands import rqscheduler',
      'from rq_recurring import django as rqscheduler',
    ],
    ['import django_rq.management.commands.rqscheduler as r', 'import rq_recurring.django as r'],
    [
      'from django_rq import *\nget_scheduler().count()',
      'from django_rq import *\nfrom rq_recurring.django import get_scheduler\nget_scheduler().count()',
    ],
  ])('%j', (before, after) => {
    expect(swapped(before)).toBe(after);
  });

  it('keeps the import of django_rq where another file reads it there', () => {
    const text = 'import django_rq\ndjango_rq.get_scheduler().count()\n';
    expect(swapped(text, {}, { 'y.py': 'from x import django_rq\n' })).toMatch(/^import django_rq\n/);
    expect(swapped(text, {}, { 'y.py': "mock.patch('x.django_rq.get_queue')\n" })).toMatch(
      /^import django_rq\n/,
    );
    expect(swapped(text, {}, { 'y.py': 'import django_rq, x\n' })).not.toMatch(/^import django_rq\n/);
  });
});

describe('a name in a string is swapped', () => {
  it.each([
    ["RQ = {'SCHEDULER_CLASS': 'rq_scheduler.Scheduler'}", 'rq_recurring.Scheduler'],
    ["X = 'rq_scheduler.scheduler.Scheduler'", 'rq_recurring.scheduler.Scheduler'],
    ["@mock.patch('rq_scheduler.Scheduler.cron')\ndef t(c): pass", 'rq_recurring.Scheduler.cron'],
    ["INSTALLED_APPS = ['django_rq', 'rq_scheduler']", "'rq_recurring'"],
    ["INSTALLED_APPS += ('rq_scheduler',)", "'rq_recurring'"],
    ["LOGGING = {'loggers': {'rq_scheduler': {'level': 'INFO'}}}", "'rq_recurring'"],
    ["logging.getLogger('rq_scheduler').info('x')", "'rq_recurring'"],
    ["sys.modules['rq_scheduler'] = None", "'rq_recurring'"],
    ["sys.modules.pop('rq_scheduler')", "'rq_recurring'"],
    ["patch.dict('sys.modules', {'rq_scheduler': m})", "'rq_recurring'"],
    ["pytest.importorskip('rq_scheduler')", "'rq_recurring'"],
  ])('%j', (before, after) => {
    const text = swapped(before);
    expect(text).toContain(after);
    expect(text).not.toContain('rq_scheduler');
  });

  it.each([
    "QUEUE = 'rq_scheduler'",
    "subprocess.run(['pip', 'install', 'rq_scheduler'])",
    "version('rq_scheduler')",
    "X = 'rq_scheduler.nothing'",
    "X = 'rq_scheduler.'",
    '"""rq_scheduler.Scheduler"""',
    "X = b'rq_scheduler.Scheduler'",
    "LOGGING = {'rq_scheduler': {'loggers': {}}}",
    "import rq_scheduler as r\ndef f(s: 'r.Scheduler'): pass".replace(/^import.*\n/, ''),
  ])('but not where it may be something else: %j', (text) => {
    expect(swapped(text)).toBe(text);
    expect(analyseCode(viewOf({ 'x.py': text })).uses.every(({ severity }) => severity === 'info')).toBe(
      true,
    );
  });

  it('but an annotation goes by the name that stays bound', () => {
    const text = "import rq_scheduler\ndef f(s: 'rq_scheduler.Scheduler'): pass\n";
    expect(swapped(text)).toBe(text.replace('import rq_scheduler', 'import rq_recurring as rq_scheduler'));
  });

  it('but not in setup.py, where it is a package to install', () => {
    const text = "setup(install_requires=['rq_scheduler'])\n";
    const analysis = analyseCode(viewOf({ 'setup.py': text }));
    expect(analysis.edits('setup.py', 'safe')).toEqual([]);
  });
});

it('the drop-in itself is not looked into', () => {
  const own = "KEY = 'rq:scheduler:scheduled_jobs'\n";
  const analysis = analyseCode(viewOf({ 'app/rq_recurring/scheduler.py': own, 'rq_recurring.py': own }));
  expect(analysis.uses).toEqual([]);
  const other = analyseCode(viewOf({ 'rq_recurring.py': 'from rq_scheduler import Scheduler\n' }));
  expect(other.uses.map(({ code }) => code)).toEqual(['code-import']);
});

it('recurring calls are listed as notes, with their place', () => {
  const text =
    "from rq_scheduler import Scheduler\ns = Scheduler()\ns.cron('* * * * *', f)\ns.schedule(t, f, interval=5)\n";
  const { uses } = analyseCode(viewOf({ 'x.py': text }));
  const shown = uses.map(({ code, line, column, severity, fix }) => [code, line, column, severity, fix]);
  expect(shown).toContainEqual(['code-cron', 3, 1, 'info', 'none']);
  expect(shown).toContainEqual(['code-schedule', 4, 1, 'info', 'none']);
});

it('recurring calls are listed too where it cannot be told what they are called on', () => {
  const files = {
    'a.py': 'from rq_scheduler import Scheduler\nimport box\nbox.clock = Scheduler()\n',
    'b.py':
      "import box\ndef go(clock):\n  box.clock.cron('* * * * *', f)\n  clock.schedule(t, f, interval=5)\n",
    'c.py':
      'import schedule\nschedule.every().schedule(1, 2)\nclass Own:\n  def cron(self, *a): pass\nOwn().cron(1, 2)\n',
    'd.py':
      'from rq_scheduler import Scheduler\nclass S(Scheduler):\n  def go(self):\n    self.cron(1, 2)\nclass T:\n  def go(self):\n    self.cron(1, 2)\n',
  };
  const listed = (all: Record<string, string>) =>
    analyseCode(viewOf(all)).uses.flatMap(({ code, path, line }) =>
      /cron|schedule$/.test(code) ? [`${path}:${line}`] : [],
    );
  expect(listed(files)).toEqual(['b.py:3', 'b.py:4', 'd.py:4']);
  expect(listed({ 'b.py': files['b.py'], 'c.py': files['c.py'] })).toEqual([]);
});
