import { describe, expect, it } from 'vitest';
import { parseRedisUrl, RedisUrlError, redactRedisUrl, resolveRedisUrl } from '../../src/redis/url.js';

const reasonOf = (url: string): string => {
  try {
    parseRedisUrl(url);
  } catch (error) {
    if (error instanceof RedisUrlError) return error.reason;
    throw error;
  }
  return 'accepted';
};

describe('parseRedisUrl', () => {
  it('reads host, port and database, with redis-py defaults', () => {
    expect(parseRedisUrl('redis://cache:6380/4')).toEqual({ host: 'cache', port: 6380, db: 4 });
    expect(parseRedisUrl('redis://cache')).toEqual({ host: 'cache', port: 6379, db: 0 });
    expect(parseRedisUrl('redis://')).toEqual({ host: 'localhost', port: 6379, db: 0 });
    expect(parseRedisUrl('redis://[::1]:7000/')).toEqual({ host: '::1', port: 7000, db: 0 });
  });

  it('prefers ?db= to the path, as redis-py does', () => {
    expect(parseRedisUrl('redis://h/1?db=7').db).toBe(7);
  });

  it('decodes user and password', () => {
    expect(parseRedisUrl('redis://us%40er:p%2F%3A%C3%A9@h')).toMatchObject({
      username: 'us@er',
      password: 'p/:é',
    });
    expect(parseRedisUrl('redis://:only@h')).toEqual({ host: 'h', port: 6379, password: 'only', db: 0 });
    expect(parseRedisUrl('redis://:100%25%zz@h').password).toBe('100%%zz');
    expect(parseRedisUrl('redis://h?password=q&username=u')).toMatchObject({ username: 'u', password: 'q' });
  });

  it('reads sockets, with credentials and database', () => {
    expect(parseRedisUrl('unix:///run/redis.sock?db=3')).toEqual({ path: '/run/redis.sock', db: 3 });
    expect(parseRedisUrl('unix://me:pw@/run/a%20b.sock')).toEqual({
      path: '/run/a b.sock',
      username: 'me',
      password: 'pw',
      db: 0,
    });
  });

  it('switches TLS on for rediss, and its check off only when told', () => {
    expect(parseRedisUrl('redis://h').tls).toBeUndefined();
    expect(parseRedisUrl('rediss://h').tls).toEqual({ rejectUnauthorized: true });
    expect(parseRedisUrl('rediss://h?ssl_cert_reqs=none&ssl_ca_certs=/ca.pem').tls).toEqual({
      rejectUnauthorized: false,
      caFile: '/ca.pem',
    });
  });

  it.each([
    ['http://h', 'scheme'],
    ['localhost:6379', 'scheme'],
    ['redis://h:99999', 'port'],
    ['redis://h:abc', 'port'],
    ['redis://h/one', 'db'],
    ['redis://h?db=-1', 'db'],
    ['unix://relative.sock', 'socket-path'],
    ['redis://a b', 'malformed'],
    ['rediss://h?ssl_cert_reqs=maybe', 'cert-reqs'],
  ])('refuses %s: %s', (url, reason) => {
    expect(reasonOf(url)).toBe(reason);
  });
});

describe('redactRedisUrl', () => {
  it.each([
    ['redis://u:hunter2@h:1/0', 'redis://u:***@h:1/0'],
    ['redis://:hun@ter/2@h', 'redis://:***@h'],
    ['rediss://h?db=1&password=hunter2&x=1', 'rediss://h?db=1&password=***&x=1'],
    ['unix://u:hunter2@/s', 'unix://u:***@/s'],
    ['redis://h:6379/0', 'redis://h:6379/0'],
  ])('%s', (url, safe) => {
    expect(redactRedisUrl(url)).toBe(safe);
  });

  it('keeps the password out of the error about a URL', () => {
    try {
      parseRedisUrl('redis://u:hunter2@h/x');
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain('hunter2');
    }
  });
});

describe('resolveRedisUrl', () => {
  it('takes the option, then the variables in order, then localhost', () => {
    const env = {
      MIGRATE_SCHEDULER_REDIS_URL: 'redis://a',
      RQ_REDIS_URL: 'redis://b',
      REDIS_URL: 'redis://c',
    };
    expect(resolveRedisUrl('redis://o', env)).toEqual({ url: 'redis://o', source: 'option' });
    expect(resolveRedisUrl(undefined, env).source).toBe('MIGRATE_SCHEDULER_REDIS_URL');
    expect(resolveRedisUrl(undefined, { ...env, MIGRATE_SCHEDULER_REDIS_URL: '' }).url).toBe('redis://b');
    expect(resolveRedisUrl(undefined, { REDIS_URL: 'redis://c' }).source).toBe('REDIS_URL');
    expect(resolveRedisUrl('', {})).toEqual({ url: 'redis://localhost:6379/0', source: 'default' });
  });
});
