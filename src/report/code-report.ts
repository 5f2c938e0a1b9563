import type { CodeAnalysis, CodeUse } from '../files/python/uses.js';
import type { FileChange } from '../plan/types.js';
import { sentence, wordFinding } from './messages/index.js';
import type { Wording } from './messages/words.js';

/** Schema id of the document that `code --format json` prints; docs/json.md. */
export const CODE_SCHEMA = 'migrate-scheduler/code@1';

/** What `code` found in a project, and the fixes of the level it was asked for. */
export interface CodeReport {
  readonly analysis: CodeAnalysis;
  readonly level: 'safe' | 'unsafe';
  /** Those fixes, not made yet; after `--fix` those that were made. */
  readonly changes: readonly FileChange[];
  /** The run that made them; null where nothing was changed. */
  readonly runId: string | null;
  readonly tool: { readonly name: string; readonly version: string };
}

/** The uses that stand in the way of the move; a note (`info`) ends with the uses that it is about. */
export function openUses(uses: readonly CodeUse[]): CodeUse[] {
  return uses.filter(({ severity }) => severity !== 'info');
}

/** How many uses there are of a code, and how many of them each kind of fix takes; notes are only found. */
export interface CodeCount {
  readonly code: string;
  readonly found: number;
  readonly safe: number;
  readonly unsafe: number;
  readonly none: number;
}

/** Counts by code, in the order of the codes. */
export function countUses(uses: readonly CodeUse[]): CodeCount[] {
  const codes = [...new Set(uses.map(({ code }) => code))].sort();
  return codes.map((code) => {
    const own = uses.filter((use) => use.code === code);
    const of = (fix: CodeUse['fix']) => openUses(own).filter((use) => use.fix === fix).length;
    return { code, found: own.length, safe: of('safe'), unsafe: of('unsafe'), none: of('none') };
  });
}

/** A use as a finding, for its wording. */
export function wordUse({ code, severity, path, line, column, args }: CodeUse): Wording {
  return wordFinding({ code, severity, path, line, column, args });
}

/** The document of `--format json`. */
export function codeJson({ analysis, level, changes, runId, tool }: CodeReport) {
  const { uses, scanned, parsed } = analysis;
  return {
    schema: CODE_SCHEMA,
    tool,
    scanned,
    parsed,
    uses: uses.map((use) => ({ ...use, message: sentence(wordUse(use)) })),
    counts: countUses(uses),
    left: { safe: openUses(analysis.left('safe')).length, unsafe: openUses(analysis.left('unsafe')).length },
    level,
    runId,
    files: changes,
  };
}
