import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { toByteText } from '../../src/files/bytes.js';
import { applyEdits } from '../../src/files/edit.js';
import type { CodeAnalysis, FixLevel } from '../../src/files/python/uses.js';
import type { ProjectView, SourceFile } from '../../src/files/types.js';
import { ROOT } from './paths.js';

/** Where the cases of Python code lie; one folder a case. */
export const CODE_FIXTURES = `${ROOT}fixtures/code`;

/** Names of all cases. */
export const codeCases = (): string[] => readdirSync(CODE_FIXTURES).sort();

/** Every file below a folder, as byte text, sorted by path; none where there is no such folder. */
export function sourceTree(root: string): SourceFile[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => ({
      path: relative(root, join(root, path)),
      text: toByteText(readFileSync(join(root, path))),
    }));
}

export function viewOf(files: readonly SourceFile[]): ProjectView {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return { paths: [...byPath.keys()].sort(), get: (path) => byPath.get(path) };
}

/** The files with the fixes up to a level applied. */
export function fixedFiles(
  files: readonly SourceFile[],
  analysis: CodeAnalysis,
  level: Exclude<FixLevel, 'none'>,
): SourceFile[] {
  return files.map(({ path, text }) => ({ path, text: applyEdits(text, analysis.edits(path, level)) }));
}

/** What a case expects: `path:line:column code fix` lines, and the files after the fixes of each level. */
export interface CodeCase {
  readonly before: readonly SourceFile[];
  readonly findings: readonly string[];
  readonly safe: readonly SourceFile[];
  readonly unsafe: readonly SourceFile[];
  /** After the safe fixes with RQ's own API asked for. */
  readonly native: readonly SourceFile[];
}

/**
 * Reads a case. Without `after/` the safe fixes change nothing; without `after-unsafe/` the unsafe ones add none, and
 * without `after-native/` RQ's own API is used no further.
 */
export function codeCase(name: string): CodeCase {
  const folder = join(CODE_FIXTURES, name);
  const before = sourceTree(join(folder, 'before'));
  const orElse = (found: SourceFile[], other: readonly SourceFile[]) => (found.length > 0 ? found : other);
  const safe = orElse(sourceTree(join(folder, 'after')), before);
  return {
    before,
    findings: readFileSync(join(folder, 'findings.txt'), 'utf8').split('\n').filter(Boolean),
    safe,
    unsafe: orElse(sourceTree(join(folder, 'after-unsafe')), safe),
    native: orElse(sourceTree(join(folder, 'after-native')), safe),
  };
}
