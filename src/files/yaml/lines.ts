import type { Edit } from '../../plan/types.js';
import { displayText } from '../bytes.js';

/** One line: `[start, end)` with its line ending, `[start, text)` without. */
interface Line {
  readonly start: number;
  readonly text: number;
  readonly end: number;
  readonly indent: number;
  readonly kind: 'blank' | 'comment' | 'content';
}

/** How the comment directly above a removed item is treated. */
export type CommentRule =
  | 'own' // it belongs to the item
  | 'shared'; // it may head the items that follow as well

/** Removes whole lines from block YAML and keeps its comments and blank lines in good order. */
export class LineRemover {
  private readonly lines: readonly Line[];
  private readonly why = new Map<number, string>();

  constructor(private readonly text: string) {
    this.lines = splitLines(text);
  }

  /** Index of the line that holds an offset. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lines[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** True when nothing but blanks stands before `offset` on its line. */
  startsLine(offset: number): boolean {
    const line = this.lines[this.lineAt(offset)];
    return line !== undefined && /^[ \t]*$/.test(this.text.slice(line.start, offset));
  }

  /**
   * Marks the lines of an item for removal: those from `start` to `end`, comments that stand deeper
   * than it below, and the comment block above it at its own indent as `rule` says.
   */
  remove(start: number, end: number, why: string, rule: CommentRule): void {
    const first = this.lineAt(start);
    const indent = this.lines[first]?.indent ?? 0;
    // Ranges of block nodes run on to the next line.
    const used = this.text.slice(start, end).trimEnd().length;
    let last = this.lineAt(start + Math.max(used - 1, 0));
    for (let i = last + 1; i < this.lines.length; i++) {
      const line = this.lines[i];
      if (line === undefined || line.kind === 'content') break;
      if (line.kind === 'comment' && line.indent <= indent) break;
      if (line.kind === 'comment') last = i;
    }
    for (let i = this.commentStart(first, last, indent, rule); i <= last; i++) this.why.set(i, why);
  }

  private commentStart(first: number, last: number, indent: number, rule: CommentRule): number {
    let top = first;
    for (let i = first - 1; i >= 0; i--) {
      const line = this.lines[i];
      if (line?.kind !== 'comment' || line.indent !== indent) break;
      if (rule === 'shared' && /^\s*#\s*(- |[\w.-]+\s*[=:]\s*\S*$)/.test(this.textOf(i))) break;
      top = i;
    }
    // The comment at the very top of a file is about the file.
    if (top === 0 && first > 0) return first;
    const next = this.lines[last + 1];
    const heads = rule === 'shared' && next?.kind === 'content' && next.indent === indent;
    const above = displayText(this.text.slice(this.lines[top]?.start ?? 0, this.lines[first]?.start ?? 0));
    return heads && !/schedul|\u8c03\u5ea6|\u5b9a\u65f6/i.test(above) ? first : top;
  }

  private textOf(index: number): string {
    const line = this.lines[index];
    return line === undefined ? '' : this.text.slice(line.start, line.text);
  }

  /** The removals as edits, blank lines around them included. */
  edits(): Edit[] {
    this.closeGaps();
    const edits: Edit[] = [];
    for (let i = 0; i < this.lines.length; i++) {
      if (!this.why.has(i)) continue;
      let last = i;
      while (this.why.has(last + 1)) last++;
      edits.push(...this.group(i, last));
      i = last;
    }
    return edits;
  }

  /** Blank lines between two removed blocks go with them. */
  private closeGaps(): void {
    for (const index of [...this.why.keys()].sort((a, b) => a - b)) {
      const blank = this.blanks(index + 1, 1);
      const after = this.why.get(index + 1 + blank);
      if (blank === 0 || after === undefined) continue;
      for (let i = 1; i <= blank; i++) this.why.set(index + i, after);
    }
  }

  private blanks(from: number, step: 1 | -1): number {
    let count = 0;
    while (this.lines[from + count * step]?.kind === 'blank') count++;
    return count;
  }

  private group(first: number, last: number): Edit[] {
    const before = this.blanks(first - 1, -1);
    const after = this.blanks(last + 1, 1);
    const above = this.lines[first - before - 1];
    const below = this.lines[last + after + 1];
    const indent = Math.min(...this.range(first, last).map((i) => this.lines[i]?.indent ?? 0));
    const inside = below !== undefined && below.indent >= indent;
    let top = first;
    let bottom = last;
    if (below === undefined) top = first - before;
    else if (above === undefined || (before === 0 && above.indent < indent && inside)) bottom = last + after;
    else if (before > 0 && after > 0 && inside) bottom = last + after;
    else if (before > 0 && after > 0) top = first - before;
    return this.pieces(top, bottom);
  }

  private range(first: number, last: number): number[] {
    return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(
      (i) => this.lines[i]?.kind !== 'blank',
    );
  }

  /** One edit for each stretch of lines with one reason. */
  private pieces(top: number, bottom: number): Edit[] {
    const edits: Edit[] = [];
    let why = this.reason(top, bottom);
    let start = this.lines[top]?.start ?? 0;
    const lastLine = this.lines[bottom];
    // Without a last newline in the file, the line before gives up its own.
    if (bottom === this.lines.length - 1 && lastLine?.end === lastLine?.text && top > 0) {
      start = this.lines[top - 1]?.text ?? start;
    }
    for (let i = top; i <= bottom; i++) {
      const end = this.lines[i]?.end ?? start;
      const next = i === bottom ? null : (this.why.get(i + 1) ?? why);
      if (next === why) continue;
      edits.push({ start, end, text: '', why });
      start = end;
      if (next !== null) why = next;
    }
    return edits;
  }

  private reason(top: number, bottom: number): string {
    for (let i = top; i <= bottom; i++) {
      const why = this.why.get(i);
      if (why !== undefined) return why;
    }
    return '';
  }
}

function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline + 1;
    const content = text.slice(start, end).replace(/\r?\n$/, '');
    const indent = content.length - content.trimStart().length;
    const kind = content.trim() === '' ? 'blank' : content[indent] === '#' ? 'comment' : 'content';
    lines.push({ start, text: start + content.length, end, indent, kind });
    start = end;
  }
  return lines;
}

/** The line ending used at an offset: that of its line, else LF. */
export function eolAt(text: string, offset: number): string {
  const newline = text.indexOf('\n', offset);
  const at = newline < 0 ? text.lastIndexOf('\n') : newline;
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}
