import { compare } from '@renovatebot/pep440';
import type { FileChange, Finding } from '../../plan/types.js';
import { displayText } from '../bytes.js';
import { creation, deletion, replacement } from '../project.js';
import type { SourceFile } from '../types.js';
import { type InstalledRuntime, installedRuntimes } from './installed.js';
import { firstDifference, sourceForm } from './source-form.js';

/** The package's own files, by name, as byte text. */
export type RuntimeFiles = ReadonlyMap<string, string>;

/** What installing amounts to. */
export interface Installation {
  readonly changes: readonly FileChange[];
  readonly findings: readonly Finding[];
}

const KIND = 'runtime';

/**
 * Puts the package into a folder ('' for the project's own). One that is there already stays: as it is when it says the
 * same, newer or changed by hand; an older one is updated. `taken` says which paths somebody else's files have. Pure.
 */
export function installRuntime(
  folder: string,
  bundle: RuntimeFiles,
  installed: readonly InstalledRuntime[],
  taken: (path: string) => boolean,
): Installation {
  const home = folder === '' ? 'rq_recurring' : `${folder}/rq_recurring`;
  const here = installed.filter((one) => one.folder === folder);
  const packaged = here.find(({ shape }) => shape === 'package');
  const single = here.find(({ shape }) => shape === 'module');
  const standing = packaged ?? single;
  if (standing === undefined) {
    const other = [`${home}.py`, home].find(taken);
    if (other !== undefined)
      return said({ code: 'runtime-name-taken', severity: 'error', path: other, args: {} });
    return { changes: written(home, bundle, new Map()), findings: [] };
  }
  const version = bundleVersion(bundle);
  const order = compare(standing.version, version);
  const path = standing.shape === 'package' ? home : `${home}.py`;
  if (order > 0) {
    const args = { version: standing.version, own: version };
    return said({ code: 'runtime-newer', severity: 'info', path, args });
  }
  // Beside the package nobody imports the module any more.
  const gone = [...(single?.files.values() ?? [])].map((file) => deletion(file, KIND));
  if (order < 0 || packaged === undefined) {
    return { changes: [...gone, ...written(home, bundle, packaged?.files ?? new Map())], findings: [] };
  }
  return { changes: gone, findings: changedByHand(home, bundle, packaged) };
}

function said(finding: Finding): Installation {
  return { changes: [], findings: [finding] };
}

/** Version of the package that is to be installed. */
export function bundleVersion(bundle: RuntimeFiles): string {
  const files = [...bundle].map(([name, text]) => ({ path: `rq_recurring/${name}`, text }));
  const [own] = installedRuntimes(files);
  if (own === undefined) throw new Error('the package rq_recurring does not declare its version');
  return own.version;
}

function written(
  home: string,
  bundle: RuntimeFiles,
  there: ReadonlyMap<string, SourceFile>,
): readonly FileChange[] {
  return [...bundle].flatMap(([name, text]) => {
    const file = there.get(name);
    if (file === undefined) return [creation(`${home}/${name}`, KIND, text, 'install-runtime')];
    return file.text === text ? [] : [replacement(file, KIND, text, 'update-runtime')];
  });
}

/** The first place of each file at which it says something else; layout and style are nobody's business. */
function changedByHand(home: string, bundle: RuntimeFiles, { files }: InstalledRuntime): readonly Finding[] {
  return [...bundle].flatMap(([name, own]): Finding[] => {
    const path = `${home}/${name}`;
    const text = files.get(name)?.text;
    if (!name.endsWith('.py') || text === own) return [];
    if (text === undefined) {
      return [{ code: 'runtime-changed', severity: 'warn', path, args: { missing: true } }];
    }
    const place = firstDifference(sourceForm(text), sourceForm(own));
    if (place === null) return [];
    const { line, otherLine } = place;
    const args = { missing: false, now: lineAt(text, line), was: lineAt(own, otherLine) };
    return [{ code: 'runtime-changed', severity: 'warn', path, line, args }];
  });
}

function lineAt(text: string, line: number): string {
  return displayText(text.split(/\r\n|\r|\n/)[line - 1] ?? '').trim();
}
