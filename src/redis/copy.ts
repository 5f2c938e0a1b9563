import type { Connection } from './connection.js';
import { type Arg, bytes, int, list, type Reply, text } from './reply.js';

/** A key as DUMP gives it. */
export interface Dumped {
  readonly key: Buffer;
  readonly payload: Buffer;
  /** Milliseconds it has left, -1 for no expiry. */
  readonly pttl: number;
}

/** The value of a key in parts that every server can write, whatever its version. */
export type TypedValue =
  | { readonly type: 'string'; readonly value: Buffer }
  | { readonly type: 'hash' | 'zset' | 'set' | 'list'; readonly items: readonly Buffer[] }
  | { readonly type: 'stream'; readonly entries: readonly { id: string; fields: readonly Buffer[] }[] };

/** Keys of one call of `dumpKeys`. */
export const KEYS_A_CALL = 1000;

/** The four keys that carry a job's id (rq/job.py, rq/results.py at 1.15.1 and 3.0). */
export function keysOfJob(id: Uint8Array): Buffer[] {
  const around = (before: string, after: string) =>
    Buffer.concat([Buffer.from(before), id, Buffer.from(after)]);
  return [
    around('rq:job:', ''),
    around('rq:results:', ''),
    around('rq:job:', ':dependents'),
    around('rq:job::', ':dependencies'),
  ];
}

/** Reads keys as they are, those left out that do not exist. Writes nothing. */
export async function dumpKeys(connection: Connection, keys: readonly Buffer[]): Promise<Dumped[]> {
  const out: Dumped[] = [];
  for (let from = 0; from < keys.length; from += KEYS_A_CALL) {
    const part = keys.slice(from, from + KEYS_A_CALL);
    const replies = list(await connection.script('dump_keys', [], part));
    for (const [i, key] of part.entries()) {
      const [payload, pttl] = list(replies[i]);
      if (payload !== undefined && payload !== null) {
        out.push({ key, payload: bytes(payload), pttl: int(pttl) });
      }
    }
  }
  return out;
}

const buffers = (reply: Reply): Buffer[] => list(reply).map(bytes);

/** Reads a key by its type; null for none, and for a type that RQ does not use. */
export async function readValue(connection: Connection, key: Buffer): Promise<TypedValue | null> {
  const type = text(await connection.call('TYPE', key));
  switch (type) {
    case 'string':
      return { type, value: bytes(await connection.call('GET', key)) };
    case 'hash':
      return { type, items: buffers(await connection.call('HGETALL', key)) };
    case 'set':
      return { type, items: buffers(await connection.call('SMEMBERS', key)) };
    case 'list':
      return { type, items: buffers(await connection.call('LRANGE', key, 0, -1)) };
    case 'zset':
      return { type, items: buffers(await connection.call('ZRANGE', key, 0, -1, 'WITHSCORES')) };
    case 'stream': {
      const entries = list(await connection.call('XRANGE', key, '-', '+')).map((entry) => {
        const [id, fields] = list(entry);
        return { id: text(id), fields: buffers(fields ?? []) };
      });
      return { type, entries };
    }
    default:
      return null;
  }
}

/** Arguments of one variadic command; more would be one long step. */
const PART = 1000;

/** Writes what `readValue` read. */
export async function writeValue(connection: Connection, key: Buffer, value: TypedValue): Promise<void> {
  if (value.type === 'string') {
    await connection.call('SET', key, value.value);
  } else if (value.type === 'stream') {
    for (const { id, fields } of value.entries) await connection.call('XADD', key, id, ...fields);
  } else {
    const command = { hash: 'HSET', set: 'SADD', list: 'RPUSH', zset: 'ZADD' }[value.type];
    const items: Arg[] = value.type === 'zset' ? swapped(value.items) : [...value.items];
    for (let from = 0; from < items.length; from += PART) {
      await connection.call(command, key, ...items.slice(from, from + PART));
    }
  }
}

/** member, score, … as ZADD wants them. */
function swapped(items: readonly Buffer[]): Buffer[] {
  return items.flatMap((item, i) => (i % 2 === 0 ? [items[i + 1] ?? Buffer.alloc(0), item] : []));
}

/** The value as text that is equal for equal values: hashes and sets have no order of their own. */
export function canonical(value: TypedValue | null): string {
  if (value === null) return '';
  if (value.type === 'string') return `string ${value.value.toString('latin1')}`;
  if (value.type === 'stream') {
    const entries = value.entries.map(({ id, fields }) => [
      id,
      ...fields.map((one) => one.toString('latin1')),
    ]);
    return `stream ${JSON.stringify(entries)}`;
  }
  const items = value.items.map((item) => item.toString('latin1'));
  if (value.type === 'hash') {
    const pairs = items.flatMap((item, i) => (i % 2 === 0 ? [JSON.stringify([item, items[i + 1]])] : []));
    return `hash ${pairs.sort().join()}`;
  }
  return `${value.type} ${JSON.stringify(value.type === 'set' ? items.sort() : items)}`;
}
