import type { PyNode } from '../../pysource/parser.js';
import type { PyFile } from './program.js';

/** Where a Scheduler comes from. All uses of the objects that may meet form one unit. */
export interface Site {
  readonly kind: 'constructor' | 'subclass' | 'django' | 'flask' | 'declared';
  readonly file: PyFile;
  /** The call that makes it; for `declared` the annotation that says so. */
  readonly node: PyNode;
}

/** What an expression may be, as far as rq-scheduler goes. */
export type Value =
  /** Something outside of the project by its dotted name, e.g. `rq_scheduler.Scheduler`, `datetime`. */
  | { readonly is: 'external'; readonly name: string }
  /** What calling that gives. */
  | { readonly is: 'result'; readonly of: string; readonly node: PyNode; readonly file: PyFile }
  | { readonly is: 'module'; readonly path: string }
  | { readonly is: 'class'; readonly file: PyFile; readonly node: PyNode }
  | { readonly is: 'instance'; readonly file: PyFile; readonly node: PyNode }
  | { readonly is: 'function'; readonly file: PyFile; readonly node: PyNode; readonly method: boolean }
  | { readonly is: 'scheduler'; readonly site: Site }
  /** A `flask_rq2.RQ`. */
  | { readonly is: 'flask-rq' }
  /** A name of a module of the project that nothing has led to so far. */
  | { readonly is: 'unread'; readonly path: string; readonly name: string }
  | { readonly is: 'none' }
  | { readonly is: 'other' };

/** rq-scheduler's class, and those of its relatives that extend it. */
export const SCHEDULER_CLASS =
  /^rq_scheduler(\.scheduler)?\.\w*Scheduler$|^flask_rq2\.scheduler\.FlaskScheduler$/;

export const OTHER: Value = { is: 'other' };

/** The same values, each once. */
export function distinct(values: readonly Value[]): readonly Value[] {
  const out = new Map<unknown, Value>();
  for (const value of values) out.set(keyOf(value), value);
  return [...out.values()];
}

function keyOf(value: Value): unknown {
  switch (value.is) {
    case 'external':
      return `external ${value.name}`;
    case 'module':
      return `module ${value.path}`;
    case 'unread':
      return `unread ${value.path} ${value.name}`;
    case 'scheduler':
      return value.site;
    case 'result':
    case 'function':
      return value.node;
    case 'class':
      return value.node;
    case 'instance':
      return `instance ${value.file.path} ${value.node.start}`;
    default:
      return value.is;
  }
}
