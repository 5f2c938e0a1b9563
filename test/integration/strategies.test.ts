import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startManaged } from '../../src/world/engines/managed.js';
import { NEWEST_PAIR } from '../../src/world/engines/versions.js';
import {
  cli,
  cliJson,
  type PlanDocument,
  type RollbackDocument,
  type RunDocument,
  tempFolder,
  until,
} from '../support/cli.js';
import { PY_DIR } from '../support/paths.js';
import { type RealParts, useRealParts } from '../support/realParts.js';
import { LEGACY, nativeKey, scores } from '../support/redisContents.js';

/** The newest RQ, and with MIGRATE_SCHEDULER_WIDE=1 an older one that behaves otherwise. */
const pairs = (older: string) =>
  process.env.MIGRATE_SCHEDULER_WIDE === '1'
    ? [{ rq: older, rqScheduler: '0.14.0' }, NEWEST_PAIR]
    : [NEWEST_PAIR];

const now = () => Math.floor(Date.now() / 1000);
const codes = ({ findings }: { findings: readonly { code: string }[] }) => findings.map(({ code }) => code);

const COMPOSE = `services:
  redis:
    image: redis:7
  scheduler:
    image: app
    command: rqscheduler --url redis://redis:6379/0 -i 1
    depends_on: [redis]
  worker:
    image: app
    command: rq worker --url redis://redis:6379/0 --with-scheduler default
    depends_on: [redis, scheduler]
`;

async function project(rq: string): Promise<string> {
  const folder = join(await tempFolder(), 'app');
  await mkdir(folder);
  await writeFile(join(folder, 'docker-compose.yml'), COMPOSE);
  await writeFile(join(folder, 'requirements.txt'), `rq==${rq}\nrq-scheduler==0.14.0\n`);
  await writeFile(join(folder, 'tasks.py'), 'def record():\n    pass\n');
  return folder;
}

/** Two pairs at which Repeat differs: 2.3.3 keeps the status `finished` while it waits. */
describe.each(pairs('2.3.3'))('--recurring repeat, rq $rq', (pair) => {
  const real = useRealParts(pair);
  const options = () => ['--only', 'redis', '--redis-url', real.url, '--rq-version', pair.rq];
  const run = async (folder: string) =>
    cliJson<RunDocument>(0, ['run', '--yes', '--project', folder, '--recurring', 'repeat', ...options()]);

  it('makes exactly the runs that remain, keeps what cannot be repeated', async () => {
    const folder = await tempFolder();
    const at = now() + 4;
    const poll = { call: 'schedule', func: 'tasks.record', interval: 2, args: ['eu'] } as const;
    await real.seed([
      { ...poll, id: 'three', at, repeat: 3, kwargs: { a: 1 }, meta: { user: 'li' } },
      { ...poll, id: 'one', at, repeat: 1 },
      { ...poll, id: 'fails', at, repeat: 3, func: 'tasks.fail' },
      { ...poll, id: 'endless', at: at + 3600 },
    ]);
    const args = ['--project', folder, '--recurring', 'repeat', ...options()];
    const plan = await cliJson<PlanDocument>(0, ['dry-run', ...args]);
    expect(codes(plan)).toEqual(expect.arrayContaining(['repeat-stops-at-failure', 'repeat-not-finite']));
    expect(codes(plan).includes('repeat-dst')).toBe(pair.rq === '2.3.3');
    expect((await run(folder)).jobs).toMatchObject({ repeated: 3, kept: 1 });
    expect(await scores(real.client, LEGACY)).toEqual({ endless: at + 3600 });
    const waiting = { 'three-repeat': at, 'one-repeat': at, 'fails-repeat': at };
    expect(await scores(real.client, nativeKey('default'))).toEqual(waiting);
    const [three] = (await real.inspect(['three-repeat'])).jobs;
    expect(three).toMatchObject({ status: 'scheduled', meta: { user: 'li' }, resultTtl: 500, timeout: 180 });

    await real.worker();
    await real.waitForRuns(5, 30_000);
    await delay(4000);
    const runs = await real.runs();
    expect(runs.map(({ id }) => id).sort()).toEqual([
      'fails-repeat',
      'one-repeat',
      'three-repeat',
      'three-repeat',
      'three-repeat',
    ]);
    for (const one of runs) expect(one.at).toBeGreaterThanOrEqual(at);
    expect(runs.find(({ id }) => id === 'three-repeat')).toMatchObject({ args: ['eu'], kwargs: { a: 1 } });
  });

  it('comes back with the runs that are left', async () => {
    const folder = await tempFolder();
    const at = now() + 4;
    await real.seed([
      { call: 'schedule', func: 'tasks.record', id: 'ran', at, interval: 6, repeat: 5 },
      { call: 'schedule', func: 'tasks.fail', id: 'failed', at, interval: 6, repeat: 5 },
      { call: 'schedule', func: 'tasks.record', id: 'over', at, interval: 6, repeat: 1 },
      { call: 'schedule', func: 'tasks.record', id: 'waits', at: at + 3600, interval: 6, repeat: 5 },
    ]);
    await run(folder);
    const worker = await real.worker();
    await real.waitForRuns(3, 30_000);
    await until(
      async () => Number((await scores(real.client, nativeKey('default')))['ran-repeat'] ?? 0) > at,
    );
    const next = (await scores(real.client, nativeKey('default')))['ran-repeat'] ?? 0;
    await worker.stop();
    const back = await cliJson<RollbackDocument>(0, [
      ...['rollback', '--yes', '--project', folder, '--redis-url', real.url],
    ]);
    expect(back.jobs).toEqual({ restored: 3, alreadyRun: 1, missing: 0 });
    const legacy = await scores(real.client, LEGACY);
    expect(legacy).toEqual({ ran: next, failed: expect.any(Number), waits: at + 3600 });
    expect(await scores(real.client, nativeKey('default'))).toEqual({});
    const seen = (await real.inspect(['ran', 'failed', 'waits'])).jobs;
    expect(seen.map(({ meta }) => meta)).toEqual([
      { interval: 6, repeat: 4 },
      { interval: 6, repeat: 4 },
      { interval: 6, repeat: 5 },
    ]);
  });
});

