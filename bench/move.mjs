// How long a migration of many jobs takes, and how long other clients of Redis wait meanwhile.
// `npm run bench [-- JOBS]`: a private Redis, one job written by the real rq-scheduler and copied JOBS times
// under fresh ids, then the built tool's dry-run, run, verify and rollback, with a PING from another client every 5 ms.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { runPython } from '../dist/world/engines/processes.js';
import { ensureVenv } from '../dist/world/engines/python-env.js';
import { startPrivateRedis } from '../dist/world/engines/redis-server.js';
import { GUIDE_PAIR } from '../dist/world/engines/versions.js';

const jobs = Number(process.argv[2] ?? 100_000);
const root = fileURLToPath(new URL('..', import.meta.url));
const cacheDir = join(root, 'node_modules', '.cache', 'migrate-scheduler');
const sample = join(root, 'fixtures', 'projects', 'flask-subscriptions', 'before');
const QUEUES = ['default', 'push', 'low', 'mail'];

const redis = await startPrivateRedis({ cacheDir });
const project = await mkdtemp(join(tmpdir(), 'migrate-scheduler-bench-'));
try {
  await seed();
  process.stdout.write(`${jobs} one-shot jobs in ${QUEUES.length} queues, Redis on this machine\n`);
  const rows = [];
  for (const args of [
    ['dry-run', '--format', 'json'],
    ['run', '--yes', '--format', 'json'],
    ['verify', '--format', 'json'],
    ['rollback', '--yes', '--format', 'json'],
  ]) {
    rows.push(await measure(args));
  }
  process.stdout.write(
    '\n| step | seconds | jobs/s | peak memory (MiB) | PING p50 / p99 / max (ms) |\n|---|---|---|---|---|\n',
  );
  for (const row of rows) process.stdout.write(`${row}\n`);
} finally {
  await redis.stop();
  await rm(project, { recursive: true, force: true });
}

async function seed() {
  const venv = await ensureVenv({ cacheDir, ...GUIDE_PAIR });
  const script = join(root, 'dist', 'world', 'demo', 'demo_seed.py');
  const env = { REDIS_URL: redis.url, PYTHONPATH: sample };
  const [template] = await runPython({ venv, script, args: [redis.url, '86400'], cwd: sample, env });
  const client = new Redis(redis.url);
  const flat = Object.entries(await client.hgetallBuffer(`rq:job:${template.id}`)).flat();
  for (let from = 1; from < jobs; from += 1000) {
    const pipeline = client.pipeline();
    for (let i = from; i < Math.min(from + 1000, jobs); i++) {
      const id = `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
      pipeline.hset(`rq:job:${id}`, ...flat);
      pipeline.hset(`rq:job:${id}`, 'origin', QUEUES[i % QUEUES.length]);
      pipeline.zadd('rq:scheduler:scheduled_jobs', template.due + i, id);
    }
    await pipeline.exec();
  }
  client.disconnect();
}

async function measure(args) {
  const waits = [];
  const pinger = new Redis(redis.url);
  let on = true;
  const pinging = (async () => {
    while (on) {
      const start = process.hrtime.bigint();
      await pinger.ping();
      waits.push(Number(process.hrtime.bigint() - start) / 1e6);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const start = Date.now();
  const memory = await tool(
    [...args, '--only', 'redis', '--rq-version', GUIDE_PAIR.rq].filter((arg, i, all) => {
      // rollback takes no such options
      return (
        args[0] !== 'rollback' ||
        !(['--only', '--rq-version'].includes(arg) || ['--only', '--rq-version'].includes(all[i - 1]))
      );
    }),
  );
  const seconds = (Date.now() - start) / 1000;
  on = false;
  await pinging;
  pinger.disconnect();
  waits.sort((a, b) => a - b);
  const at = (part) => waits[Math.min(waits.length - 1, Math.floor(waits.length * part))].toFixed(1);
  const rate = Math.round(jobs / seconds).toLocaleString('en-US');
  return `| ${args[0]} | ${seconds.toFixed(1)} | ${rate} | ${Math.round(memory / 1024)} | ${at(0.5)} / ${at(0.99)} / ${at(1)} |`;
}

/** Runs the tool and returns its peak resident memory, KiB. */
function tool(args) {
  const bin = join(root, 'bin', 'migrate-scheduler.js');
  const report = `process.on('exit', () => process.stderr.write('\\n#maxrss ' + process.resourceUsage().maxRSS))`;
  const child = spawn(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(report)}`,
      bin,
      ...args,
      '--quiet',
      '--project',
      project,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, MIGRATE_SCHEDULER_REDIS_URL: redis.url } },
  );
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      const memory = Number(/#maxrss (\d+)/.exec(errors)?.[1]);
      // verify finds no worker here, and says so.
      if (code === 0 || (code === 1 && args[0] === 'verify')) resolve(memory);
      else reject(new Error(`${args[0]} ended with ${code}: ${errors}`));
    });
  });
}
