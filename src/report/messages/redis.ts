import type { Word } from './words.js';

/** What is wrong with the Redis connection. */
export const REDIS: Readonly<Record<string, Word>> = {
  'redis-unreachable': (a) => ({
    text: `Redis at ${a.url} cannot be reached (${a.reason}).`,
    next: 'Check the host, the port and that it is running; name it with --redis-url.',
  }),
  'redis-auth': (a) => ({
    text: `Redis at ${a.url} refuses the user name or password.`,
    next: 'Put the right ones into the URL.',
  }),
  'redis-tls': (a) => ({
    text: `No TLS connection to ${a.url} (${a.reason}).`,
    next: 'rediss:// is for a server with TLS and a trusted certificate, redis:// for one without.',
  }),
  'redis-not-redis': (a) => ({
    text: `${a.url} answers, but not as a Redis server.`,
    next: 'Check the port.',
  }),
  'redis-readonly': (a) => ({ text: `${a.url} is a read-only replica.`, next: 'Use the primary.' }),
  'redis-cluster': (a) => ({
    text: `${a.url} runs in cluster mode, where RQ cannot run.`,
    next: 'Use the Redis that the workers use.',
  }),
  'redis-noperm': (a) => ({
    text: `The Redis user may not do this: ${a.reason}.`,
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
  'redis-loading': () => ({ text: 'Redis is still loading its data.', next: 'Try again in a moment.' }),
  'redis-lost': (a) => ({
    text: `The connection to Redis was lost (${a.reason ?? 'closed'}).`,
    next: 'Run again to go on; what was done is journalled.',
  }),
};
