import type { Edit, Finding } from '../../../plan/types.js';
import { lineOf } from '../../bytes.js';
import type { Decision, Fact, FileKind, FileResult, ProjectView } from '../../types.js';
import { removeLines } from '../lines.js';
import { normaliseName, parseRequirement } from '../pep508.js';
import {
  CRONITER,
  compareListed,
  type Listed,
  lockFindings,
  RUNTIME,
  RUNTIME_SPECIFIER,
  raisedRq,
  rqFinding,
  SCHEDULER,
  schedulerGoes,
} from '../policy.js';
import { addBeside, putInPlace } from './add.js';
import { type Classify, type Item, parseTomlFile, type TomlDoc } from './items.js';
import { removeItems } from './remove.js';

/** A kind of TOML file whose dependencies stand where `classify` says. */
export function tomlKind(
  id: string,
  match: (path: string) => boolean,
  classify: Classify,
  locks: readonly string[],
): FileKind<TomlDoc> {
  return {
    id,
    match,
    parse: (file) => parseTomlFile(file, classify),
    facts,
    edits: (doc, decision, project) => edits(doc, decision, project, locks),
    confirm,
  };
}

function facts(doc: TomlDoc): readonly Fact[] {
  return doc.items
    .filter((item) => item.place.installs)
    .map((item) => ({
      type: 'dependency',
      name: item.name,
      specifier: specifierOf(item),
      where: { path: doc.path, line: lineOf(doc.text, item.start) },
    }));
}

function specifierOf(item: Item): string {
  return item.specifiers.map((s) => s.text).join(' || ');
}

/** What is to happen to the items of one file. */
interface Wanted {
  readonly gone: readonly Item[];
  /** rq entries beside which croniter goes. */
  readonly beside: readonly Item[];
  /** An rq-scheduler entry into whose place croniter goes, for want of an rq entry. */
  readonly replaced: readonly Item[];
  /** rq-scheduler entries into whose place rq-recurring goes, and entries beside which it does. */
  readonly runtime: { readonly inPlace: readonly Item[]; readonly beside: readonly Item[] };
}

function wantedOf(doc: TomlDoc, decision: Decision): Wanted {
  const scheduler = doc.items.filter((item) => item.name === SCHEDULER);
  const gone = schedulerGoes(decision) ? scheduler : [];
  const adds = decision.addCroniter && !doc.items.some((item) => item.name === CRONITER);
  const rq = doc.items.filter((item) => item.name === 'rq' && item.place.installs);
  const sections = new Map(rq.toReversed().map((item) => [item.section, item]));
  const replaced = adds && rq.length === 0 ? gone.filter((item) => item.place.installs).slice(0, 1) : [];
  const runtime = runtimeOf(doc, decision, new Set(gone), new Set(replaced));
  return {
    gone: gone.filter((item) => !replaced.includes(item) && !runtime.inPlace.includes(item)),
    beside: adds ? [...sections.values()] : [],
    replaced,
    runtime,
  };
}

function runtimeOf(
  { items }: TomlDoc,
  { addRuntime }: Decision,
  gone: ReadonlySet<Item>,
  taken: ReadonlySet<Item>,
): Wanted['runtime'] {
  if (addRuntime == null || items.some(({ name }) => name === RUNTIME)) return { inPlace: [], beside: [] };
  const named = items.filter(
    ({ name, place, holder }) => name === addRuntime && place.installs && holder.is !== 'table',
  );
  const anchors = named.filter((item) => named.find(({ section }) => section === item.section) === item);
  const free = (item: Item): boolean => gone.has(item) && !taken.has(item);
  return { inPlace: anchors.filter(free), beside: anchors.filter((item) => !free(item)) };
}

const CRONITER_ADDED = { name: CRONITER, specifier: '', why: 'add-croniter' };
const RUNTIME_ADDED = { name: RUNTIME, specifier: RUNTIME_SPECIFIER, why: 'add-runtime' };

