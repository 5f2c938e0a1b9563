// Recurring jobs under rq_recurring, rq-scheduler and `rq cron`, on a private Redis with the newest RQ:
// `npm run bench:recurring [-- SECONDS SERIES MANY]`: how late runs start, what they cost Redis, what processes weigh,
// what a killed worker means, and each operation beside MANY series.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from '../dist/world/engines/python-env.js';
import { startPrivateRedis } from '../dist/world/engines/redis-server.js';
import { NEWEST_PAIR } from '../dist/world/engines/versions.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const cacheDir = join(root, 'node_modules', '.cache', 'migrate-scheduler');
const redis = await startPrivateRedis({ cacheDir });
const folder = await mkdtemp(join(tmpdir(), 'rq-recurring-bench-'));
try {
  const venv = await ensureVenv({ cacheDir, ...NEWEST_PAIR, extras: ['croniter'] });
  const here = join(root, 'bench', 'py');
  const child = spawn(
    venv.python,
    ['-W', 'ignore', join(here, 'recurring.py'), String(redis.port), folder, ...process.argv.slice(2)],
    {
      stdio: 'inherit',
      env: { ...process.env, PYTHONPATH: [join(root, 'python', 'src'), here].join(delimiter) },
    },
  );
  process.exitCode = await new Promise((resolve) => child.once('close', resolve));
} finally {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
}
