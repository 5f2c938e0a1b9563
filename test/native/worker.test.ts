import { describe, expect, it } from 'vitest';
import * as keys from '../../src/native/keys.js';
import { parseScheduler, parseWorker } from '../../src/native/worker.js';

function fields(of: Record<string, string>): Map<string, Uint8Array> {
  return new Map(Object.entries(of).map(([k, v]) => [k, Buffer.from(v)]));
}

describe('parseWorker', () => {
  it('reads what a worker of RQ 1.15.1 writes', () => {
    const hash = fields({
      birth: '2026-11-23T19:16:09.500000Z',
      last_heartbeat: '2026-11-23T19:17:09.500000Z',
      queues: 'default,mail',
      pid: '42',
      hostname: 'box',
      ip_address: '10.0.0.2',
      version: '1.15.1',
      python_version: '3.11.7',
      state: 'idle',
    });
    expect(parseWorker('rq:worker:abc', hash)).toEqual({
      name: 'abc',
      version: '1.15.1',
      pythonVersion: '3.11.7',
      queues: ['default', 'mail'],
      state: 'idle',
      hostname: 'box',
      pid: 42,
      ipAddress: '10.0.0.2',
      currentJob: null,
      birth: 1795461369.5,
      lastHeartbeat: 1795461429.5,
      death: null,
    });
  });

  it('bears missing and broken fields', () => {
    expect(parseWorker('rq:worker:x', fields({ pid: 'x', birth: 'x', version: '' }))).toMatchObject({
      pid: null,
      birth: null,
      version: null,
      queues: [],
    });
    expect(parseWorker('rq:worker:x', new Map())).toBeNull();
    expect(parseWorker('rq:worker:x', fields({ death: '2026-11-23T19:16:09Z' }))?.death).toBe(1795461369);
  });
});

describe('parseScheduler', () => {
  it('reads the hash of RQ 2.10', () => {
    const hash = fields({
      name: 'f00',
      hostname: 'box',
      pid: '7',
      queues: 'default',
      created_at: '2026-11-23T19:16:09.000000Z',
      last_heartbeat: '2026-11-23T19:16:10.250000Z',
    });
    expect(parseScheduler('rq:scheduler:f00', hash)).toEqual({
      name: 'f00',
      hostname: 'box',
      pid: 7,
      queues: ['default'],
      createdAt: 1795461369,
      lastHeartbeat: 1795461370.25,
    });
    expect(parseScheduler('rq:scheduler:f00', new Map())).toBeNull();
  });
});

describe('keys', () => {
  it('are those of RQ', () => {
    expect(keys.scheduledKey('q')).toBe('rq:scheduled:q');
    expect(keys.schedulerLockKey('q')).toBe('rq:scheduler-lock:q');
    expect(keys.queueKey('q')).toBe('rq:queue:q');
    expect(keys.queueWorkersKey('q')).toBe('rq:workers:q');
    expect(keys.workerKey('n')).toBe('rq:worker:n');
    expect(keys.schedulerKey('n')).toBe('rq:scheduler:n');
  });
});
