import type { PlanHead } from './plan.js';
import type { FileChange, JobItem } from './types.js';

/** Differences of one sort that are named; the rest is counted. */
const NAMED = 3;

/** The order in which Redis keeps the legacy set: by score, then by the bytes of the id. */
export function compareItems(a: JobItem, b: JobItem): number {
  return a.scheduledAt - b.scheduledAt || Buffer.compare(idBytes(a.id), idBytes(b.id));
}

function idBytes(id: string): Buffer {
  return id.startsWith('hex:') ? Buffer.from(id.slice(4), 'hex') : Buffer.from(id);
}

/** Collects what makes a saved plan stale. */
export class Staleness {
  readonly #differences = new Map<string, { count: number; names: string[] }>();

  /** A job that is planned but no longer there, or there at another time. */
  gone(saved: JobItem): void {
    this.#note('job gone or rescheduled', saved.id);
  }

  /** A job that the plan does not know. */
  added(fresh: JobItem): void {
    this.#note('job not in the plan', fresh.id);
  }

  /** The same job at the same time: is the decision the same? */
  same(saved: JobItem, fresh: JobItem): void {
    const decision = ({ action, newId, queue, kind }: JobItem) =>
      JSON.stringify([action, newId, queue, kind]);
    if (decision(saved) !== decision(fresh)) this.#note('job decided otherwise now', saved.id);
  }

  /** Everything but the jobs. */
  heads(saved: PlanHead, fresh: PlanHead): void {
    if (saved.covers.join() !== fresh.covers.join()) this.#note('other extent (--only)', saved.covers.join());
    if (saved.redis !== fresh.redis) this.#note('another Redis', `${saved.redis}`);
    if (saved.target.rq !== fresh.target.rq) this.#note('other RQ version', `${saved.target.rq}`);
    const now = new Map(fresh.files.map((file) => [file.path, file]));
    for (const file of saved.files) {
      const other = now.get(file.path);
      now.delete(file.path);
      if (!other || fingerprint(other) !== fingerprint(file)) this.#note('file changed', file.path);
    }
    for (const path of now.keys()) this.#note('file to be changed that the plan does not know', path);
  }

  /** One text per sort of difference, with the first names; empty for a plan that still fits. */
  reasons(): string[] {
    return [...this.#differences].map(([what, { count, names }]) => {
      const more = count > names.length ? ` and ${count - names.length} more` : '';
      return `${what}: ${names.join(', ')}${more}`;
    });
  }

  #note(what: string, name: string): void {
    const known = this.#differences.get(what) ?? { count: 0, names: [] };
    known.count++;
    if (known.names.length < NAMED) known.names.push(name);
    this.#differences.set(what, known);
  }
}

function fingerprint({ action, before, after }: FileChange): string {
  return JSON.stringify([action, before, after]);
}
