import { createHash } from 'node:crypto';
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';
import { displayText, fromByteText } from './bytes.js';

/** sha256 (hex) of the bytes that byte text stands for. */
export function sha256(text: string): string {
  return createHash('sha256').update(fromByteText(text)).digest('hex');
}

/**
 * Unified diff of one file for people, `git apply` and `patch -p1`; null stands for no file. Text that
 * is not UTF-8 is shown as GB18030: such a diff is for reading only. '' where no line differs. An empty file is made by
 * the lines that git has for it.
 */
export function unifiedDiff(path: string, before: string | null, after: string | null): string {
  const from = before === null ? '/dev/null' : `a/${path}`;
  const to = after === null ? '/dev/null' : `b/${path}`;
  const texts = [displayText(before ?? ''), displayText(after ?? '')] as const;
  const patch = structuredPatch(from, to, ...texts, undefined, undefined, { context: 3 });
  if (patch.hunks.length === 0) return before === null && after === '' ? emptyFile(path) : '';
  const [oldName = '', newName = '', ...hunks] = formatPatch(patch, FILE_HEADERS_ONLY).split('\n');
  return [ended(oldName), ended(newName), ...hunks].join('\n');
}

function emptyFile(path: string): string {
  return `diff --git a/${path} b/${path}\nnew file mode 100644\n`;
}

/** A name with a blank in it ends at a tab: without one `patch` cuts it short. */
function ended(header: string): string {
  return header.slice(4).includes(' ') ? `${header}\t` : header;
}
