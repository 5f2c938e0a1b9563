import { enqueueDrafts } from './call-enqueue.js';
import type { CodeContext } from './context.js';
import { isOurs } from './counterparts.js';
import { type Draft, worse } from './draft.js';
import { nativeDrafts, roleOf } from './drafts.js';
import type { PyFile } from './program.js';
import type { RawUse } from './raw-use.js';
import { Sight } from './sight.js';
import type { Site } from './value.js';

/** Uses of objects that may be one, with what RQ's own API would make of them. */
interface Unit {
  readonly uses: readonly RawUse[];
  readonly drafts: readonly Draft[];
  readonly sites: ReadonlySet<Site>;
}

/** Does the file lose every import of rq-scheduler once these drafts are carried out? */
export type LosesImports = (file: PyFile, drafts: readonly Draft[]) => boolean;

/**
 * The uses that get RQ's own API: those of objects that only make jobs which run once, where every way to them is
 * followed. All others stay on the class. A Scheduler that lists or cancels sees the jobs of all of them, so that
 * where there is one, or one that goes where it cannot be followed, none becomes a Queue.
 */
export function nativeUses(
  raw: readonly RawUse[],
  context: CodeContext,
  losesImports: LosesImports,
): Draft[] {
  if (raw.some((use) => roleOf(use) === 'sees')) return [];
  const sight = new Sight(context.values);
  const all = unitsOf(raw, context);
  if (!all.every(({ sites }) => sight.covers(sites))) return [];
  const units = all.filter(({ uses }) => !uses.some(({ file }) => isStarred(file)));
  const pure = context.nativeApi ? units.filter(isPure) : wholeFiles(units, raw, losesImports);
  const apart = context.nativeApi ? units.filter((unit) => !isPure(unit)) : [];
  return [...pure.flatMap(inStep), ...apart.flatMap((unit) => ownQueues(unit, context))];
}

/** What a star brings is not taken out of it. */
function isStarred({ names }: PyFile): boolean {
  return names.stars.some(({ module }) => isOurs(module));
}

function unitsOf(raw: readonly RawUse[], context: CodeContext): Unit[] {
  const groups = new Groups();
  for (const { sites } of raw) {
    const [first, ...others] = sites;
    for (const other of others) if (first) groups.join(first, other);
  }
  const byRoot = new Map<Site, RawUse[]>();
  for (const use of raw) {
    const [site] = use.sites;
    if (site === undefined) continue;
    const root = groups.rootOf(site);
    byRoot.set(root, [...(byRoot.get(root) ?? []), use]);
  }
  return [...byRoot.values()].map((uses) => ({
    uses,
    drafts: uses.flatMap((use) => nativeDrafts(use, context)),
    sites: new Set(uses.flatMap(({ sites }) => [...sites])),
  }));
}

function isPure({ uses, drafts }: Unit): boolean {
  const roles = new Set(uses.map(roleOf));
  return roles.has('once') && !roles.has('recurring') && levelOf(drafts) !== 'none';
}

/** All uses of an object change together, at the level that the least certain of them needs. */
function inStep({ drafts }: Unit): Draft[] {
  const level = levelOf(drafts);
  return drafts.map((draft) => ({ ...draft, own: level }));
}

function levelOf(drafts: readonly Draft[]): Draft['own'] {
  return drafts.reduce<Draft['own']>((level, { own }) => worse(level, own), 'safe');
}

/** Units whose files hold nothing that stays on the class: no file ends up with both. */
function wholeFiles(units: readonly Unit[], raw: readonly RawUse[], losesImports: LosesImports): Unit[] {
  let kept = units.filter(isPure);
  for (let size = -1; size !== kept.length; ) {
    size = kept.length;
    const uses = new Set(kept.flatMap((unit) => unit.uses));
    const drafts = kept.flatMap((unit) => unit.drafts);
    const others = raw.filter((use) => !uses.has(use) && use.is !== 'flask-job');
    const mixed = new Set(others.map(({ file }) => file));
    const isWhole = (file: PyFile) => !mixed.has(file) && losesImports(file, drafts);
    kept = kept.filter((unit) => unit.uses.every(({ file }) => isWhole(file)));
  }
  return kept;
}

/** The calls of a Scheduler that stays which run once get a Queue each. */
function ownQueues({ uses }: Unit, context: CodeContext): Draft[] {
  return uses.flatMap((use) => {
    if (use.is !== 'call' || roleOf(use) !== 'once') return [];
    const drafts = enqueueDrafts(use, context, true);
    return levelOf(drafts) === 'none' ? [] : drafts;
  });
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
