import type { Redis } from 'ioredis';

export const LEGACY = 'rq:scheduler:scheduled_jobs';
export const nativeKey = (queue: string): string => `rq:scheduled:${queue}`;

/** Every key with its serialized value (DUMP, hex) and whether it expires: equal only where nothing was written. */
export async function dumps(client: Redis): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const key of (await client.keysBuffer('*')).sort(Buffer.compare)) {
    const [dump, ttl] = await Promise.all([client.dumpBuffer(key), client.pttl(key)]);
    out[key.toString('latin1')] = `${ttl >= 0 ? 'expires' : 'stays'} ${dump?.toString('hex')}`;
  }
  return out;
}

/** All fields of a job hash as bytes. */
async function fieldsOf(client: Redis, id: string | Buffer): Promise<Record<string, Buffer>> {
  return client.hgetallBuffer(Buffer.concat([Buffer.from('rq:job:'), Buffer.from(id)]));
}

/** Gives the job of `from` (its hash, by real rq-scheduler) further ids, each with a legacy entry. */
export async function copyJob(
  client: Redis,
  from: string,
  copies: readonly { readonly id: string | Buffer; readonly at: number }[],
): Promise<void> {
  const fields = await fieldsOf(client, from);
  const pipeline = client.pipeline();
  for (const { id, at } of copies) {
    pipeline.hset(Buffer.concat([Buffer.from('rq:job:'), Buffer.from(id)]), fields);
    pipeline.zadd(LEGACY, at, id);
  }
  await pipeline.exec();
}

/** Members of a sorted set with their scores. */
export async function scores(client: Redis, key: string): Promise<Record<string, number>> {
  const flat = await client.zrange(key, '0', '-1', 'WITHSCORES');
  const out: Record<string, number> = {};
  for (let i = 0; i < flat.length; i += 2) out[flat[i] ?? ''] = Number(flat[i + 1]);
  return out;
}
