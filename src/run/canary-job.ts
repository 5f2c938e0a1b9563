import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { pickleCall } from '../legacy/pickle/index.js';
import { formatUtc } from '../native/parse.js';
import type { Canary } from '../redis/canary.js';

/** RQ's two serializers (rq serializers.py); workers of a queue understand one of them. */
export type Serializer = 'pickle' | 'json';

/** Seconds after which RQ gives up on a canary, and after which it removes one that has ended. */
const TIMEOUT = '30';
const KEEP = '60';

/**
 * A job that calls a harmless function. It has no `meta`, which a worker with another serializer would stop
 * at (SEMANTICS §3), and a description, for which RQ would have to read its data.
 */
export function canaryJob(call: {
  readonly queue: string;
  readonly func: string;
  /** Positional arguments; absent: none. */
  readonly args?: readonly (string | number)[];
  readonly serializer: Serializer;
  readonly status: 'queued' | 'scheduled';
  /** Epoch seconds. */
  readonly now: number;
}): Canary {
  const at = formatUtc(call.now);
  return {
    id: `migrate-scheduler-canary-${randomBytes(6).toString('hex')}`,
    queue: call.queue,
    fields: [
      ['status', call.status],
      ['created_at', at],
      ['enqueued_at', call.status === 'queued' ? at : ''],
      ['data', new Uint8Array(deflateSync(callData(call.func, call.args ?? [], call.serializer)))],
      ['origin', call.queue],
      ['description', `migrate-scheduler: can a worker run ${call.func}?`],
      ['timeout', TIMEOUT],
      ['result_ttl', KEEP],
      ['failure_ttl', KEEP],
      ['started_at', ''],
      ['ended_at', ''],
    ],
  };
}

function callData(func: string, args: readonly (string | number)[], serializer: Serializer): Uint8Array {
  return serializer === 'pickle'
    ? pickleCall(func, args)
    : Buffer.from(JSON.stringify([func, null, args, {}]));
}