/** 2.6.1 shows no jobs and takes keyword arguments named like options for these; 3.0 reads cron strings as local time. */
describe.each(pairs('2.6.1'))('--recurring cron, rq $rq', (pair) => {
  const real = useRealParts(pair);

  it('writes the file, waits for rq cron, leaves the jobs to it, and takes them back', async () => {
    const folder = await project(pair.rq);
    const at = now() + 3600;
    const kwargs = { description: 'mine', result_ttl: 7, job_id: 'x', text: '三\n' };
    await real.seed(
      [
        { call: 'schedule', func: 'tasks.record', id: 'poll', at, interval: 300, args: [1, null], kwargs },
        { call: 'cron', func: 'tasks.record', id: 'minutely', cron: '* * * * *', timeout: 77 },
        { call: 'cron', func: 'tasks.record', id: 'nightly', cron: '30 3 * * mon', meta: { user: 'li' } },
        { call: 'schedule', func: 'tasks.record', id: 'finite', at, interval: 300, repeat: 3 },
      ],
      { TZ: 'Asia/Shanghai' },
    );
    const before = await scores(real.client, LEGACY);
    const args = [
      '--project',
      folder,
      '--redis-url',
      real.url,
      '--recurring',
      'cron',
      '--tz',
      'Asia/Shanghai',
    ];
    const options = [...args, '--recurring-for', 'finite=rearm'];
    const plan = await cliJson<PlanDocument>(0, ['dry-run', ...options]);
    expect(codes(plan)).toContain('cron-fires-at-start');
    expect(plan.jobs.items.map(({ id, action }) => [id, action]).sort()).toEqual([
      ['finite', 'rearm'],
      ['minutely', 'keep'],
      ['nightly', 'keep'],
      ['poll', 'keep'],
    ]);
    const config = plan.files.find(({ path }) => path === 'cron_config.py');
    expect(config?.action).toBe('create');
    expect(config?.diff).toContain("cron='30 19 * * 0'");

    const first = await cliJson<RunDocument>(0, ['run', '--yes', ...options]);
    expect(first.jobs).toMatchObject({ rearmed: 1, retired: 0, kept: 3 });
    const { finite: _finite, ...waiting } = before;
    expect(await scores(real.client, LEGACY)).toEqual(waiting);
    expect(await readFile(join(folder, 'docker-compose.yml'), 'utf8')).toBe(
      COMPOSE.replace(
        'rqscheduler --url redis://redis:6379/0 -i 1',
        'rq cron -u redis://redis:6379/0 cron_config.py',
      ),
    );
    expect(await readFile(join(folder, 'requirements.txt'), 'utf8')).toBe(`rq==${pair.rq}\n`);
    const again = await cliJson<RunDocument>(0, ['run', '--yes', ...options]);
    expect(again).toMatchObject({ runId: null, jobs: { retired: 0, kept: 3 } });

    const process = await startCron(real, folder);
    await until(() => real.client.exists('rq:cron_schedulers'));
    const second = await cliJson<RunDocument>(0, ['run', '--yes', ...options]);
    expect(second).toMatchObject({ jobs: { retired: 3, kept: 0 }, files: [] });
    expect(await scores(real.client, LEGACY)).toEqual({});

    await real.worker(['default']);
    const runs = await real.waitForRuns(2, 75_000);
    const poll = runs.find((one) => one.args.length > 0);
    expect(poll).toMatchObject({ args: [1, null], kwargs, queue: 'default' });
    const minutely = runs.find((one) => one.args.length === 0);
    expect(Math.floor(minutely?.at ?? 0) % 60).toBeLessThan(5);
    const seen = (await real.inspect([poll?.id ?? '', minutely?.id ?? ''])).jobs;
    expect(seen.map(({ meta, timeout }) => [meta, timeout])).toEqual([
      [{ rq_scheduler_id: 'poll' }, 180],
      [{ rq_scheduler_id: 'minutely' }, 77],
    ]);
    await process.stop();

    const back = ['rollback', '--yes', '--project', folder, '--redis-url', real.url];
    const undone = await cliJson<RollbackDocument>(0, [...back, second.runId ?? '']);
    expect(undone.jobs).toEqual({ restored: 3, alreadyRun: 0, missing: 0 });
    expect(await scores(real.client, LEGACY)).toEqual(waiting);
    await cliJson<RollbackDocument>(0, [...back, first.runId ?? '']);
    expect(await scores(real.client, LEGACY)).toEqual(before);
    expect(await readFile(join(folder, 'docker-compose.yml'), 'utf8')).toBe(COMPOSE);
  }, 180_000);

  it('says when two processes run, and takes only what they have', async () => {
    const folder = await project(pair.rq);
    const at = now() + 3600;
    await real.seed([{ call: 'schedule', func: 'tasks.record', id: 'poll', at, interval: 300 }]);
    const args = ['--project', folder, '--redis-url', real.url, '--recurring', 'cron'];
    await cliJson(0, ['run', '--yes', ...args]);
    await Promise.all([startCron(real, folder), startCron(real, folder)]);
    await until(async () => (await real.client.zcard('rq:cron_schedulers')) === 2);
    await real.seed([{ call: 'schedule', func: 'tasks.record', id: 'later', at, interval: 60 }]);
    const plan = await cliJson<PlanDocument>(0, ['dry-run', ...args]);
    expect(codes(plan)).toContain('rq-cron-twice');
    expect(plan.jobs.byAction).toMatchObject({ retire: 1, keep: 1 });
    expect(plan.files.map(({ path, action }) => [path, action])).toEqual([['cron_config.py', 'edit']]);
  });
});

