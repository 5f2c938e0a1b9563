import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPrivateRedis } from '../../src/world/engines/redis-server.js';
import { GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { useRedis } from '../redis/support.js';
import {
  cli,
  cliJson,
  type PlanDocument,
  projectTree,
  type RunDocument,
  sampleAfter,
  sampleBefore,
  sampleProject,
  tempFolder,
  tree,
  until,
} from '../support/cli.js';
import { TEST_CACHE } from '../support/paths.js';
import { useRealParts } from '../support/realParts.js';
import { dumps, LEGACY } from '../support/redisContents.js';

const at = Math.floor(Date.now() / 1000) + 3600;
const COMMANDS = [['dry-run'], ['run', '--yes'], ['verify'], ['status'], ['rollback', '--yes']] as const;

describe('a Redis that cannot be used', () => {
  it('closed port: 6, nothing changed', async () => {
    const project = await sampleProject();
    const where = ['--project', project, '--redis-url', 'redis://127.0.0.1:1/0'];
    for (const command of COMMANDS) {
      const done = await cli([...command, ...where, '--format', 'json']);
      expect([command[0], done.code, done.stdout]).toEqual([command[0], 6, '']);
      expect(done.stderr).not.toBe('');
    }
    expect(tree(project)).toEqual(sampleBefore());
  });

  it('something that is no Redis: 6', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const project = await sampleProject();
    for (const command of ['dry-run', 'status']) {
      expect(
        (await cli([command, '--project', project, '--redis-url', `redis://127.0.0.1:${port}`])).code,
      ).toBe(6);
    }
  });

  it('wrong password: 6; a password appears in no output, no plan and no journal', async () => {
    const password = 'c0rrect-h0rse';
    const wrong = 'wr0ng&pässword';
    const redis = await startPrivateRedis({ cacheDir: TEST_CACHE, password });
    onTestFinished(() => redis.stop());
    const project = await sampleProject();
    const out = join(await tempFolder(), 'plan.json');
    const bad = `redis://:${encodeURIComponent(wrong)}@127.0.0.1:${redis.port}/0`;
    const talkative = ['--project', project, '--debug', '--verbose'];
    const texts: string[] = [];
    const note = async (code: number, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      const done = await cli(args, { env });
      expect([args[0], done.code]).toEqual([args[0], code]);
      texts.push(done.stdout, done.stderr);
    };
    for (const command of COMMANDS) await note(6, [...command, ...talkative, '--redis-url', bad]);
    await note(6, ['status', ...talkative, '--format', 'json'], { RQ_REDIS_URL: bad });
    await note(6, ['status', ...talkative, '--redis-url', `redis://nobody:${wrong}@127.0.0.1:${redis.port}`]);
    await note(64, ['status', ...talkative, '--redis-url', `redis://:${wrong}@127.0.0.1:port/0`]);
    await note(0, ['dry-run', ...talkative, '--format', 'json', '--out', out], { REDIS_URL: redis.url });
    await note(0, ['run', '--yes', ...talkative, '--format', 'json'], { REDIS_URL: redis.url });
    await note(0, ['rollback', '--yes', ...talkative, '--format', 'json'], { REDIS_URL: redis.url });
    texts.push(readFileSync(out, 'latin1'), ...Object.values(tree(join(project, '.migrate-scheduler'))));
    for (const text of texts) {
      for (const secret of [password, wrong, encodeURIComponent(wrong)]) expect(text).not.toContain(secret);
    }
  });

  it('read-only replica: run 6 and nothing changed, dry-run works', async () => {
    const master = await startPrivateRedis({ cacheDir: TEST_CACHE });
    onTestFinished(() => master.stop());
    const args = ['--replicaof', '127.0.0.1', `${master.port}`];
    const replica = await startPrivateRedis({ cacheDir: TEST_CACHE, args });
    onTestFinished(() => replica.stop());
    const project = await sampleProject();
    const where = ['--project', project, '--redis-url', replica.url];
    await until(async () => (await cli(['status', ...where])).code === 0);
    expect((await cli(['dry-run', ...where, '--detailed-exitcode'])).code).toBe(2);
    expect((await cli(['run', '--yes', ...where])).code).toBe(6);
    expect(projectTree(project)).toEqual(sampleBefore());
  });
});

describe('a Redis user without a right that is needed', () => {
  const bench = useRedis();

  it('6 before anything is changed', async () => {
    const { raw, redis } = bench;
    await raw.call('ACL', 'SETUSER', 'few', 'on', '>pw', '~*', '&*', '+@all', '-zadd');
    const project = await sampleProject();
    const url = redis.url.replace('redis://', 'redis://few:pw@');
    expect((await cli(['run', '--yes', '--project', project, '--redis-url', url])).code).toBe(6);
    expect(tree(project)).toEqual(sampleBefore());
    await raw.call('ACL', 'DELUSER', 'few');
  });
});

