import type { Finding } from '../../plan/types.js';
import type { Check } from '../../verify/observations.js';

/** The wording of one code: what is so, and what to do next. */
export interface Wording {
  readonly text: string;
  readonly next?: string;
}

/** The wording of a check of `verify`. */
export type CheckWord = (args: Args, status: Check['status'], where: string | null) => Wording;

export type Args = Finding['args'];
export type Word = (args: Args) => Wording;

/** Values of a list argument, comma-separated. */
export const list = (value: Args[string] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : String(value ?? '');
/** The first of a list of this length, and how many are left out. */
export const someOf = (shown: Args[string] | undefined, count: Args[string] | undefined): string => {
  const more = Number(count) - (Array.isArray(shown) ? shown.length : 0);
  return more > 0 ? `${list(shown)} and ${more.toLocaleString('en-US')} more` : list(shown);
};
/** A count with its noun. What is no number, as in the generated list of findings, is shown as it is. */
export const many = (count: Args[string] | undefined, one: string, more = `${one}s`): string => {
  const n = Number(count);
  return Number.isNaN(n) ? `${count} ${more}` : `${n.toLocaleString('en-US')} ${n === 1 ? one : more}`;
};

/** How a job is named in a sentence. */
export const job = (a: Args): string => (a.func ? `job ${a.id} (${a.func})` : `job ${a.id}`);

/** The wording for `args.reason`, where that reason has one of its own. */
export const told = (a: Args, byReason: Readonly<Record<string, Wording>>): Wording | undefined =>
  byReason[String(a.reason)];