describe('what rq cron cannot do', () => {
  const real = useRealParts(NEWEST_PAIR);

  it('stays with rq-scheduler, with the reason, and blocks its removal', async () => {
    const folder = await project('3.0.0');
    const at = now() + 3600;
    await real.seed([
      { call: 'cron', func: 'tasks.record', id: 'daily', cron: '0 3 * * *' },
      { call: 'cron', func: 'tasks.record', id: 'both', cron: '0 3 13 * fri' },
      { call: 'schedule', func: 'tasks.record', id: 'counted', at, interval: 60, repeat: 2 },
      { call: 'schedule', func: 'tasks.record', id: 'front', at, interval: 60, at_front: true },
    ]);
    const args = [
      '--project',
      folder,
      '--redis-url',
      real.url,
      '--recurring',
      'cron',
      '--tz',
      'Europe/Berlin',
    ];
    const done = await cli(['dry-run', ...args, '--format', 'json'], {});
    const plan = JSON.parse(done.stdout) as PlanDocument;
    const reasons = Object.fromEntries(plan.jobs.items.map(({ id, reasons: [first] }) => [id, first]));
    expect(done.code).toBe(3);
    expect(reasons).toMatchObject({ counted: 'cron-not-finite', front: 'cron-options-lost' });
    expect(codes(plan)).toContain('jobs-left-behind');
  });
});

async function startCron(real: RealParts, folder: string) {
  const process = await startManaged(real.venv.bin('rq'), ['cron', '--url', real.url, 'cron_config.py'], {
    name: 'rq cron',
    cwd: folder,
    env: {
      ...globalThis.process.env,
      PYTHONPATH: PY_DIR,
      PYTHONDONTWRITEBYTECODE: '1',
      TZ: 'America/New_York',
    },
  });
  real.track(process);
  await process.waitFor(/starting|registering birth/i, 30_000);
  return process;
}
