import { describe, expect, it } from 'vitest';
import { canonical, type Dumped, keysOfJob } from '../../src/redis/copy.js';
import { openScratch, type Scratch } from '../../src/redis/scratch.js';
import { type Bench, BINARY_ID, useRedis } from './support.js';

const source = useRedis();
const target = useRedis();

async function fill(): Promise<Buffer[]> {
  const { raw } = source;
  await raw.hset('hash', { data: Buffer.from([0, 255, 10]), long: 'x'.repeat(100), empty: '' });
  await raw.set('string', Buffer.from([1, 0, 2]));
  await raw.sadd('set', 'a', BINARY_ID);
  await raw.rpush('list', 'b', 'a', 'b');
  await raw.zadd('zset', 0.1, 'a', '1e300', BINARY_ID, '-inf', 'c');
  await raw.xadd('stream', '5-3', 'field', 'value', 'field', 'again');
  await raw.hset(keysOfJob(BINARY_ID)[0] ?? '', 'data', 'x');
  await raw.pexpire('hash', 100_000);
  return (await raw.keysBuffer('*')).sort(Buffer.compare);
}

async function withScratch(use: (scratch: Scratch) => Promise<void>): Promise<void> {
  const scratch = await openScratch(target.redis.url);
  try {
    await use(scratch);
  } finally {
    scratch.close();
  }
}

/** Value and expiry of every key, whatever the order inside hashes and sets. */
async function valuesOf(bench: Bench, keys: readonly Buffer[]): Promise<unknown[]> {
  const dumped = await bench.port.dumpKeys(keys);
  return Promise.all(
    dumped.map(async ({ key, pttl }) => [
      key.toString('latin1'),
      pttl >= 0,
      canonical(await bench.port.readValue(key)),
    ]),
  );
}

describe('copies of keys', () => {
  it('are the same, byte for byte, with their expiry; absent keys are left out', async () => {
    const keys = await fill();
    const dumped = await source.port.dumpKeys([...keys, Buffer.from('absent')]);
    await withScratch(async (scratch) => {
      expect(await scratch.restore(dumped)).toEqual([]);
      expect(await valuesOf(target, keys)).toEqual(await valuesOf(source, keys));
      expect(await scratch.compare()).toEqual({ keys: keys.length, different: 0, examples: [] });
    });
  });

  it('are made by type where the dump cannot be read', async () => {
    const keys = await fill();
    const dumped = await source.port.dumpKeys(keys);
    // As a dump of a newer server to an older one: its last bytes, version and checksum, do not fit.
    const strange: Dumped[] = dumped.map((one) => ({
      ...one,
      payload: one.payload.subarray(0, -1),
    }));
    await withScratch(async (scratch) => {
      const failed = await scratch.restore(strange);
      expect(failed.map(({ key }) => key)).toEqual(keys);
      for (const { key, pttl } of failed) {
        const value = await source.port.readValue(key);
        if (value) await scratch.write(key, value, pttl);
      }
      expect(await valuesOf(target, keys)).toEqual(await valuesOf(source, keys));
    });
  });

  it('a difference is named: another value, another expiry, a key too many or too few', async () => {
    const keys = await fill();
    await withScratch(async (scratch) => {
      await scratch.restore(await source.port.dumpKeys(keys));
      await target.raw.hset('hash', 'data', 'other');
      await target.raw.persist('string');
      await target.raw.pexpire('list', 5_000);
      await target.raw.del('set');
      await target.raw.set('new', 1);
      await target.raw.set('migrate-scheduler:run:1', 1);
      const { different, examples } = await scratch.compare();
      expect(different).toBe(4);
      expect([...examples].sort()).toEqual(['hash', 'list', 'new', 'set']);
    });
  });

  it('a set or hash in another inner order is the same', async () => {
    await source.raw.sadd('set', 'a', 'b', 'c');
    await withScratch(async (scratch) => {
      await scratch.restore(await source.port.dumpKeys([Buffer.from('set')]));
      await target.raw.srem('set', 'a');
      await target.raw.sadd('set', 'a');
      expect(await scratch.compare()).toMatchObject({ different: 0 });
    });
  });
});
