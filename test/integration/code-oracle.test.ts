import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromByteText } from '../../src/files/bytes.js';
import { counterpart } from '../../src/files/python/code/counterparts.js';
import { analyseCode } from '../../src/files/python/uses.js';
import type { SourceFile } from '../../src/files/types.js';
import { runPython } from '../../src/world/engines/processes.js';
import { ensureVenv, type PythonEnv } from '../../src/world/engines/python-env.js';
import {
  ALL_PAIRS,
  DEFAULT_PAIRS,
  GUIDE_PAIR,
  NEWEST_PAIR,
  type VersionPair,
} from '../../src/world/engines/versions.js';
import { loadPython } from '../files/pysource/load.js';
import { CODE_FIXTURES, codeCase, codeCases, fixedFiles, viewOf } from '../support/codeFixtures.js';
import { PY_DIR, ROOT, TEST_CACHE } from '../support/paths.js';
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

const wide = process.env.MIGRATE_SCHEDULER_WIDE === '1';
const ZONES = ['UTC', 'Asia/Shanghai', ...(wide ? ['America/New_York'] : [])];

/** Ids that RQ or rq_recurring made up. */
const RANDOM = /^[0-9a-f]{8}-[0-9a-f]{4}-|^tasks-record-[0-9a-f]{10}$/;

const runnable = codeCases().filter((name) =>
  codeCase(name).before.some((file) => file.path === 'program.py'),
);
const programs = runnable.filter((name) => !name.startsWith('django-'));
const djangoPrograms = runnable.filter((name) => name.startsWith('django-'));

/** Jobs without what differs from run to run; a time is absolute where it is the same, else from the start. */
function comparable(outcome: Outcome, other: Outcome): unknown[] {
  const slack = Math.ceil(Math.max(outcome.elapsed, other.elapsed)) + 1;
  return outcome.jobs.map(({ id, after, epoch, ...job }, i) => {
    const twin = other.jobs[i];
    const same = twin !== undefined && (twin.epoch === epoch || Math.abs(twin.after - after) <= slack);
    return { ...job, id: RANDOM.test(id) ? 'any' : id, at: same ? 'as before' : epoch };
  });
}

/** A job that is due at once, at a naive time. */
const SOON = `import os
from datetime import datetime, timedelta

from redis import Redis
from rq_scheduler import Scheduler

from tasks import record

scheduler = Scheduler('low', connection=Redis.from_url(os.environ['RQ_REDIS_URL']))
scheduler.enqueue_at(datetime.utcnow() + timedelta(seconds=1), record, 'soon', key='value', timeout=30)
`;

/** The files with all fixes, with RQ's own API where that is asked for. */
function fixed(files: readonly SourceFile[], nativeApi = false): SourceFile[] {
  return fixedFiles(files, analyseCode(viewOf(files), { nativeApi }), 'unsafe');
}

/** Cases in which more becomes RQ's own API where it is asked for. */
const native = runnable.filter((name) => existsSync(join(CODE_FIXTURES, name, 'after-native')));

let folder: string;

