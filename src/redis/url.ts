/** Why a Redis URL cannot be used. */
export type RedisUrlReason = 'malformed' | 'scheme' | 'port' | 'db' | 'socket-path' | 'cert-reqs';

/** A Redis URL that cannot be used; `url` is safe to print. */
export class RedisUrlError extends Error {
  readonly url: string;
  constructor(
    readonly reason: RedisUrlReason,
    url: string,
  ) {
    const safe = redactRedisUrl(url);
    super(`${reason}: ${safe}`);
    this.name = 'RedisUrlError';
    this.url = safe;
  }
}

/** TLS settings as redis-py's query parameters give them; files are paths. */
export interface RedisTls {
  /** `ssl_cert_reqs=none` switches this off. */
  readonly rejectUnauthorized: boolean;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** Where and how to connect; either `path` (a socket) or `host` and `port`. */
export interface RedisTarget {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  readonly tls?: RedisTls;
}

export type RedisUrlSource =
  | 'option'
  | 'MIGRATE_SCHEDULER_REDIS_URL'
  | 'RQ_REDIS_URL'
  | 'REDIS_URL'
  | 'default';

const DEFAULT_URL = 'redis://localhost:6379/0';
const VARIABLES = ['MIGRATE_SCHEDULER_REDIS_URL', 'RQ_REDIS_URL', 'REDIS_URL'] as const;

/** Which URL to use and who named it; an empty value counts as not given. */
export function resolveRedisUrl(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): { readonly url: string; readonly source: RedisUrlSource } {
  if (option) return { url: option, source: 'option' };
  for (const name of VARIABLES) {
    const value = env[name];
    if (value) return { url: value, source: name };
  }
  return { url: DEFAULT_URL, source: 'default' };
}

/**
 * Reads a URL as redis-py does (redis/connection.py parse_url), so that RQ's own setting can be reused:
 * `?db=` before `/db`, user and password percent-decoded, password also as a query parameter.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'unix') return parseSocket(url);
  if (scheme !== 'redis' && scheme !== 'rediss') throw new RedisUrlError('scheme', url);
  const parsed = asUrl(url);
  const query = parsed.searchParams;
  const path = unquote(parsed.pathname).replaceAll('/', '');
  return {
    host: unquote(parsed.hostname).replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    ...credentials(unquote(parsed.username), unquote(parsed.password), query),
    db: database(query.get('db') ?? path, url),
    ...(scheme === 'rediss' ? { tls: tlsOf(query, url) } : {}),
  };
}

/** The URL with its password (user part or query) replaced; works on malformed ones too. */
export function redactRedisUrl(url: string): string {
  return (
    url
      // Up to the last @: an unencoded password may contain @ and / itself.
      .replace(/^([a-z][a-z0-9+.-]*:\/\/)?([^:@/]*):(.*)@/is, '$1$2:***@')
      .replace(/([?&][^=&#]*(?:password|passwd|secret|token)[^=&#]*=)[^&#]*/gi, '$1***')
  );
}

function asUrl(url: string): URL {
  const authority = url.slice(url.lastIndexOf('@') + 1).replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  const port = /^(?:\[[^\]]*\]|[^:/?#]*):([^/?#]*)/.exec(authority)?.[1];
  if (port && !(/^\d+$/.test(port) && Number(port) <= 65535)) throw new RedisUrlError('port', url);
  try {
    return new URL(url);
  } catch {
    throw new RedisUrlError('malformed', url);
  }
}

function parseSocket(url: string): RedisTarget {
  // WHATWG URLs know no credentials without a host: `unix://user:password@/run/redis.sock`.
  const match = /^unix:\/\/(?:([^@/]*)@)?(\/[^?#]+)(?:\?([^#]*))?$/i.exec(url);
  if (!match) throw new RedisUrlError('socket-path', url);
  const [, user = '', path = '', search = ''] = match;
  const colon = user.indexOf(':');
  const query = new URLSearchParams(search);
  return {
    path: unquote(path),
    ...credentials(
      unquote(colon < 0 ? user : user.slice(0, colon)),
      colon < 0 ? '' : unquote(user.slice(colon + 1)),
      query,
    ),
    db: database(query.get('db') ?? '', url),
  };
}

function credentials(user: string, password: string, query: URLSearchParams) {
  const username = user || query.get('username') || '';
  const secret = password || query.get('password') || '';
  return { ...(username ? { username } : {}), ...(secret ? { password: secret } : {}) };
}

function database(value: string, url: string): number {
  if (value === '') return 0;
  if (!/^\d+$/.test(value)) throw new RedisUrlError('db', url);
  return Number(value);
}

function tlsOf(query: URLSearchParams, url: string): RedisTls {
  const reqs = (query.get('ssl_cert_reqs') ?? 'required').toLowerCase().replace(/^cert_/, '');
  if (!['none', 'optional', 'required'].includes(reqs)) throw new RedisUrlError('cert-reqs', url);
  const ca = query.get('ssl_ca_certs');
  const cert = query.get('ssl_certfile');
  const key = query.get('ssl_keyfile');
  return {
    rejectUnauthorized: reqs !== 'none',
    ...(ca ? { caFile: ca } : {}),
    ...(cert ? { certFile: cert } : {}),
    ...(key ? { keyFile: key } : {}),
  };
}

/** Percent-decoding that leaves a stray `%` as it is, like Python's unquote. */
function unquote(value: string): string {
  return value.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}
