import { explain, type Pep440Version, compare as pep440Compare } from '@renovatebot/pep440';

/** Parts of a PEP 440 version, null for text that is none. */
export function parseVersion(text: string): Pep440Version | null {
  return explain(text.trim());
}

/** Negative, 0 or positive, in PEP 440 order. Throws RangeError for text that is no version. */
export function compareVersions(a: string, b: string): number {
  for (const text of [a, b]) if (!parseVersion(text)) throw new RangeError(`not a version: ${text}`);
  return pep440Compare(a.trim(), b.trim());
}

/** Is `version` the `bound` or later? `2.0rc1` is not at least `2.0`. Throws RangeError as above. */
export function atLeast(version: string, bound: string): boolean {
  // Asked several times for every job, and always about the same few versions.
  const key = `${version} ${bound}`;
  let answer = answers.get(key);
  if (answer === undefined) {
    answer = compareVersions(version, bound) >= 0;
    if (answers.size < 1000) answers.set(key, answer);
  }
  return answer;
}

const answers = new Map<string, boolean>();
