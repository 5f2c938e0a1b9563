import type { Severity } from '../plan/types.js';

/** Colours as functions, so that the pure side needs no terminal library. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** The word that opens a finding's line. */
export function severityWord(severity: Severity, paint: Paint): string {
  if (severity === 'error') return paint.red('error');
  return severity === 'warn' ? paint.yellow('warn ') : paint.cyan('info ');
}

/** A unified diff with its added and removed lines coloured. */
export function paintDiff(diff: string, paint: Paint): string {
  return diff
    .split('\n')
    .map((line) => {
      if (line.startsWith('+++') || line.startsWith('---')) return paint.bold(line);
      if (line.startsWith('@@')) return paint.cyan(line);
      if (line.startsWith('+')) return paint.green(line);
      return line.startsWith('-') ? paint.red(line) : line;
    })
    .join('\n');
}

/** Columns padded to their widest cell; the last one is left as it is. */
export function columns(rows: readonly (readonly string[])[], indent: string): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, printedWidth(cell));
    });
  return rows.map((row) =>
    (
      indent +
      row
        .map((cell, i) =>
          i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - printedWidth(cell)),
        )
        .join('  ')
    ).trimEnd(),
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour code starts with the escape character
const CODES = /\u001b\[[0-9;]*m/g;

/** Cells that a terminal needs: colour codes take none, wide East Asian characters two. */
export function printedWidth(text: string): number {
  let width = 0;
  for (const char of text.replace(CODES, ''))
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        char,
      )
        ? 2
        : 1;
  return width;
}
