/** A dependency as one requirement string names it. Offsets are into the text given. */
export interface Requirement {
  /** PEP 503 normalised. */
  readonly name: string;
  /** Version specifier as written, '' for none or for a direct URL. */
  readonly specifier: string;
  /** Where the specifier stands; equal offsets after the name and extras where there is none. */
  readonly start: number;
  readonly end: number;
}

/** PEP 503: lower case, runs of `-`, `_` and `.` become one `-`. */
export function normaliseName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

// A backslash at the end of a line continues it (pip's requirements format).
const SPACE = String.raw`(?:[ \t]|\\(?:\r\n|\r|\n))*`;
const CLAUSE = `(?:===|~=|==|!=|<=|>=|<|>)${SPACE}[A-Za-z0-9_.*+!-]+`;
const HEAD = new RegExp(
  String.raw`${SPACE}([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(${SPACE}\[[^\]\r\n]*\])?`,
  'y',
);
const SPECIFIER = new RegExp(
  String.raw`${SPACE}(\(?)${SPACE}(${CLAUSE}(?:${SPACE},${SPACE}${CLAUSE})*,?)`,
  'y',
);
const TAIL = new RegExp(String.raw`${SPACE}(?:\)${SPACE})?(?:$|[;@\r\n#]|--)`, 'y');

/**
 * Reads a PEP 508 requirement that starts at `offset`: `name[extra] >=1,<2 ; marker`, `name @ url`.
 * What follows the specifier (marker, hashes, a comment) is not looked at. Null where there is none.
 */
export function parseRequirement(text: string, offset = 0): Requirement | null {
  HEAD.lastIndex = offset;
  const head = HEAD.exec(text);
  if (head?.[1] === undefined) return null;
  const headEnd = HEAD.lastIndex;
  SPECIFIER.lastIndex = headEnd;
  const found = SPECIFIER.exec(text);
  const specifier = found?.[2] ?? '';
  const end = found === null ? headEnd : SPECIFIER.lastIndex;
  TAIL.lastIndex = end;
  if (!TAIL.test(text)) return null;
  return { name: normaliseName(head[1]), specifier, start: end - specifier.length, end };
}

/**
 * The name that a bare URL or path installs, where it shows: `#egg=name`, a wheel's or sdist's file
 * name, or the repository of a `git+` URL. Null otherwise.
 */
export function nameOfUrl(url: string): string | null {
  const egg = /[#&]egg=([A-Za-z0-9._-]+)/.exec(url)?.[1];
  if (egg !== undefined) return normaliseName(egg);
  const path = url.replace(/[?#].*$/s, '').replace(/\/+$/, '');
  const file = /([^/\\]+?)-\d[^/\\]*\.(?:whl|tar\.gz|zip)$/.exec(path)?.[1];
  if (file !== undefined) return normaliseName(file);
  const repository = /^(?:git|hg|svn|bzr)\+.*\/([A-Za-z0-9._-]+?)(?:\.git)?(?:@[^/]*)?$/.exec(path)?.[1];
  return repository === undefined ? null : normaliseName(repository);
}