function edits(doc: TomlDoc, decision: Decision, project: ProjectView, locks: readonly string[]): FileResult {
  const { gone, beside, replaced, runtime } = wantedOf(doc, decision);
  const names = doc.items.map((item) => item.name);
  const growing = new Set(
    [...beside, ...runtime.beside].flatMap(({ holder }) => (holder.is === 'list' ? [holder.list] : [])),
  );
  const removing = {
    text: doc.text,
    names,
    why: 'remove-dependency',
    growing,
  };
  const raises = doc.items.flatMap((item) => raiseEdits(item, decision));
  const out: Edit[] = [
    ...removeLines(doc.text, removeItems(removing, gone)),
    ...raises,
    ...beside.flatMap((item) => addBeside(doc.text, item, CRONITER_ADDED)),
    ...replaced.flatMap((item) => putInPlace(doc.text, item, CRONITER_ADDED)),
    ...runtime.beside.flatMap((item) => addBeside(doc.text, item, RUNTIME_ADDED)),
    ...runtime.inPlace.flatMap((item) => putInPlace(doc.text, item, RUNTIME_ADDED)),
  ];
  const findings = doc.items.flatMap((item) => problems(doc, item, decision));
  if (out.length > 0) findings.push(...lockFindings(doc.path, locks, project));
  return { edits: out, findings };
}

function raiseEdits(item: Item, decision: Decision): Edit[] {
  return item.specifiers.flatMap(({ text, start, end }) => {
    const raised = raisedRq({ name: item.name, specifier: text }, decision, item.place.dialect);
    return raised === null ? [] : [{ start, end, text: raised, why: 'raise-rq' }];
  });
}

function problems(doc: TomlDoc, item: Item, decision: Decision): Finding[] {
  const where = { path: doc.path, line: lineOf(doc.text, item.start) };
  return item.specifiers
    .map(({ text }) => rqFinding({ name: item.name, specifier: text }, decision, item.place.dialect, where))
    .filter((finding) => finding !== null);
}

function confirm(before: TomlDoc, after: TomlDoc, decision: Decision): string | null {
  const { gone, beside, replaced, runtime } = wantedOf(before, decision);
  const listed = (item: Item): Listed => ({
    section: item.section,
    name: item.name,
    specifier: specifierOf(item),
  });
  const expected = before.items
    .filter((item) => ![gone, replaced, runtime.inPlace].some((items) => items.includes(item)))
    .map((item) => ({ ...listed(item), specifier: raisedSpecifier(item, decision) }));
  for (const item of [...beside.filter((i) => i.holder.is !== 'table'), ...replaced]) {
    expected.push({
      section: item.section,
      name: CRONITER,
      specifier: item.place.shape === 'table' ? '*' : '',
    });
  }
  for (const { section } of [...runtime.inPlace, ...runtime.beside])
    expected.push({ section, name: RUNTIME, specifier: RUNTIME_SPECIFIER });
  if (printed(before.values) !== printed(after.values)) return 'values other than dependencies differ';
  return compareListed(expected, after.items.map(listed));
}

function raisedSpecifier(item: Item, decision: Decision): string {
  return item.specifiers
    .map(({ text }) => raisedRq({ name: item.name, specifier: text }, decision, item.place.dialect) ?? text)
    .join(' || ');
}

const TOUCHED = new Set([SCHEDULER, 'rq', CRONITER, RUNTIME]);

/** All values but those about the packages that edits touch. */
function printed(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    if (Array.isArray(inner)) return inner.filter((v) => typeof v !== 'string' || !touched(v));
    if (typeof inner !== 'object' || inner === null || inner instanceof Date) return inner;
    return Object.fromEntries(Object.entries(inner).filter(([key]) => !TOUCHED.has(normaliseName(key))));
  });
}

function touched(requirement: string): boolean {
  return TOUCHED.has(parseRequirement(requirement)?.name ?? '');
}
