import { accessSync, appendFileSync, constants, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { redact } from './redaction.js';

/** Throws what the file system says where no file can be put in this one's folder; creates nothing. */
export function checkOut(path: string): void {
  accessSync(dirname(path), constants.W_OK);
}

/** Writes a file that the user named, through redaction. Throws what the file system says. */
export function writeOut(path: string, text: string): void {
  writeFileSync(path, redact(text));
}

/** Appends likewise: other steps write to the same job summary. */
export function appendOut(path: string, text: string): void {
  appendFileSync(path, redact(text));
}
