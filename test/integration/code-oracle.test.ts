import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromByteText } from '../../src/files/bytes.js';
import { analyseCode } from '../../src/files/python/uses.js';
import { runPython } from '../../src/world/engines/processes.js';
import { DEFAULT_PAIRS, type VersionPair } from '../../src/world/engines/versions.js';
import { loadPython } from '../files/pysource/load.js';
import { codeCase, codeCases, fixedFiles, viewOf } from '../support/codeFixtures.js';
import { PY_DIR, ROOT } from '../support/paths.js';
import { useRealParts } from '../support/realParts.js';

/** A job that waits in either schedule, or a recurring one, as test/support/py/code/run_programs.py shows it. */
interface Waiting {
  readonly id: string;
  /** Seconds from the program's start; `epoch` is the same as absolute time. */
  readonly after: number;
  readonly epoch: number;
  readonly [field: string]: unknown;
}

interface Outcome {
  readonly error: string | null;
  readonly printed: readonly string[];
  /** Seconds the program ran. */
  readonly elapsed: number;
  readonly jobs: readonly Waiting[];
}

/** Ids that RQ made up. */
const RANDOM = /^[0-9a-f]{8}-[0-9a-f]{4}-|^[0-9a-f]{32}$|^record-/;

const programs = codeCases().filter((name) =>
  codeCase(name).before.some((file) => file.path === 'program.py'),
);

/** Jobs without what differs from run to run; a time is absolute where it is the same, else from the start. */
function comparable(outcome: Outcome, other: Outcome): unknown[] {
  const slack = Math.ceil(Math.max(outcome.elapsed, other.elapsed)) + 1;
  return outcome.jobs.map(({ id, after, epoch, ...job }, i) => {
    const twin = other.jobs[i];
    const same = twin !== undefined && (twin.epoch === epoch || Math.abs(twin.after - after) <= slack);
    return { ...job, id: RANDOM.test(id) ? 'any' : id, at: same ? 'as before' : epoch };
  });
}

let folder: string;

/** Writes the files of every program below `folder` and returns where each lies. */
function lay(which: string, filesOf: (name: string) => readonly { path: string; text: string }[]) {
  return programs.map((name) => {
    const home = join(folder, which, name);
    for (const { path, text } of filesOf(name)) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), fromByteText(text));
    }
    return { name, folder: home };
  });
}

beforeAll(async () => {
  await loadPython();
  folder = await mkdtemp(join(tmpdir(), 'migrate-scheduler-code-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(DEFAULT_PAIRS)('programs on rq $rq and rq-scheduler $rqScheduler', (pair: VersionPair) => {
  const parts = useRealParts(pair);

  function runAll(programs: readonly { name: string; folder: string }[], TZ: string) {
    return runPython<Record<string, Outcome>>({
      venv: parts.venv,
      script: `${PY_DIR}/code/run_programs.py`,
      args: [parts.url],
      input: { programs, path: [PY_DIR, `${ROOT}src/runtime`] },
      env: { TZ },
    });
  }

  it.each(['UTC', 'Asia/Shanghai'])('schedule the same once they are fixed, in %s', async (zone) => {
    const place = join(pair.rq, zone.replace('/', '-'));
    const before = lay(join(place, 'before'), (name) => codeCase(name).before);
    const after = lay(join(place, 'after'), (name) => {
      const files = codeCase(name).before;
      return fixedFiles(files, analyseCode(viewOf(files)), 'unsafe');
    });
    const legacy = await runAll(before, zone);
    const native = await runAll(after, zone);
    const result = (from: Record<string, Outcome>, to: Record<string, Outcome>) =>
      programs.map((name) => {
        const [own, other] = [from[name], to[name]];
        if (!own || !other) throw new Error(`${name} was not run`);
        return { name, error: own.error, printed: own.printed, jobs: comparable(own, other) };
      });
    expect(result(native, legacy)).toEqual(result(legacy, native));
  });
});
