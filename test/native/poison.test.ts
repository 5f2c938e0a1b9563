import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeJobData } from '../../src/legacy/job-data.js';
import { metaShape } from '../../src/legacy/meta.js';
import { type Fate, fateOf, ghostsBlock, type NativeEntry, worstFate } from '../../src/native/poison.js';
import { runPython } from '../../src/world/engines/processes.js';
import { ensurePackages, ensureVenv, type PythonEnv } from '../../src/world/engines/python-env.js';
import { DEFAULT_PAIRS, GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { PY_DIR, TEST_CACHE } from '../support/paths.js';
import { useRealParts } from '../support/realParts.js';

interface Case {
  readonly name: string;
  /** Of the job; a plain one of its own where absent. */
  readonly id?: string | Buffer;
  readonly type?: 'hash' | 'none' | 'string';
  /** Changes to the hash of a healthy job; null removes the field. */
  readonly fields?: Readonly<Record<string, string | Buffer | null>>;
  readonly score?: number;
  readonly prefixJob?: boolean;
}

const NO_TEXT = Buffer.from([0xff, 0xfe]);

/** A slice of what can be wrong, at least one of every rule. */
const CASES: readonly Case[] = [
  { name: 'healthy' },
  { name: 'hash missing', type: 'none' },
  { name: 'not a hash', type: 'string' },
  { name: 'negative score', score: -1 },
  { name: 'id not UTF-8', id: Buffer.from([0xff, 0x61]) },
  { name: 'id with colon', id: 'colon:x' },
  { name: 'id with colon, other job', id: 'other:x', prefixJob: true },
  { name: 'id with dot', id: 'a.b' },
  { name: 'id with space', id: 'a b' },
  { name: 'id with umlaut', id: 'ä' },
  { name: 'id with dot, hash missing', id: 'c.d', type: 'none' },
  { name: 'data missing', fields: { data: null } },
  { name: 'data garbage', fields: { data: 'garbage' } },
  { name: 'data compressed garbage', fields: { data: deflateSync(Buffer.from('garbage')) } },
  { name: 'status unknown', fields: { status: 'waiting' } },
  { name: 'status created', fields: { status: 'created' } },
  { name: 'status no text', fields: { status: NO_TEXT } },
  { name: 'status missing', fields: { status: null } },
  { name: 'status of an Object member', fields: { status: 'constructor' } },
  { name: 'created_at garbage', fields: { created_at: 'xxx' } },
  { name: 'created_at missing', fields: { created_at: null } },
  { name: 'timeout garbage', fields: { timeout: 'abc' } },
  { name: 'timeout of rq-scheduler', fields: { timeout: '1h' } },
  { name: 'result_ttl garbage', fields: { result_ttl: 'abc' } },
  { name: 'ttl zero', fields: { ttl: '0' } },
  { name: 'ttl too large', fields: { ttl: '99999999999999999' } },
  { name: 'enqueue_at_front empty', fields: { enqueue_at_front: '' } },
  { name: 'callback timeout empty', fields: { success_callback_timeout: '' } },
  { name: 'dependency_ids no JSON', fields: { dependency_ids: 'x' } },
  { name: 'dependency_ids a number', fields: { dependency_ids: '5' } },
  { name: 'dependency_ids of numbers in lists', fields: { dependency_ids: '[["a"]]' } },
  { name: 'dependency_ids', fields: { dependency_ids: '["gone"]' } },
  { name: 'description no text', fields: { description: NO_TEXT } },
  { name: 'origin no text', fields: { origin: NO_TEXT } },
  { name: 'origin missing', fields: { origin: null } },
  { name: 'callback name no text', fields: { success_callback_name: NO_TEXT } },
  { name: 'group no text', fields: { group_id: NO_TEXT } },
  { name: 'meta garbage', fields: { meta: 'garbage' } },
  { name: 'meta a number', fields: { meta: Buffer.from('\x80\x04K\x05.', 'latin1') } },
  { name: 'repeats garbage', fields: { repeats_left: 'x' } },
  { name: 'rate limit garbage', fields: { rate_limit_key: 'k', rate_limit_concurrency: 'x' } },
  { name: 'traceback no text', fields: { exc_info: NO_TEXT } },
];

interface Seen {
  readonly raised: string | null;
  readonly left: boolean;
  readonly ran: boolean;
  readonly failed: boolean;
  readonly healthy: boolean;
  readonly other: readonly string[];
}

/** What the probe must see for each fate. */
function observed({ raised, left, ran, failed }: Seen): Fate | 'unclear' {
  if (raised !== null) return 'crash';
  if (ran) return 'fine';
  if (failed) return 'fails';
  return left ? 'block' : 'dropped';
}

/** The probe cannot tell a job that vanished from one that was dropped, nor an entry that is never looked at from one that stays. */
function comparable(fate: Fate, code: string | undefined): Fate {
  if (code === 'score-negative') return 'block';
  return fate === 'lost' ? 'dropped' : fate;
}

const idOf = (one: Case, i: number): Buffer => Buffer.from(one.id ?? `job-${i}`);
const bytes = (value: string | Buffer): Buffer => Buffer.from(value);

/** The entry as `verify` would read it; the probe fills in the rest of a healthy hash. */
function entryOf(one: Case, i: number): NativeEntry {
  const given = Object.entries({
    ...(one.fields && 'data' in one.fields ? {} : { data: 'x' }),
    status: 'scheduled',
    ...one.fields,
  });
  const fields = new Map(
    given.flatMap(([name, value]) => (value === null ? [] : [[name, bytes(value)] as const])),
  );
  return {
    id: idOf(one, i),
    score: String(one.score ?? 1),
    hash: {
      type: one.type ?? 'hash',
      fields: one.type === undefined || one.type === 'hash' ? fields : new Map(),
    },
    prefixJob: one.prefixJob ?? false,
  };
}

function verdictOf(one: Case, i: number, rq: string | null) {
  const entry = entryOf(one, i);
  const { fields = {} } = one;
  const data = fields.data === undefined || fields.data === null ? null : decodeJobData(bytes(fields.data));
  const meta = metaShape(fields.meta ? bytes(fields.meta) : undefined);
  return fateOf(entry, rq, { dataReadable: data === null || data.ok, meta });
}

/** Old releases of RQ do not work with the newest redis-py. */
const OLD = ['redis<5', 'click<9', 'crontab<2'];
const WIDE: readonly string[] =
  process.env.MIGRATE_SCHEDULER_WIDE === '1'
    ? ['1.10.1', '1.13.0', '1.16.2', '2.0.0', '2.1.0', '2.3.3', '2.6.1', '2.8.0', '2.10.0']
    : [];

function venvOf(rq: string): Promise<PythonEnv> {
  const pair = DEFAULT_PAIRS.find((one) => one.rq === rq);
  if (pair) return ensureVenv({ cacheDir: TEST_CACHE, ...pair });
  return ensurePackages({ cacheDir: TEST_CACHE, name: `rq-${rq}`, packages: [`rq==${rq}`, ...OLD] });
}

describe('poison', () => {
  const real = useRealParts(GUIDE_PAIR);

  it.each([...DEFAULT_PAIRS.map(({ rq }) => rq), ...WIDE])(
    'is judged as the scheduler of rq %s treats it',
    async (rq) => {
      const input = CASES.map((one, i) => ({
        queue: `q${i}`,
        id: idOf(one, i).toString('base64'),
        type: one.type ?? 'hash',
        fields: Object.fromEntries(
          Object.entries(one.fields ?? {}).map(([name, value]) => [
            name,
            value === null ? null : bytes(value).toString('base64'),
          ]),
        ),
        ...(one.score === undefined ? {} : { score: one.score }),
        prefixJob: one.prefixJob ?? false,
      }));
      const script = `${PY_DIR}/poison_probe.py`;
      const seen = await runPython<Seen[]>({
        venv: await venvOf(rq),
        script,
        args: [real.url],
        input,
        cwd: PY_DIR,
      });
      const rows = CASES.map((one, i) => {
        const { fate, codes } = verdictOf(one, i, rq);
        return { name: one.name, fate: comparable(fate, codes[0]) };
      });
      expect(rows).toEqual(CASES.map((one, i) => ({ name: one.name, fate: observed(seen[i] as Seen) })));
      // Whoever is alone with a crash takes the healthy jobs of its queue along.
      seen.forEach(({ raised, healthy }) => void expect(healthy).toBe(raised === null));
    },
  );
});

describe('worstFate', () => {
  const dotted = entryOf({ name: '', id: 'a.b' }, 0);
  const readable = { dataReadable: true, meta: 'dict' } as const;

  it('is the worst of the versions that run, and of all where none is known', () => {
    expect(worstFate(dotted, ['1.15.1'], readable)).toEqual({ fate: 'fine', codes: [] });
    expect(worstFate(dotted, ['1.15.1', '2.8.0'], readable)).toEqual({
      fate: 'crash',
      codes: ['id-characters'],
    });
    expect(worstFate(dotted, [], readable)).toEqual({ fate: 'crash', codes: ['id-characters'] });
  });

  it('knows where ghosts pile up', () => {
    expect([['1.15.1'], ['2.0.0'], [], ['3.0.0', '1.10.1']].map(ghostsBlock)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