describe('usage', () => {
  const bench = useRedis();

  it.each([
    [['run', '--no-such-option']],
    [['no-such-command']],
    [[]],
    [['dry-run', '--only', 'jobs']],
    [['verify', '--wait', 'long']],
    [['run', '--rq-version', 'newest']],
    [['dry-run', '--redis-url', 'http://localhost']],
    [['run', 'extra']],
  ])('%j ends with 64', async (args) => {
    const done = await cli(args);
    expect(done.code).toBe(64);
    expect(done.stdout + done.stderr).not.toBe('');
  });

  it('without a terminal run and rollback want --yes: 64, nothing changed', async () => {
    const project = await sampleProject();
    const where = ['--project', project, '--redis-url', bench.redis.url];
    expect((await cli(['run', ...where])).code).toBe(64);
    expect(tree(project)).toEqual(sampleBefore());
    expect(await dumps(bench.raw)).toEqual({});
    await cliJson(0, ['run', '--yes', ...where]);
    const before = [tree(project), await dumps(bench.raw)];
    expect((await cli(['rollback', ...where])).code).toBe(64);
    expect([tree(project), await dumps(bench.raw)]).toEqual(before);
  });

  it('--help and --version end with 0', async () => {
    expect((await cli(['--help'])).code).toBe(0);
    expect((await cli(['run', '--help'])).code).toBe(0);
    expect((await cli(['--version'])).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('a project with something in the way', () => {
  const real = useRealParts(GUIDE_PAIR);

  async function prepared() {
    const project = await sampleProject();
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at, id: 'one' }]);
    return { project, where: ['--project', project, '--redis-url', real.url] };
  }

  /** The run refuses with this code and has changed nothing; returns what dry-run has to say. */
  async function expectUntouched(code: number, project: string, where: readonly string[]) {
    const before = [tree(project), await dumps(real.client)];
    expect((await cli(['run', '--yes', ...where])).code).toBe(code);
    const { 'migrate-scheduler:fence': _fence, ...after } = await dumps(real.client);
    const { 'migrate-scheduler:fence': _was, ...expected } = before[1] as Record<string, string>;
    expect([tree(project), after]).toEqual([before[0], expected]);
  }

  it('Python that imports what only rq_scheduler has: 3 with path and line; --allow code-imports goes on', async () => {
    const { project, where } = await prepared();
    writeFileSync(
      join(project, 'legacy.py'),
      'import os\n\nfrom rq_scheduler.scheduler import crontab\n\n\nprint(crontab)\n',
    );
    const plan = await cliJson<PlanDocument>(3, ['dry-run', ...where]);
    expect(plan.findings).toContainEqual(
      expect.objectContaining({ code: 'code-imports', severity: 'error', path: 'legacy.py', line: 3 }),
    );
    const text = await cli(['dry-run', ...where]);
    expect(text.stdout).toContain('legacy.py:3');
    const refused = await cli(['run', '--yes', '--format', 'json', ...where]);
    expect([refused.code, refused.stdout]).toEqual([3, '']);
    expect(refused.stderr).toContain('[code-imports]');
    await expectUntouched(3, project, where);
    const result = await cliJson<RunDocument>(0, ['run', '--yes', '--allow', 'code-imports', ...where]);
    expect(result.jobs.moved).toBe(1);
    expect(projectTree(project)).toMatchObject(sampleAfter());
  });

  it('unparsable compose file: 3 with path and line, nothing changed', async () => {
    const { project, where } = await prepared();
    writeFileSync(join(project, 'docker-compose.yml'), 'services:\n  app:\n\timage: "x\n  - b\n');
    const plan = await cliJson<PlanDocument>(3, ['dry-run', ...where]);
    expect(plan.findings).toContainEqual(
      expect.objectContaining({
        code: 'file-unparsable',
        severity: 'error',
        path: 'docker-compose.yml',
        line: 3,
      }),
    );
    expect(plan.files.map(({ path }) => path)).not.toContain('docker-compose.yml');
    await expectUntouched(3, project, where);
  });

  it('a read-only file: 3, nothing changed', async () => {
    const { project, where } = await prepared();
    const file = join(project, 'requirements.txt');
    const { mode } = statSync(file);
    chmodSync(file, 0o444);
    await expectUntouched(3, project, where);
    chmodSync(file, mode);
    await cliJson(0, ['run', '--yes', ...where]);
    expect(projectTree(project)).toEqual(sampleAfter());
  });

  it('another run at work: 4; one that died on this host is taken over', async () => {
    const { project, where } = await prepared();
    const hold = (pid: number) =>
      real.client.set(
        'migrate-scheduler:lock',
        JSON.stringify({ runId: '20260101T000000Z-aaaaaa', token: 1, host: hostname(), pid }),
        'PX',
        60_000,
      );
    await hold(process.pid);
    await expectUntouched(4, project, where);
    expect((await cli(['dry-run', ...where])).code).toBe(0);
    // Above any pid_max: nobody.
    await hold(2 ** 30);
    await cliJson(0, ['run', '--yes', ...where]);
    expect(await real.client.zcard(LEGACY)).toBe(0);
  });

  it('no project files: 3, no folder: 64; --only redis needs none', async () => {
    const project = await tempFolder();
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at, id: 'one' }]);
    const where = ['--project', project, '--redis-url', real.url];
    await expectUntouched(3, project, where);
    expect((await cli(['dry-run', ...where])).code).toBe(3);
    expect(
      (await cli(['run', '--yes', '--project', join(project, 'none'), '--redis-url', real.url])).code,
    ).toBe(64);
    const result = await cliJson<RunDocument>(0, ['run', '--yes', '--only', 'redis', ...where]);
    expect(result).toMatchObject({ files: [], jobs: { moved: 1 } });
  });
});
