import { describe, expect, it } from 'vitest';
import { pickleCall, pyDict, writePickle } from '../../src/legacy/pickle/index.js';
import { callData } from '../../src/native/occurrence.js';
import { decideJob, type JobPolicy } from '../../src/plan/decide-job.js';

function decide(id: string, rq: string | null, status?: string) {
  const policy: JobPolicy = {
    rq,
    renameIds: false,
    runtimeModule: 'rq_recurring',
    allow: new Set(),
    recurring: { strategy: 'rearm', overrides: [], schedulerVersion: null, zone: null, zoneCandidates: [] },
  };
  const fields = new Map<string, Uint8Array>([
    ['origin', Buffer.from('default')],
    ['data', callData('tasks.poll', [], 'pickle', pickleCall)],
    ['meta', writePickle(pyDict(['interval', 60]))],
    ...(status === undefined ? [] : [['status', Buffer.from(status)] as [string, Uint8Array]]),
  ]);
  return decideJob({ id: Buffer.from(id), score: '1900000000', type: 'hash', fields, pttl: -1 }, policy);
}

describe('a recurring job whose id RQ cannot hold', () => {
  it('is said to get another one', () => {
    const { item, findings } = decide('a:b', '3.0.0');
    expect(item).toMatchObject({ action: 'rearm', reasons: [] });
    expect(findings).toMatchObject([{ code: 'id-renamed', severity: 'info', jobId: 'a:b' }]);
    expect(findings[0]?.args.newId).toMatch(/^a-b-[0-9a-f]{16}$/);
    expect(decide('a:b', '1.16.2').findings).toEqual([]);
  });

  it.each(['queued', 'started', 'deferred'])('waits while it is %s', (status) => {
    expect(decide('a:b', null, status).item).toMatchObject({ action: 'keep', reasons: ['job-busy'] });
    expect(decide('ab', null, status).item.action).toBe('rearm');
  });
});
