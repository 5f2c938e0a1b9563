import type { Document } from 'yaml';
import type { Edit } from '../../plan/types.js';
import { rangeOf, type YamlText } from './nodes.js';

/** The text of one document: from its `---` line (if it has one) to the next one. */
interface Chunk {
  readonly start: number;
  /** Where the line after `---` starts. */
  readonly content: number;
  readonly end: number;
}

function chunksOf(body: string): readonly Chunk[] {
  const markers = [...body.matchAll(/^---(?=[ \t\r\n]|(?![\s\S]))[^\n]*(?:\n|$)/gm)];
  const starts = [{ start: 0, content: 0 }];
  for (const { 0: line, index } of markers) starts.push({ start: index, content: index + line.length });
  return starts.map((chunk, i) => ({ ...chunk, end: starts[i + 1]?.start ?? body.length }));
}

/**
 * The edits (relative to the body) that take whole documents out of a file of several, each with the `---` line
 * that separates it from the rest. A comment at the very top, apart from the first document, stays; so does the
 * last newline of a file that has none (`keepOpenEnd` sees to that).
 */
export function documentRemovals(yaml: YamlText, gone: ReadonlySet<Document.Parsed>, why: string): Edit[] {
  const { body } = yaml;
  const chunks = chunksOf(body);
  const removed = new Set<number>();
  for (const document of gone) {
    const at = rangeOf(document.contents)?.[0] ?? -1;
    removed.add(chunks.findIndex(({ content, end }) => at >= content && at < end));
  }
  const edits: Edit[] = [];
  chunks.forEach((chunk, i) => {
    if (!removed.has(i) || (i > 0 && removed.has(i - 1) && edits.length > 0)) return;
    const next = chunks.findIndex((_, k) => k > i && !removed.has(k));
    const kept = chunks[next];
    // The first document has no `---` of its own: the next one gives up its.
    const start = i === 0 ? headerEnd(body, chunk.end) : chunk.start;
    const end = kept === undefined ? body.length : i === 0 ? kept.content : kept.start;
    edits.push({ start, end, text: '', why });
  });
  return edits;
}

/** End of the comment block that heads a file, its blank lines included; 0 where there is none. */
function headerEnd(body: string, limit: number): number {
  return /^(?:[ \t]*#[^\n]*\n)+(?:[ \t]*\r?\n)+/.exec(body.slice(0, limit))?.[0].length ?? 0;
}
