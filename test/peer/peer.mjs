// rq-scheduler's own tests under rq-scheduler and, only the import changed, under rq_recurring:
// `npm run test:peer -- CHECKOUT`, where CHECKOUT is a clone of rq-scheduler. Prints a table; ends with 1 where an outcome
// differs that expectations.json does not name, or where fewer tests of the public API pass here than there.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToEnd } from '../../dist/world/engines/managed.js';
import { ensureVenv } from '../../dist/world/engines/python-env.js';
import { startPrivateRedis } from '../../dist/world/engines/redis-server.js';
import { GUIDE_PAIR, NEWEST_PAIR } from '../../dist/world/engines/versions.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const cacheDir = join(ROOT, '.venvs');
const PAIRS = [GUIDE_PAIR, { rq: '2.12.0', rqScheduler: '0.14.0' }, NEWEST_PAIR];
const ZONES = ['UTC', 'Asia/Shanghai', 'America/New_York'];
const AT_ONCE = 3;

const checkout = process.argv[2];
if (!checkout) throw new Error('usage: npm run test:peer -- CHECKOUT');
const { publicApi, differences } = JSON.parse(await readFile(join(HERE, 'expectations.json'), 'utf8'));
const reasons = new Map(differences.map(({ test, reason }) => [test, reason]));

/** A folder with the checkout's tests; `ours` has them import rq_recurring. */
async function copyTests(ours) {
  const folder = await mkdtemp(join(tmpdir(), 'rq-recurring-peer-'));
  await cp(join(checkout, 'tests'), join(folder, 'tests'), { recursive: true });
  if (ours) {
    for (const name of await readdir(join(folder, 'tests'))) {
      if (!name.endsWith('.py')) continue;
      const path = join(folder, 'tests', name);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace(/^(from|import) rq_scheduler\b/gm, '$1 rq_recurring'));
    }
  }
  return folder;
}

/** The outcome of every test, by name, on a Redis of its own. */
async function outcomes(folder, ours, pair, zone) {
  const [redis, venv] = await Promise.all([
    startPrivateRedis({ cacheDir, args: ['--databases', '20'] }),
    ensureVenv({ cacheDir, ...pair }),
  ]);
  try {
    const args = ['-B', join(HERE, 'run_suite.py'), folder, `${redis.port}`, ours ? '1' : '0'];
    const path = ours ? { PYTHONPATH: join(ROOT, 'python', 'src') } : {};
    const env = { ...process.env, ...path, TZ: zone, PYTHONWARNINGS: 'ignore' };
    const { code, stdout, stderr } = await runToEnd(venv.python, args, { env });
    if (code !== 0) throw new Error(`the tests ended with ${code}\n${stderr}`);
    return JSON.parse(stdout);
  } finally {
    await redis.stop();
  }
}

const folders = { real: await copyTests(false), ours: await copyTests(true) };
const rows = PAIRS.flatMap((pair) => ZONES.map((zone) => ({ pair, zone })));
try {
  const waiting = [...rows];
  const work = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      row.real = await outcomes(folders.real, false, row.pair, row.zone);
      row.ours = await outcomes(folders.ours, true, row.pair, row.zone);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
} finally {
  await Promise.all(Object.values(folders).map((folder) => rm(folder, { recursive: true, force: true })));
}

let wrong = false;
const say = (text) => process.stdout.write(`${text}\n`);
const passed = (seen, names) => names.filter((name) => seen[name] === 'ok').length;
say('| rq | rq-scheduler | TZ | public API, ours / real | all, ours / real |\n|---|---|---|---|---|');
for (const { pair, zone, real, ours } of rows) {
  const all = Object.keys(real);
  const count = (seen) => ({ api: passed(seen, publicApi.tests), all: passed(seen, all) });
  const [here, there] = [count(ours), count(real)];
  const of = (one, other, total) => `${one} / ${other} of ${total}`;
  const cells = [pair.rq, pair.rqScheduler, zone, of(here.api, there.api, publicApi.tests.length)];
  say(`| ${[...cells, of(here.all, there.all, all.length)].join(' | ')} |`);
  if (here.api < there.api || publicApi.tests.some((name) => !(name in real))) wrong = true;
}
say('');
const told = new Set();
const tell = (row, line) => {
  if (!told.has(line)) say(`${line} (first: rq ${row.pair.rq}, ${row.zone})`);
  told.add(line);
};
for (const row of rows) {
  for (const name of new Set([...Object.keys(row.real), ...Object.keys(row.ours)])) {
    const [real, ours] = [row.real[name], row.ours[name]];
    if (real === ours) {
      if (real !== 'ok') tell(row, `passes under neither: ${name}: ${real}`);
    } else if ((real === 'ok') !== (ours === 'ok')) {
      const reason = reasons.get(name);
      if (reason === undefined) wrong = true;
      tell(row, `differs: ${name}: ${reason ?? `NOT NAMED; ours: ${ours}; real: ${real}`}`);
    }
  }
}
process.exitCode = wrong ? 1 : 0;
