import { appendFileSync, writeFileSync } from 'node:fs';
import { redact } from './redaction.js';

/** Writes a file that the user named, through redaction. Throws what the file system says. */
export function writeOut(path: string, text: string): void {
  writeFileSync(path, redact(text));
}

/** Appends likewise: other steps write to the same job summary. */
export function appendOut(path: string, text: string): void {
  appendFileSync(path, redact(text));
}
