import type { Trace } from './side.js';

/** A place at which the two packages differ on purpose: what each of them records there. */
export interface Difference {
  /** `*`: every program. */
  readonly program: string;
  /** Path of a recorded value: its step, then keys and positions. */
  readonly at: string;
  readonly reason: string;
  /** Versions of RQ where it differs; all where absent. */
  readonly rq?: readonly string[];
}

/** One value that differs. */
export interface Found {
  readonly at: string;
  readonly theirs: unknown;
  readonly ours: unknown;
}

/** Seconds by which times may differ: before a job has run (`at`), and after polls, queues and drift (`about`). */
const SLACK: Readonly<Record<string, number>> = { at: 1, about: 8 };

/** Where two traces of a program differ, by path; times may differ by their slack. */
export function differencesOf(theirs: Trace, ours: Trace): Found[] {
  const steps = (trace: Trace) => {
    const seen = new Map<string, number>();
    return Object.fromEntries(
      trace.map(({ step, ...rest }) => {
        const nth = (seen.get(`${step}`) ?? 0) + 1;
        seen.set(`${step}`, nth);
        return [nth === 1 ? `${step}` : `${step} #${nth}`, rest];
      }),
    );
  };
  return compare('', '', steps(theirs), steps(ours));
}

function compare(path: string, key: string, theirs: unknown, ours: unknown): Found[] {
  if (isObject(theirs) && isObject(ours)) {
    const keys = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
    return [...keys].flatMap((name) =>
      compare(path ? `${path}/${name}` : name, name, theirs[name], ours[name]),
    );
  }
  if (typeof theirs === 'number' && typeof ours === 'number' && Math.abs(theirs - ours) <= (SLACK[key] ?? 0))
    return [];
  return JSON.stringify(theirs) === JSON.stringify(ours) ? [] : [{ at: path, theirs, ours }];
}

/** Objects and arrays alike; an array's keys are its positions. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The differences that no entry names. An entry names its path and everything below it; `*` is any one part. */
export function unnamed(program: string, rq: string, found: readonly Found[], named: readonly Difference[]) {
  const own = named.filter((one) => ['*', program].includes(one.program) && (one.rq?.includes(rq) ?? true));
  return found.filter(({ at }) => !own.some((one) => covers(one.at.split('/'), at.split('/'))));
}

const covers = (pattern: readonly string[], path: readonly string[]): boolean =>
  pattern.every((part, i) => part === '*' || part === path[i]);
