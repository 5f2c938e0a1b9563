import type { List } from './tree.js';

/** Bytes that go. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The lines of a stretch that has its lines to itself, with the comment lines directly above that are about
 * the scheduler alone; null where something else stands in them.
 */
export function wholeLines(text: string, start: number, end: number): Range | null {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  const lineEnd = newline < 0 ? text.length : newline;
  const alone =
    text.slice(lineStart, start).trim() === '' && /^[ \t]*(#.*)?\r?$/.test(text.slice(end, lineEnd));
  if (!alone) return null;
  const from = commentsAbove(text, lineStart);
  if (newline < 0) {
    // Without a last newline in the file, the line before gives up its own.
    const gap = /(?:\r?\n[ \t]*)*$/.exec(text.slice(0, from))?.[0].length ?? 0;
    return { start: from - gap, end: text.length };
  }
  return { start: from, end: newline + 1 + blankLine(text, from, newline + 1) };
}

/** Ranges in order, neighbours joined; whole lines between two blank ones take one of those along. */
export function joined(text: string, ranges: readonly Range[]): readonly Range[] {
  const out: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = out.at(-1);
    if (last === undefined || range.start > last.end) out.push(range);
    else out[out.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  }
  return out.map(({ start, end }) => ({ start, end: end + blankLine(text, start, end) }));
}

/** Length of the blank line behind a stretch of whole lines with a blank line, or nothing, before it. */
function blankLine(text: string, start: number, end: number): number {
  const lines = (start === 0 || text[start - 1] === '\n') && text[end - 1] === '\n';
  const before = start === 0 || /\n[ \t]*\r?\n$/.test(text.slice(0, start));
  return lines && before ? (/^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0) : 0;
}

/** Start of the comment lines directly above that speak of the scheduler and of nothing else that runs. */
function commentsAbove(text: string, lineStart: number): number {
  const block = /(?:^|\n)((?:[ \t]*#(?!!)[^\n]*\n)+)$/.exec(text.slice(0, lineStart))?.[1] ?? '';
  return aboutScheduler(block) ? lineStart - block.length : lineStart;
}

/** Does it speak of the scheduler, and of nothing else that runs? */
function aboutScheduler(text: string): boolean {
  return /sched/i.test(text) && !/worker|server|\bweb\b/i.test(text);
}

/** The bytes of one item of a list that stays valid without it; null where there is no such stretch. */
export function itemRange(text: string, list: List, index: number): Range | null {
  const item = list.items[index];
  if (item === undefined || list.items.length < 2) return null;
  const lines = wholeLines(text, item.start, item.end);
  if (lines !== null) return lines;
  const next = list.items[index + 1];
  if (next !== undefined) return { start: item.start, end: next.start };
  const previous = list.items[index - 1];
  return previous === undefined ? null : { start: previous.end, end: item.end };
}

/** The line above an item that only says that the scheduler is started; null for none, or where nothing else is left. */
export function announcement(text: string, { items }: List, index: number): Range | null {
  const [said, item] = [items[index - 1], items[index]];
  if (said === undefined || item === undefined || items.length < 3) return null;
  const words = text.slice(said.start, said.end);
  const alone =
    said.parts.length === 1 && !said.background && /^(echo|printf)[ \t][^$`<>|&;\n]*$/.test(words);
  const next = /^[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*[ \t]*$/.test(text.slice(said.end, item.start));
  return alone && next && aboutScheduler(words) ? wholeLines(text, said.start, said.end) : null;
}

/** The bytes of a branch of a `case`. */
export function armRange(text: string, start: number, end: number): Range {
  const lines = wholeLines(text, start, end);
  if (lines !== null) {
    const first = /\bin[ \t]*\r?\n$/.test(text.slice(0, lines.start));
    const blank = first ? (/^[ \t]*\r?\n/.exec(text.slice(lines.end))?.[0].length ?? 0) : 0;
    return { start: lines.start, end: lines.end + blank };
  }
  const blanks = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
  return { start, end: end + blanks };
}

/** From line to line where nothing else stands on the first and the last, else just this range. */
export function lineToLine(text: string, start: number, end: number): Range {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = text.lastIndexOf('\n', end - 1) + 1;
  const whole = text.slice(from, start).trim() === '' && text.slice(to, end).trim() === '' && to > from;
  return whole ? { start: from, end: to } : { start, end };
}

/** The first line of a text, for a report. */
export function oneLine(text: string): string {
  const line = text.replace(/\s*\\?\r?\n\s*/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
