import type { Args, Word } from './words.js';
import { told } from './words.js';

/** What is wrong with the Redis connection. */
export const REDIS: Readonly<Record<string, Word>> = {
  'redis-unreachable': (a) =>
    told(a, {
      'max-clients': {
        text: `Redis at ${a.url} accepts no more clients.`,
        next: 'Close some, or raise its maxclients.',
      },
      'db-out-of-range': {
        text: `Redis at ${a.url} has no database of this number.`,
        next: 'Correct the number at the end of the URL.',
      },
    }) ?? {
      text: `Redis at ${a.url} cannot be reached (${a.reason}).`,
      next: 'Check the host, the port and that it is running; name it with --redis-url.',
    },
  'redis-auth': (a) =>
    told(a, {
      required: {
        text: `Redis at ${a.url} wants a password, and the URL has none.`,
        next: 'Put it into the URL (MIGRATE_SCHEDULER_REDIS_URL keeps it off the command line).',
      },
      'none-configured': {
        text: `Redis at ${a.url} has no password, and the URL names one.`,
        next: 'Take it out of the URL, or check the host and the port.',
      },
      'no-users': {
        text: `Redis at ${a.url} is older than 6 and knows no user names.`,
        next: 'Leave the user name out of the URL: redis://:password@host:6379/0',
      },
      'protected-mode': {
        text: `Redis at ${a.url} is in protected mode and answers only its own host.`,
        next: 'Run this on that host, or give the server a password.',
      },
    }) ?? {
      text: `Redis at ${a.url} refuses the user name or password.`,
      next: 'Put the right ones into the URL.',
    },
  'redis-tls': (a) => ({
    text: `No TLS connection to ${a.url} (${a.reason}).`,
    next: 'rediss:// is for a server with TLS and a trusted certificate, redis:// for one without.',
  }),
  'redis-not-redis': (a) => ({
    text: `${a.url} answers, but not as a Redis server.`,
    next: 'Check the port.',
  }),
  'redis-readonly': (a) =>
    told(a, {
      'too-few-replicas': {
        text: `${a.url} refuses writes: too few replicas follow it.`,
        next: 'Bring them back, then run again.',
      },
      'cannot-persist': {
        text: `${a.url} refuses writes: it cannot save its data to disk.`,
        next: 'Look at its log and its disk, then run again.',
      },
    }) ?? { text: `${a.url} is a read-only replica.`, next: 'Use the primary.' },
  'redis-cluster': (a) => ({
    text: `${a.url} runs in cluster mode, where RQ cannot run.`,
    next: 'Use the Redis that the workers use.',
  }),
  'redis-noperm': (a) => ({
    text: may(a),
    next: 'Grant the commands and the keys rq:* and migrate-scheduler:* (docs/redis.md).',
  }),
  'redis-too-old': (a) => ({
    text: `Redis ${a.version} is too old.`,
    next: 'Redis 5 or later, or Valkey, is needed.',
  }),
  'redis-wrongtype': (a) => ({
    text: `The key ${a.key ?? ''} does not hold what rq-scheduler or RQ keep there.`,
    next: 'Look at it with redis-cli TYPE; is this the right database?',
  }),
  'redis-oom': () => ({
    text: 'Redis is out of memory and refuses to write.',
    next: 'Make room, then run again to go on.',
  }),
  'redis-loading': (a) =>
    told(a, {
      'master-down': {
        text: 'This Redis is a replica that has lost its primary.',
        next: 'Use the primary, or try again when they are connected.',
      },
      'busy-script': {
        text: 'Redis is busy with a script of somebody else.',
        next: 'Wait for its end (or SCRIPT KILL), then run again.',
      },
    }) ?? { text: 'Redis is still loading its data.', next: 'Try again in a moment.' },
  'redis-lost': (a) => ({
    text: `The connection to Redis was lost (${a.reason ?? 'closed'}).`,
    next: 'Run again to go on; what was done is journalled.',
  }),
};

/** What a Redis user may not do: `args.reason` is `command`, `key` or `disabled` (src/redis/problem.ts). */
function may(a: Args): string {
  const command = a.command ? `the command ${a.command}` : 'a command that is needed';
  if (a.reason === 'disabled') return `Redis does not know ${command}; it is renamed or switched off there.`;
  if (a.reason === 'key') return 'The Redis user may not use a key that is needed.';
  return `The Redis user may not use ${command}.`;
}
