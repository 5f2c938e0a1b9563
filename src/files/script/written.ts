import { lineOf } from '../bytes.js';
import type { Fact, SourceFile } from '../types.js';

/** A program's line of a supervisor configuration, a systemd unit or a crontab that starts rq-scheduler. */
const SETTING = /(?:\b(?:command|ExecStart)[ \t]*[=:]|@reboot[ \t])[^\n"'$]*\brq_?scheduler\b/g;

/** `scheduler-start` facts for what a script or Dockerfile writes into another file that then starts it. */
export function writtenStarts({ path, text }: SourceFile): readonly Fact[] {
  return [...text.matchAll(SETTING)].flatMap(({ index }): Fact[] => {
    const before = text.slice(text.lastIndexOf('\n', index) + 1, index);
    if (/^\s*#/.test(before)) return [];
    const where = { path, line: lineOf(text, index) };
    return [{ type: 'scheduler-start', name: path, reason: 'written', namedBy: [], alsoRuns: [], where }];
  });
}
