import { expect, it } from 'vitest';
import { connectRedis } from '../../src/redis/client.js';
import { begin, FUTURE, move, rollBack, useRedis } from './support.js';
const redis = useRedis();
it('bench', async () => {
  const N = 50_000;
  for (let b = 0; b < N; b += 1000) {
    const p = redis.raw.pipeline();
    for (let i = b; i < b + 1000; i++) { p.zadd('rq:scheduler:scheduled_jobs', FUTURE + (i % 100), `job-${i}-aaaaaaaaaaaaaaaaaaaaaaaaa`); p.hset(`rq:job:job-${i}-aaaaaaaaaaaaaaaaaaaaaaaaa`, {origin:'default', data: Buffer.alloc(200), description:'x', created_at:'2026', started_at:'', ended_at:''}); }
    await p.exec();
  }
  const port = await connectRedis(redis.redis.url);
  const fence = await begin(port);
  await redis.raw.call('CONFIG','SET','slowlog-log-slower-than','0'); await redis.raw.call('CONFIG','SET','slowlog-max-len','100000'); await redis.raw.call('SLOWLOG','RESET');
  const t0 = Date.now(); let n = 0; let cursor: any = null; let tr=0, tm=0;
  for (;;) {
    const page: any = await port.pageLegacy(cursor, 1000);
    const a = performance.now();
    const jobs = await port.readJobs(page.entries, { data: true });
    tr += performance.now()-a; const c = performance.now();
    for (let i = 0; i < jobs.length; i += 250) { const r = await port.moveBatch(fence, jobs.slice(i, i + 250).map((j) => move(Buffer.from(j.id), j.score))); n += r.filter((x) => x === 'done').length; }
    tm += performance.now()-c;
    if (!page.next) break; cursor = page.next;
  }
  const t1 = Date.now();
  const undone = await rollBack(port, fence);
  const t2 = Date.now();
  const slow = (await redis.raw.call('SLOWLOG','GET','100000')) as any[];
  const by: Record<string, number[]> = {};
  for (const s of slow) { const k = `${s[3][0]} ${String(s[3][1]).slice(0,6)} k${s[3][2]}`; (by[k] ??= []).push(s[2]); }
  for (const [k, v] of Object.entries(by)) { v.sort((a,b)=>a-b); if (v.length>20) console.log(k, v.length, 'p50', v[v.length>>1], 'max', v.at(-1)); }
  console.log({ n, moveMs: t1 - t0, tr, tm, perSec: (n / (t1 - t0)) * 1000, rollbackMs: t2 - t1, undone: undone.length });
  expect(n).toBe(N);
});
