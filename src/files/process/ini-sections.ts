import type { Edit } from '../../plan/types.js';

/** A section of a configuration in ini form, `[kind:name]`. */
export interface Section {
  readonly kind: string;
  readonly name: string;
  /** From its header, or the comment block directly above it, to the end of its last setting's line. */
  readonly start: number;
  readonly end: number;
}

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
        start: comment ?? index,
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

/** Takes a whole section away, with the blank lines that set it apart. */
export function sectionRemoval(text: string, section: Section): Edit {
  let { start, end } = section;
  const blank = /^(?:[ \t]*\r?\n)+/.exec(text.slice(end))?.[0] ?? '';
  if (end + blank.length < text.length) end += blank.length;
  else if (start > 0) {
    // The last section gives up the blank lines above it, and the line before its newline if need be.
    start = text.slice(0, start).trimEnd().length;
    const newline = /^\r?\n/.exec(text.slice(start))?.[0] ?? '';
    if (text.endsWith('\n')) start += newline.length;
  }
  return { start, end, text: '', why: 'remove-scheduler-process' };
}
