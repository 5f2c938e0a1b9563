import type { Finding } from '../../plan/types.js';

/** The wording of one code: what is so, and what to do next. */
export interface Wording {
  readonly text: string;
  readonly next?: string;
}

export type Args = Finding['args'];
export type Word = (args: Args) => Wording;

/** Values of a list argument, comma-separated. */
export const list = (value: Args[string] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : String(value ?? '');
/** A count with its noun. */
export const many = (count: Args[string] | undefined, one: string, more = `${one}s`): string =>
  `${Number(count).toLocaleString('en-US')} ${Number(count) === 1 ? one : more}`;
/** How a job is named in a sentence. */
export const job = (a: Args): string => (a.func ? `job ${a.id} (${a.func})` : `job ${a.id}`);
