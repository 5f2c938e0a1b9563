import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startManaged } from '../../../src/world/engines/managed.js';
import { runPython, runPythonText } from '../../../src/world/engines/processes.js';
import { ensureVenv, type PythonEnv } from '../../../src/world/engines/python-env.js';
import { GUIDE_PAIR } from '../../../src/world/engines/versions.js';
import { PY_DIR, ROOT, TEST_CACHE } from '../../support/paths.js';
import { useRealParts } from '../../support/realParts.js';

interface Answers {
  readonly created: { readonly id: number };
  readonly reminder: string;
}

const now = () => Math.floor(Date.now() / 1000);

// The fixtures stand for projects that work: before the migration and after it; `flask-guide` after its code was fixed.
describe.each(['flask-subscriptions/before', 'flask-subscriptions/after', 'flask-guide/after'])(
  'the Flask fixture %s',
  (side) => {
    const parts = useRealParts(GUIDE_PAIR);
    const cwd = mkdtempSync(join(tmpdir(), 'flask-fixture-'));
    let venv: PythonEnv;

    beforeAll(async () => {
      cpSync(`${ROOT}fixtures/projects/${side}`, cwd, { recursive: true });
      venv = await ensureVenv({ cacheDir: TEST_CACHE, ...GUIDE_PAIR, extras: ['Flask==3.0.3'] });
    });
    afterAll(() => rmSync(cwd, { recursive: true, force: true }));

    it('schedules on its own and with init_rq_schedules.py; rq_worker.py runs what is due', async () => {
      const env = {
        REDIS_URL: parts.url,
        DATABASE_PATH: join(cwd, 'test.db'),
        PYTHONPATH: `${ROOT}python/src`,
      };
      const at = now() + 2;
      const script = join(PY_DIR, 'use_flask_app.py');
      const answers = await runPython<Answers>({ venv, script, cwd, env, args: [`${at}`] });
      const pushOf = (ids: readonly string[]) =>
        ids.filter((id) => id.startsWith(`push-${answers.created.id}-`));
      expect(answers).toMatchObject({
        health: { status: 'ok' },
        deleted: { cancelled: [expect.stringMatching(/^push-\d+-\d+$/)] },
        queue: { push: { scheduled: 1 }, default: { scheduled: 1 } },
      });

      await parts.client.del('rq:scheduled:push');
      await runPythonText({ venv, script: 'init_rq_schedules.py', cwd, env });
      await runPythonText({ venv, script: 'init_rq_schedules.py', cwd, env });
      const ids = await parts.client.zrange('rq:scheduled:push', '0', '-1');
      expect([ids.length, pushOf(ids)]).toEqual([1, ids]);
      const push = ids[0] ?? '';
      const info = await runPython({ venv, script: 'rq_config.py', cwd, env });
      expect(info).toMatchObject({ push: { scheduled: 1, workers: [] }, default: { scheduled: 1 } });

      // The subscription's push is brought forward instead of waiting half an hour.
      await parts.client.zadd('rq:scheduled:push', at, push);
      const worker = {
        name: 'rq_worker.py',
        cwd,
        env: { ...process.env, ...env, PYTHONDONTWRITEBYTECODE: '1' },
      };
      parts.track(await startManaged(venv.python, ['rq_worker.py'], worker));
      const deliveries = async () =>
        (await parts.client.lrange('subscriptions:deliveries', 0, -1)).map((line) => JSON.parse(line));
      await expect.poll(async () => (await deliveries()).length, { timeout: 20_000 }).toBe(2);
      const byKind = Object.fromEntries((await deliveries()).map((entry) => [entry.kind, entry]));
      expect(byKind.reminder).toMatchObject({ job: answers.reminder, payload: { user: 'li', text: '开会' } });
      expect(byKind.push).toMatchObject({ job: push, payload: answers.created.id });
      expect(Math.min(byKind.reminder.at, byKind.push.at)).toBeGreaterThanOrEqual(at);
      // It has scheduled its next push itself.
      const next = () => parts.client.zrange('rq:scheduled:push', '0', '-1');
      await expect.poll(async () => pushOf(await next())).toHaveLength(1);
      expect(await next()).not.toContain(push);
    });
  },
);