/** Writes the files of these programs below `folder` and returns where each lies. */
function lay(
  which: string,
  names: readonly string[],
  filesOf: (name: string) => readonly { path: string; text: string }[],
) {
  return names.map((name) => {
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

/** Where programs are run: a pair's environment, a Redis, and a time zone. */
interface Place {
  readonly venv: PythonEnv;
  readonly url: string;
  readonly zone: string;
}

/** Runs all programs in one process; `forbid` names modules that cannot be imported there. */
function runAll(all: ReturnType<typeof lay>, { venv, url, zone }: Place, forbid: readonly string[] = []) {
  return runPython<Record<string, Outcome>>({
    venv,
    script: `${PY_DIR}/code/run_programs.py`,
    args: [url],
    input: { programs: all, forbid, path: [PY_DIR, `${ROOT}python/src`] },
    env: { TZ: zone },
  });
}

/** Runs again where the next time of a cron string of every five minutes may have become another one meanwhile. */
async function withinOneSlot<T>(run: () => Promise<T>): Promise<T> {
  const slot = () => Math.floor(Date.now() / 300_000);
  for (;;) {
    const began = slot();
    const done = await run();
    if (slot() === began) return done;
  }
}

/** Runs the programs as they are on rq-scheduler, and fixed where it cannot be imported. */
async function expectSame(names: readonly string[], place: Place, nativeApi = false) {
  const where = join(basename(place.venv.dir), place.zone.replace('/', '-'), String(nativeApi));
  const before = lay(join(where, 'before'), names, (name) => codeCase(name).before);
  const after = lay(join(where, 'after'), names, (name) => fixed(codeCase(name).before, nativeApi));
  const [legacy, native] = await withinOneSlot(async () => [
    await runAll(before, place),
    await runAll(after, place, ['rq_scheduler']),
  ]);
  for (const name of names) {
    const [was, is] = [legacy[name], native[name]];
    if (!was || !is) throw new Error(`${name} was not run`);
    expect(was.error, name).toBeNull();
    expect(was.jobs.length + was.printed.length, name).toBeGreaterThan(0);
    const result = ({ error, printed, ...own }: Outcome, other: Outcome) => ({
      error,
      printed,
      jobs: comparable({ error, printed, ...own }, other),
    });
    expect.soft(result(is, was), name).toEqual(result(was, is));
  }
}

describe.each(wide ? ALL_PAIRS : DEFAULT_PAIRS)(
  'programs on rq $rq and rq-scheduler $rqScheduler',
  (pair: VersionPair) => {
    const parts = useRealParts(pair);

    // UTC hides mistakes about zones: there naive and local times are the same.
    it.each(pair === NEWEST_PAIR && !wide ? ZONES.slice(1) : ZONES)(
      'schedule the same once they are fixed, in %s',
      async (zone) => {
        const place = { venv: parts.venv, url: parts.url, zone };
        await expectSame(programs, place);
        await expectSame(native, place, true);
      },
    );

    it('are run by a worker with its scheduler', async () => {
      const zone = 'Asia/Shanghai';
      const soon = lay(pair.rq, ['soon'], () => fixed([{ path: 'program.py', text: SOON }], true));
      const done = await runAll(soon, { venv: parts.venv, url: parts.url, zone }, ['rq_scheduler']);
      expect(done.soon).toMatchObject({ error: null, jobs: [{ queue: 'low', args: ['soon'] }] });
      await parts.worker(['low'], { env: { TZ: zone } });
      const [run] = await parts.waitForRuns(1);
      expect(run).toMatchObject({ args: ['soon'], kwargs: { key: 'value' }, queue: 'low' });
    });
  },
);

describe('the comparison', () => {
  const parts = useRealParts(GUIDE_PAIR);

  it('imports nothing that rq_recurring does not have', async () => {
    const modules = [
      'rq_scheduler',
      'rq_scheduler.scheduler',
      'rq_scheduler.utils',
      'rq_scheduler.scripts.rqscheduler',
    ];
    const ask = (input: object) =>
      runPython<{ public: string[]; missing: string[] }>({
        venv: parts.venv,
        script: `${PY_DIR}/code/public_names.py`,
        input: { modules: [], names: [], path: [`${ROOT}python/src`], ...input },
      });
    const old = [...modules.slice(0, 3), ...(await ask({ modules })).public];
    const names = old.flatMap((name) => counterpart(name, 'rq_recurring') ?? []);
    expect(names).toEqual(expect.arrayContaining(['rq_recurring', 'rq_recurring.utils.to_unix']));
    expect(names).toContain('rq_recurring.__main__.rqscheduler');
    expect((await ask({ names })).missing).toEqual([]);
  });

  it('notices a naive time that is left to RQ', async () => {
    const place = { venv: parts.venv, url: parts.url, zone: 'Asia/Shanghai' };
    const { before } = codeCase('enqueue-at-naive');
    const moved = before.map(({ path, text }) => ({
      path,
      text: text
        .replace('from rq_scheduler import Scheduler', 'from rq import Queue')
        .replace('Scheduler(', 'Queue('),
    }));
    const [was] =
      (
        await runAll(
          lay('naive', ['before'], () => before),
          place,
        )
      ).before?.jobs ?? [];
    const [is] =
      (
        await runAll(
          lay('naive', ['moved'], () => moved),
          place,
        )
      ).moved?.jobs ?? [];
    expect((was?.epoch ?? 0) - (is?.epoch ?? 0)).toBe(8 * 3600);
  });
});

describe.runIf(wide)('programs of Django', () => {
  const parts = useRealParts(GUIDE_PAIR);

  it.each(ZONES)('schedule the same once they are fixed, in %s', async (zone) => {
    const extras = ['Django<5', 'django-rq==2.10.2'];
    const venv = await ensureVenv({ cacheDir: TEST_CACHE, ...GUIDE_PAIR, extras });
    await expectSame(djangoPrograms, { venv, url: parts.url, zone });
  });
});
