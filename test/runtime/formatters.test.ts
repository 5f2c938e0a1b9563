import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../../src/world/engines/managed.js';
import { ensurePackages, type PythonEnv } from '../../src/world/engines/python-env.js';
import { NEWEST_PAIR } from '../../src/world/engines/versions.js';
import { TEST_CACHE } from '../support/paths.js';
import { DISTRIBUTION, interpreterOf, runProgram, WIDE } from './py.js';

const PACKAGES = ['ruff==0.17.6', 'black==26.10.1', 'isort==9.0.2', 'pyupgrade==3.22.0', 'autoflake==2.4.0'];

/** What a user's hooks may do to a vendored copy, all with default settings. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  'ruff check --fix': ['ruff', 'check', '--fix', '--isolated', '--exit-zero', '--quiet', '.'],
  'ruff format': ['ruff', 'format', '--isolated', '--quiet', '.'],
  black: ['black', '--quiet', '.'],
  isort: ['isort', '--quiet', '.'],
  'pyupgrade --py38-plus': ['pyupgrade', '--py38-plus', '--exit-zero-even-if-changed'],
  'pyupgrade --py310-plus': ['pyupgrade', '--py310-plus', '--exit-zero-even-if-changed'],
  autoflake: ['autoflake', '--in-place', '--remove-all-unused-imports', '--recursive', '.'],
};

let env: PythonEnv;
let folder: string;
let python: string;

beforeAll(async () => {
  env = await ensurePackages({ cacheDir: TEST_CACHE, name: 'formatters', packages: PACKAGES });
  folder = await mkdtemp(join(tmpdir(), 'rq-recurring-'));
  python = await interpreterOf(NEWEST_PAIR);
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function format(copy: string, tools: readonly string[]): Promise<void> {
  await cp(`${DISTRIBUTION}src`, copy, { recursive: true });
  for (const tool of tools) {
    const [program = '', ...args] = TOOLS[tool] ?? [];
    const listed = program === 'pyupgrade' ? '"$0" "$@" rq_recurring/*.py' : '"$0" "$@"';
    const { code, stderr } = await runToEnd('sh', ['-c', listed, env.bin(program), ...args], { cwd: copy });
    expect(code, `${tool}: ${stderr}`).toBe(0);
  }
}

async function expectToPass(copy: string, programs: readonly (readonly string[])[]): Promise<void> {
  for (const program of programs) {
    const { code, output } = await runProgram(python, program, { RQ_RECURRING_PATH: copy });
    expect(output).toMatch(/\nOK/);
    expect(code).toBe(0);
  }
}

describe('rq_recurring, formatted by', { timeout: 600_000 }, () => {
  it.each(Object.keys(TOOLS))('%s', async (tool) => {
    const copy = join(folder, tool);
    await format(copy, [tool]);
    const slice = [
      'run.py',
      'series.Objects.test_integer_fields_are_those_of_the_class',
      'series.VersionOne',
    ];
    await expectToPass(copy, [WIDE ? ['run.py'] : slice]);
  });

  it('all of them', async () => {
    const copy = join(folder, 'all');
    await format(copy, Object.keys(TOOLS));
    await expectToPass(
      copy,
      WIDE ? [['run.py'], ['test_live.py']] : [['run.py', 'series', 'zones', 'command']],
    );
  });
});
