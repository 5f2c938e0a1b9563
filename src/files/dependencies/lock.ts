import { lineOf } from '../bytes.js';
import type { Fact, FileKind } from '../types.js';

type LockedFact = Extract<Fact, { type: 'locked' }>;

/** Packages whose version a decision asks for. */
const NAMES = 'rq|rq-scheduler|django-rq|django-rq-scheduler';

/** `[[package]]` with name and version: uv.lock, poetry.lock and pdm.lock. */
const TOML = new RegExp(`^name = "(${NAMES})"\\r?\\nversion = "([^"\\r\\n]+)"`, 'gm');
/** Pipfile.lock: an object per package, `version` as a specifier. */
const JSON_ENTRY = new RegExp(`"(${NAMES})": \\{[^{}]*?"version": "==([^"]+)"`, 'g');

/** Lock files: only the versions that they fix are read; their own tool makes them anew (FIELD-RULES R9). */
export const lock: FileKind<readonly LockedFact[]> = {
  id: 'lock',
  match: (path) => /(^|\/)((uv|poetry|pdm)\.lock|Pipfile\.lock)$/.test(path),
  parse: ({ path, text }) =>
    [...text.matchAll(path.endsWith('Pipfile.lock') ? JSON_ENTRY : TOML)].map(
      ({ 1: name = '', 2: version = '', index }) => ({
        type: 'locked',
        name,
        version,
        where: { path, line: lineOf(text, index) },
      }),
    ),
  facts: (doc) => doc,
  edits: () => ({ edits: [], findings: [] }),
  confirm: () => null,
};
