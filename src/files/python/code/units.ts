import type { FixLevel } from '../uses.js';
import { type Draft, worse } from './draft.js';
import type { Site } from './value.js';

/** What a whole unit allows, and the use that holds it back where that is another one. */
export interface Standing {
  readonly level: FixLevel;
  readonly heldBy: Draft | null;
}

/** Uses that see the jobs of all schedulers, which keep one schedule in common. */
const WHOLE = new Set([
  'code-get-jobs',
  'code-count',
  'code-cancel',
  'code-contains',
  'code-change-time',
  'code-enqueue-job',
]);

/**
 * Uses of schedulers that may be one object stand or fall together: a Queue that is asked for `.cron` would
 * fail. Where code lists or cancels jobs, all schedulers do: one half of the jobs would be out of its sight.
 * Gives every draft the level of its unit.
 */
export function standings(drafts: readonly Draft[]): ReadonlyMap<Draft, Standing> {
  const groups = new Groups();
  for (const { sites } of drafts) {
    const [first, ...others] = sites;
    for (const other of others) if (first) groups.join(first, other);
  }
  if (drafts.some(({ code, sites }) => WHOLE.has(code) && sites.length > 0)) {
    const [first, ...others] = drafts.flatMap(({ sites }) => [...sites]);
    for (const other of others) if (first) groups.join(first, other);
  }
  const worst = new Map<Site, Draft>();
  for (const draft of drafts) {
    for (const site of draft.sites) {
      const root = groups.rootOf(site);
      const known = worst.get(root);
      if (known === undefined || worse(known.own, draft.own) !== known.own) worst.set(root, draft);
    }
  }
  return new Map(
    drafts.map((draft) => {
      const [site] = draft.sites;
      const holder = site === undefined ? undefined : worst.get(groups.rootOf(site));
      const level = holder === undefined ? draft.own : worse(holder.own, draft.own);
      return [draft, { level, heldBy: holder !== undefined && level !== draft.own ? holder : null }];
    }),
  );
}

class Groups {
  readonly #parents = new Map<Site, Site>();

  rootOf(site: Site): Site {
    let here = site;
    for (let up = this.#parents.get(here); up !== undefined; up = this.#parents.get(here)) here = up;
    return here;
  }

  join(a: Site, b: Site): void {
    const [x, y] = [this.rootOf(a), this.rootOf(b)];
    if (x !== y) this.#parents.set(x, y);
  }
}
