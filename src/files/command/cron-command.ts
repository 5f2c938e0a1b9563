/** Options of `rqscheduler` that `rq cron` has no need of, with and without a value (rq_scheduler/scripts). */
const DROPPED_WITH_VALUE = new Set([
  '-i',
  '--interval',
  '--path',
  '--pid',
  '-j',
  '--job-class',
  '-q',
  '--queue-class',
]);
const DROPPED = new Set(['-v', '--verbose', '--quiet']);
const PLACE = new Map([
  ['-H', 'host'],
  ['--host', 'host'],
  ['-p', 'port'],
  ['--port', 'port'],
  ['-d', 'db'],
  ['--db', 'db'],
  ['-P', 'password'],
  ['--password', 'password'],
  ['-u', 'url'],
  ['--url', 'url'],
]);

/**
 * The words of a command with `rqscheduler …` at its end become `rq cron [-u URL] <config>`; what stands in front
 * (a wrapper that waits, for example) stays. Null for any other command, and where an option is not understood.
 */
export function cronWords(words: readonly string[], config: string): readonly string[] | null {
  const at = words.findIndex((word) => /(^|\/)rqscheduler$/.test(word));
  const first = words[at];
  if (first === undefined) return null;
  const url = redisUrl(words.slice(at + 1));
  if (url === null) return null;
  const program = first.replace(/rqscheduler$/, 'rq');
  return [...words.slice(0, at), program, 'cron', ...(url === '' ? [] : ['-u', url]), config];
}

/** The same for a command in one text without quotes around or within the part that changes. */
export function cronText(text: string, config: string): string | null {
  const match = /^([\s\S]*?)((?:[^\s"']*\/)?rqscheduler(?:\s+[^\s"'`;&|<>()]+)*)(\s*)$/.exec(text);
  if (match?.[2] === undefined || /\S$/.test(match[1] ?? '')) return null;
  const words = cronWords(match[2].split(/\s+/), config);
  return words && `${match[1]}${words.join(' ')}${match[3]}`;
}

/** '' where the command names no Redis: both programs then read RQ_REDIS_URL. Null for an option not known. */
function redisUrl(options: readonly string[]): string | null {
  const given = new Map<string, string>();
  for (let i = 0; i < options.length; i++) {
    const [name = '', inline] = splitOption(options[i] ?? '');
    if (DROPPED.has(name)) continue;
    const value = inline ?? options[++i];
    const place = PLACE.get(name);
    if (value === undefined || (place === undefined && !DROPPED_WITH_VALUE.has(name))) return null;
    if (place !== undefined) given.set(place, value);
  }
  const url = given.get('url');
  if (url !== undefined || given.size === 0) return url ?? '';
  const password = given.get('password');
  const user =
    password === undefined ? '' : `:${password.startsWith('$') ? password : encodeURIComponent(password)}@`;
  const host = given.get('host') ?? 'localhost';
  return `redis://${user}${host}:${given.get('port') ?? '6379'}/${given.get('db') ?? '0'}`;
}

function splitOption(word: string): [string, string?] {
  const equals = word.indexOf('=');
  return word.startsWith('--') && equals > 0 ? [word.slice(0, equals), word.slice(equals + 1)] : [word];
}
