import { beforeAll, describe, expect, it } from 'vitest';
import { installRuntime } from '../../../src/files/runtime/install.js';
import { installedRuntimes } from '../../../src/files/runtime/installed.js';
import type { SourceFile } from '../../../src/files/types.js';
import { prepareKinds } from '../../../src/run/file-kinds.js';
import { runtimeFiles } from '../../../src/world/assets.js';

beforeAll(prepareKinds);

/** The one file that versions before the package consisted of, as far as it is known by. */
const MODULE = `${['cron', 'ensure', 'every', 'list_series', 'next_times', 'ping', 'repair', 'run']
  .map((name) => `def ${name}(*args, **kwargs):\n    return None\n`)
  .join('\n\n')}\n__version__ = '1.0.0'\n`;

const bundle = runtimeFiles();

/** The package's files in a folder, some of them in other words. */
function standing(folder: string, other: Readonly<Record<string, string | null>> = {}): SourceFile[] {
  return [...new Map([...bundle, ...Object.entries(other)])].flatMap(([name, text]) =>
    text === null ? [] : [{ path: `${folder}rq_recurring/${name}`, text }],
  );
}

function install(folder: string, files: readonly SourceFile[]) {
  const taken = (path: string): boolean =>
    files.some((file) => file.path === path || file.path.startsWith(`${path}/`));
  const { changes, findings } = installRuntime(folder, bundle, installedRuntimes(files), taken);
  return {
    changes: changes.map(({ action, path }) => `${action} ${path}`),
    findings: findings.map(({ severity, code, path }) => `${severity} ${code} ${path}`),
  };
}

const NOTHING = { changes: [], findings: [] };
const created = (folder: string): string[] =>
  [...bundle.keys()].map((name) => `create ${folder}rq_recurring/${name}`);

describe('installing the package for recurring jobs', () => {
  it('creates its files where there is none, also beside a copy elsewhere', () => {
    expect(install('', [])).toEqual({ changes: created(''), findings: [] });
    expect(install('src', standing(''))).toEqual({ changes: created('src/'), findings: [] });
  });

  it('has nothing to do where it stands', () => {
    expect(install('', standing(''))).toEqual(NOTHING);
    expect(install('src', standing('src/'))).toEqual(NOTHING);
    expect(install('', standing('', { 'py.typed': null }))).toEqual(NOTHING);
  });

  it('updates an older package file by file', () => {
    const older = standing('', {
      'version.py': "__version__ = '1.9.0'\n",
      'worker.py': 'x = 1\n',
      'keys.py': null,
    });
    expect(install('', older)).toEqual({
      changes: ['create rq_recurring/keys.py', 'edit rq_recurring/version.py', 'edit rq_recurring/worker.py'],
      findings: [],
    });
  });

  it('puts the package into the place of the module of earlier versions, in one set of changes', () => {
    for (const text of [MODULE, MODULE.replaceAll("'", '"'), MODULE.replace('1.0.0', '0.1.0')]) {
      expect(install('', [{ path: 'rq_recurring.py', text }])).toEqual({
        changes: ['delete rq_recurring.py', ...created('')],
        findings: [],
      });
    }
    const both = [...standing(''), { path: 'rq_recurring.py', text: MODULE }];
    expect(install('', both)).toEqual({ changes: ['delete rq_recurring.py'], findings: [] });
  });

  it('leaves a newer one alone, and says so', () => {
    const newer = standing('', { 'version.py': "__version__ = '99.0.0'\n" });
    expect(install('', newer)).toEqual({ changes: [], findings: ['info runtime-newer rq_recurring'] });
  });

  it('leaves one alone that was changed by hand, and says where', () => {
    const keys = bundle.get('keys.py') ?? '';
    const changed = standing('', { 'keys.py': `${keys}\nEXTRA = 1\n`, 'utils.py': null });
    expect(install('', changed)).toEqual({
      changes: [],
      findings: ['warn runtime-changed rq_recurring/keys.py', 'warn runtime-changed rq_recurring/utils.py'],
    });
    const { findings } = installRuntime('', bundle, installedRuntimes(changed), () => false);
    expect(findings[0]).toMatchObject({ line: keys.split('\n').length + 1, args: { now: 'EXTRA = 1' } });
  });

  it.each([
    ['another module', 'rq_recurring.py', 'x = 1\n'],
    ['a module of some of its names', 'rq_recurring.py', MODULE.replace('def repair', 'def mend')],
    ['one without a version', 'rq_recurring.py', MODULE.replace('__version__', 'version')],
    ['another package', 'rq_recurring/__init__.py', ''],
    ['a folder without one', 'rq_recurring/jobs.py', ''],
  ])('is stopped by %s of that name', (_, path, text) => {
    const { changes, findings } = install('', [{ path, text }]);
    expect(changes).toEqual([]);
    expect(findings).toEqual([`error runtime-name-taken ${path.split('/')[0]}`]);
  });
});
