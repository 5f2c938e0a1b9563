import { readFileSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runToEnd } from '../../src/world/engines/managed.js';
import { GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { tempFolder } from '../support/cli.js';
import { ROOT } from '../support/paths.js';
import { useRealParts } from '../support/realParts.js';

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly id?: string;
      readonly uses?: string;
      readonly run?: string;
      readonly shell?: string;
      readonly env?: Readonly<Record<string, string>>;
    }[];
  };
}

const action = parse(readFileSync(`${ROOT}action.yml`, 'utf8')) as Action;
const PASSWORD = 'open-sesame-1234';

describe('the GitHub Action', () => {
  const real = useRealParts(GUIDE_PAIR, { password: PASSWORD });

  /** Runs the action's script as a runner does: bash -eo pipefail, inputs in the variables that the step declares. */
  async function step(inputs: Readonly<Record<string, string>>) {
    const folder = await tempFolder();
    const file = (name: string) => join(folder, name);
    const [script] = action.runs.steps.filter(({ id }) => id === 'verify');
    const value = (name: string) => inputs[name] ?? action.inputs[name]?.default ?? '';
    const env = Object.fromEntries(
      Object.entries(script?.env ?? {}).map(([name, text]) => [
        name,
        text.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_whole, input: string) => value(input)),
      ]),
    );
    await writeFile(file('step.sh'), script?.run ?? '');
    // In place of the registry's copy: this one, with what it was called with put down.
    await writeFile(
      file('npx'),
      `#!/bin/sh\necho "$@" > ${file('argv')}\nshift 2\nexec node ${ROOT}bin/migrate-scheduler.js "$@"\n`,
    );
    await chmod(file('npx'), 0o755);
    await Promise.all(['summary', 'output'].map((name) => writeFile(file(name), '')));
    const done = await runToEnd('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file('step.sh')], {
      cwd: folder,
      env: {
        PATH: [folder, dirname(process.execPath), process.env.PATH].join(delimiter),
        GITHUB_ACTIONS: 'true',
        GITHUB_OUTPUT: file('output'),
        GITHUB_STEP_SUMMARY: file('summary'),
        ...env,
      },
    });
    const read = (name: string) => readFile(file(name), 'utf8');
    return {
      ...done,
      argv: await read('argv'),
      summary: await read('summary'),
      output: await read('output'),
    };
  }

  it('passes its inputs, annotates what fails, tells its outputs, and shows no password', async () => {
    expect(action.runs.using).toBe('composite');
    const outputs = Object.entries(action.outputs).map(([name, { value }]) => [
      name,
      value.match(/[\w-]+(?= \}\})/)?.[0],
    ]);
    expect(outputs).toEqual([
      ['ok', 'ok'],
      ['exit-code', 'exit-code'],
    ]);
    const at = Math.floor(Date.now() / 1000) + 3600;
    await real.seed([
      { call: 'native_enqueue_at', func: 'tasks.record', at, id: 'new' },
      { call: 'enqueue_at', func: 'tasks.record', at, id: 'old' },
    ]);
    await real.worker(['default']);
    const failed = await step({ 'redis-url': real.url, wait: '0', version: '0.1.0' });
    expect([failed.code, failed.output]).toEqual([1, 'ok=false\nexit-code=1\n']);
    expect(failed.stdout.match(/^::error .*$/gm)).toHaveLength(1);
    expect(failed.argv.split(' ').slice(0, 3)).toEqual(['--yes', 'migrate-scheduler@0.1.0', 'verify']);
    expect(failed.summary).toContain('`legacy-empty`');

    await real.client.del('rq:scheduler:scheduled_jobs');
    const passed = await step({ 'redis-url': real.url, canary: 'true', 'fail-on': 'warn' });
    expect([passed.code, passed.output]).toEqual([0, 'ok=true\nexit-code=0\n']);
    expect(passed.stdout).not.toMatch(/^::(error|warning)/m);
    expect(passed.summary).toContain('`canary-ran`');
    for (const { stdout, stderr, argv, summary } of [failed, passed])
      expect(stdout + stderr + argv + summary).not.toContain(PASSWORD);
  });
});
