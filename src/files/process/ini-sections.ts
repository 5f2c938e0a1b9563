import type { Edit } from '../../plan/types.js';
import { zonesIn } from '../zone-text.js';

/** A section of a configuration in ini form, `[kind:name]`. */
export interface Section {
  readonly kind: string;
  readonly name: string;
  /** From its header, or the comment block directly above it, to the end of its last setting's line. */
  readonly start: number;
  readonly end: number;
}

const BOM = '\xef\xbb\xbf';

/** The sections of a configuration, in order. */
export function sectionsOf(text: string): readonly Section[] {
  const lines = [...text.matchAll(/[^\n]*(?:\n|$)/g)].filter((line) => line[0] !== '');
  const sections: Section[] = [];
  let comment: number | null = null;
  let open: { kind: string; name: string; start: number; end: number } | null = null;
  for (const { 0: line, index } of lines) {
    const header = /^(?:\xef\xbb\xbf)?\[([\w-]+)(?::([^\]\r\n]+))?\]/.exec(line);
    if (header !== null) {
      open = {
        kind: header[1] ?? '',
        name: (header[2] ?? '').trim(),
        start: comment ?? (line.startsWith(BOM) ? BOM.length : index),
        end: index + line.length,
      };
      sections.push(open);
    } else if (open !== null && !/^\s*([;#].*)?\s*$/.test(line)) {
      open.end = index + line.length;
    }
    if (/^[;#]/.test(line)) comment ??= index;
    else comment = null;
  }
  return sections;
}

/**
 * Zones by program: `environment=TZ="…"` of a supervisor program, else of supervisord itself; `[env:x]`, else `[env]`,
 * of circus.
 */
export function sectionZones(text: string): ReadonlyMap<string, string> {
  const zones = new Map<string, string>();
  const sections = sectionsOf(text).map((section) => ({
    ...section,
    zone: zonesIn(text.slice(section.start, section.end).replace(/^;.*$/gm, ''))[0],
  }));
  for (const { kind, name } of sections) {
    if (kind !== 'program' && kind !== 'watcher') continue;
    const own = sections.find((one) => one.name === name && one.kind === kind)?.zone;
    const named = sections.find(
      (one) => one.kind === 'env' && one.name.split(/\s*,\s*/).includes(name),
    )?.zone;
    const shared = sections.find((one) => one.name === '' && /^(supervisord|env)$/.test(one.kind))?.zone;
    const zone = own ?? named ?? shared;
    if (zone !== undefined) zones.set(name, zone);
  }
  return zones;
}

/**
 * Takes whole sections away, with the blank lines that set them apart: those behind a section, or those above it
 * where nothing follows. Sections that follow one another go in one edit.
 */
export function sectionRemovals(
  text: string,
  sections: readonly Section[],
  gone: ReadonlySet<Section>,
): readonly Edit[] {
  const edits: Edit[] = [];
  for (let i = 0; i < sections.length; i++) {
    const first = sections[i];
    if (first === undefined || !gone.has(first)) continue;
    while (gone.has(sections[i + 1] ?? first) && i + 1 < sections.length) i++;
    edits.push(removalOf(text, first.start, sections[i]?.end ?? first.end));
  }
  return edits;
}

function removalOf(text: string, from: number, to: number): Edit {
  const blank = /^(?:[ \t]*\r?\n)+/.exec(text.slice(to))?.[0] ?? '';
  const why = 'remove-scheduler-process';
  if (to + blank.length < text.length) return { start: from, end: to + blank.length, text: '', why };
  const above = /(?:^|\n)((?:[ \t]*\r?\n)*)$/.exec(text.slice(0, from))?.[1] ?? '';
  return { start: from - above.length, end: text.length, text: '', why };
}
