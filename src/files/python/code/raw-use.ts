import type { PyNode } from '../../pysource/parser.js';
import type { PyFile } from './program.js';
import type { Site, Value } from './value.js';

export interface CommonUse {
  readonly file: PyFile;
  /** What the use is shown as. */
  readonly node: PyNode;
  readonly sites: readonly Site[];
  /** The object may also be something else than a Scheduler. */
  readonly mixed: boolean;
}

/** A place where rq-scheduler's objects or names are used, before anything is made of it. */
export type RawUse =
  | (CommonUse & {
      readonly is: 'call';
      readonly method: string;
      readonly callee: PyNode;
      readonly receiver: PyNode;
    })
  | (CommonUse & { readonly is: 'construct'; readonly site: Site })
  | (CommonUse & { readonly is: 'annotation' })
  /** The object goes where it cannot be followed, or its class is used as a value, or a part that only it has. */
  | (CommonUse & { readonly is: 'open' })
  | (CommonUse & {
      readonly is: 'flask-job';
      readonly method: string;
      readonly callee: PyNode;
      readonly rq: PyNode | null;
    });

/** Where the schedulers among some values come from, each place once. */
export function sitesOf(values: readonly Value[]): Site[] {
  return [...new Set(values.flatMap((value) => (value.is === 'scheduler' ? [value.site] : [])))];
}
