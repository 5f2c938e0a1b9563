import { type Connection, openConnection } from './connection.js';
import { canonical, type Dumped, dumpKeys, readValue, type TypedValue, writeValue } from './copy.js';
import type { Entry } from './entries.js';
import { OWN_PREFIX } from './keys.js';
import { arg, bytes, int, list, type Reply, text } from './reply.js';
import { parseRedisUrl } from './url.js';

/** How the copy that was worked on compares with the one that was left alone. */
export interface Comparison {
  /** Keys of the untouched copy. */
  readonly keys: number;
  readonly different: number;
  /** Some of their names. */
  readonly examples: readonly string[];
}

/** A private server that holds a copy twice: in database 0 to work on, in database 1 to compare with. */
export interface Scratch {
  /** Writes keys into both; returns those that this server cannot RESTORE. */
  restore(dumped: readonly Dumped[]): Promise<Dumped[]>;
  /** Writes one key by its type; `pttl` in milliseconds, -1 for none. */
  write(key: Buffer, value: TypedValue, pttl: number): Promise<void>;
  /** Adds entries to a sorted set, with their scores as Redis prints them. */
  addEntries(key: string, entries: readonly Entry[]): Promise<void>;
  compare(): Promise<Comparison>;
  /** Bytes that the tool's own keys take: journal and series. */
  ownMemory(): Promise<number>;
  /** Bytes that the data takes. */
  memory(): Promise<number>;
  /** Forgets the scripts seen so far. */
  forgetScripts(): Promise<void>;
  /** Seconds of the longest script since; null where none took half a millisecond. */
  longestScript(): Promise<number | null>;
  close(): void;
}

/** Server options with which scripts are timed. Microseconds. */
export const SCRATCH_ARGS: readonly string[] = [
  ...['--slowlog-log-slower-than', '500', '--slowlog-max-len', '20000'],
];

const EXAMPLES = 10;
/** Rolling back writes an expiry as a moment; reading it takes its time. Milliseconds. */
const EXPIRY_SLACK = 1000;
const SCAN_COUNT = 500;

export async function openScratch(url: string): Promise<Scratch> {
  const target = parseRedisUrl(url);
  const work = await openConnection(target);
  const kept = await openConnection(target);
  await kept.call('SELECT', 1);
  const both = [work, kept];
  const each = (use: (connection: Connection) => Promise<unknown>) => Promise.all(both.map(use));
  return {
    restore: async (dumped) => {
      const now = Date.now();
      const args = dumped.flatMap(({ key, payload, pttl }) => [key, pttl < 0 ? 0 : now + pttl, payload]);
      const [failed] = await Promise.all(both.map((one) => one.script('restore_keys', [], args)));
      return list(failed ?? []).flatMap((place) => dumped[int(place) - 1] ?? []);
    },
    write: async (key, value, pttl) => {
      await each((one) => writeValue(one, key, value));
      if (pttl >= 0) await each((one) => one.call('PEXPIRE', key, pttl));
    },
    addEntries: async (key, entries) => {
      if (entries.length === 0) return;
      const flat = entries.flatMap(({ id, score }) => [score, arg(id)]);
      await each((one) => one.call('ZADD', key, ...flat));
    },
    compare: () => compare(work, kept),
    memory: async () => {
      const info = text(await work.call('INFO', 'memory'));
      return Number(/used_memory_dataset:(\d+)/.exec(info)?.[1] ?? 0);
    },
    ownMemory: async () => {
      let sum = 0;
      for await (const part of scan(work, `${OWN_PREFIX}*`)) {
        for (const key of part) sum += int(await work.call('MEMORY', 'USAGE', key, 'SAMPLES', 0));
      }
      return sum;
    },
    forgetScripts: async () => void (await work.call('SLOWLOG', 'RESET')),
    longestScript: async () => {
      const entries = list(await work.call('SLOWLOG', 'GET', 20_000)).map(list);
      const micros = entries.filter(isScript).map((entry) => int(entry[2]));
      return micros.length === 0 ? null : Math.max(...micros) / 1e6;
    },
    close: () => {
      for (const one of both) one.close();
    },
  };
}

function isScript(entry: readonly Reply[]): boolean {
  return /^EVAL/i.test(text(list(entry[3])[0]));
}

async function compare(work: Connection, kept: Connection): Promise<Comparison> {
  let keys = 0;
  const different: string[] = [];
  for await (const part of scan(kept)) {
    keys += part.length;
    const [before, after] = await Promise.all([dumpsOf(kept, part), dumpsOf(work, part)]);
    for (const key of part) {
      const name = key.toString('latin1');
      if (!(await same(before.get(name), after.get(name), key, work, kept)))
        different.push(key.toString('utf8'));
    }
  }
  for await (const part of scan(work)) {
    const theirs = part.filter((key) => !isOwn(key));
    const before = await dumpsOf(kept, theirs);
    for (const key of theirs) if (!before.has(key.toString('latin1'))) different.push(key.toString('utf8'));
  }
  return { keys, different: different.length, examples: different.slice(0, EXAMPLES) };
}

/** What the tool keeps about its runs stays after a rollback; series do not. */
function isOwn(key: Buffer): boolean {
  const name = key.toString('latin1');
  return name.startsWith(OWN_PREFIX) && !name.startsWith(`${OWN_PREFIX}series`);
}

async function dumpsOf(connection: Connection, keys: readonly Buffer[]): Promise<Map<string, Dumped>> {
  return new Map((await dumpKeys(connection, keys)).map((one) => [one.key.toString('latin1'), one]));
}

/** The same bytes, or where a hash's or set's inner order differs the same value; and the same expiry. */
async function same(
  before: Dumped | undefined,
  after: Dumped | undefined,
  key: Buffer,
  work: Connection,
  kept: Connection,
): Promise<boolean> {
  // Both gone: it expired meanwhile.
  if (!before || !after) return before === after;
  if (before.pttl < 0 !== after.pttl < 0 || Math.abs(before.pttl - after.pttl) > EXPIRY_SLACK) return false;
  if (before.payload.equals(after.payload)) return true;
  return canonical(await readValue(kept, key)) === canonical(await readValue(work, key));
}

async function* scan(connection: Connection, match = '*'): AsyncGenerator<Buffer[]> {
  let cursor = '0';
  do {
    const [next, keys] = list(await connection.call('SCAN', cursor, 'MATCH', match, 'COUNT', SCAN_COUNT));
    yield list(keys ?? []).map(bytes);
    cursor = text(next);
  } while (cursor !== '0');
}
