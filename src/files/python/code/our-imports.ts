import type { Edit } from '../../../plan/types.js';
import type { PyImport } from '../../pysource/imports.js';
import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import { counterpart, isOurs, starredNames } from './counterparts.js';
import type { Need } from './draft.js';
import { type ImportName, listedNames } from './import-edits.js';
import type { PyFile } from './program.js';
import { readsOf } from './readers.js';
import { lookUp } from './scopes.js';
import type { Values } from './values.js';

/** Why a name stays: nothing takes its place. */
const UNKNOWN = 'no-counterpart';
/** The module of the command `rqscheduler`. */
const PROGRAM = 'rq_scheduler.scripts.rqscheduler';

type Found = Omit<OurImport, 'need' | 'why' | 'reads'>;

/** One name of an import statement that is rq-scheduler's, and what is imported in its place. */
export interface OurImport extends ImportName {
  readonly file: PyFile;
  readonly item: PyImport;
  /** Null where nothing takes its place. */
  readonly need: Need | null;
  /** Why not; '' where something does. */
  readonly why: string;
  /** What changes with it where the name is read. */
  readonly reads?: readonly Edit[];
}

/** The names of rq-scheduler's that a file imports, `from … import *` included. */
export function oursIn(file: PyFile, values: Values, runtime: string): OurImport[] {
  return importsIn(file).flatMap((statement) => ofStatement(statement, file, values, runtime));
}

function importsIn(file: PyFile): PyNode[] {
  return [...file.names.parents.keys()].filter(({ type }) => /^import(_from)?_statement$/.test(type));
}

function ofStatement(statement: PyNode, file: PyFile, values: Values, runtime: string): OurImport[] {
  const items = file.names.importsOf(statement);
  const listed = listedNames(statement);
  if (listed.length === 0)
    return items
      .filter(({ origin }) => isOurs(origin))
      .map((item) => star({ file, item, statement }, values, runtime));
  return items.flatMap((item, i) => {
    const node = listed[i];
    const dotted = statement.type === 'import_statement' ? item.module : item.origin;
    return node === undefined || !isOurs(dotted)
      ? []
      : [named({ file, item, statement, node, local: item.local ?? '' }, dotted, values, runtime)];
  });
}

function named(common: Found, dotted: string, values: Values, runtime: string): OurImport {
  const { file, item, statement, local } = common;
  if (dotted === PROGRAM && !file.broken) return program(common, runtime);
  const place = counterpart(dotted, runtime);
  const why = whyNot(common, dotted, values, runtime);
  if (why !== '' || place === null) return { ...common, need: null, why };
  if (statement.type === 'import_statement') {
    // `import rq_scheduler.utils` binds `rq_scheduler`, and the package loads its modules itself.
    const module = item.origin === item.module ? place : runtime;
    return { ...common, need: { module, name: null, local }, why };
  }
  const at = place.lastIndexOf('.');
  return { ...common, need: { module: place.slice(0, at), name: place.slice(at + 1), local }, why };
}

/** The module of the command: its `main` is a function of another name, and stands in the place of the module. */
function program(common: Found, runtime: string): OurImport {
  const { file, item, statement, local } = common;
  const parents = readsOf(common).map((node) => file.names.parents.get(node));
  const calls = parents.flatMap((node) =>
    node?.type === 'attribute' && fieldOf(node, 'attribute')?.text === 'main' ? [node] : [],
  );
  const bound = statement.type === 'import_statement' && item.origin !== item.module;
  if (bound || calls.length === 0 || calls.length < parents.length)
    return { ...common, need: null, why: UNKNOWN };
  const place = counterpart(`${PROGRAM}.main`, runtime) ?? '';
  const at = place.lastIndexOf('.');
  const reads = calls.map(({ start, end }) => ({
    start: start + local.length,
    end,
    text: '',
    why: 'swap-import',
  }));
  return {
    ...common,
    need: { module: place.slice(0, at), name: place.slice(at + 1), local },
    why: '',
    reads,
  };
}

function whyNot(
  { file, item, statement }: Pick<Found, 'file' | 'item' | 'statement'>,
  dotted: string,
  values: Values,
  runtime: string,
): string {
  if (file.broken) return 'syntax-error';
  if (values.program.locate(item.module, file.path) !== null) return 'own-module';
  if (/_by_index$/.test(dotted)) return 'by-index';
  const bound = statement.type === 'import_statement' && item.origin !== item.module;
  if (bound && !item.module.startsWith('rq_')) return 'dotted-import';
  return counterpart(dotted, runtime) === null ? UNKNOWN : '';
}

/** A star brings more than is wanted: of rq_recurring only what rq-scheduler's had is imported, by name. */
function star(at: Omit<Found, 'node' | 'local'>, values: Values, runtime: string): OurImport {
  const { file, item, statement } = at;
  const node = statement.children.find(({ type }) => type === 'wildcard_import') ?? statement;
  const common = { ...at, node, local: '*' };
  const place = counterpart(item.module, runtime);
  const names = starredNames(item.module);
  const why = whyNot(at, item.module, values, runtime);
  if (why !== '' || place === null) return { ...common, need: null, why };
  const read = (name: string) => isUnbound(file, name);
  const wanted =
    names === null
      ? '*'
      : ['Scheduler', ...[...names].filter((one) => one !== 'Scheduler' && read(one))].join(', ');
  return { ...common, need: { module: place, name: wanted, local: wanted }, why: '' };
}

/** Imports of django-rq's modules of which `get_scheduler` may be read. */
export function carriersIn(file: PyFile): OurImport[] {
  if (!file.text.includes('django_rq')) return [];
  return importsIn(file).flatMap((statement) =>
    listedNames(statement).flatMap((node, i) => {
      const item = file.names.importsOf(statement)[i];
      if (item === undefined || !/^django_rq(\.queues)?$/.test(item.origin)) return [];
      return [{ file, item, statement, node, local: item.local ?? '', need: null, why: '' }];
    }),
  );
}

/** Is the name read in the file although nothing binds it there? */
function isUnbound(file: PyFile, name: string): boolean {
  for (const node of file.names.parents.keys()) {
    if (node.type !== 'identifier' || node.text !== name || node.field === 'attribute') continue;
    if (lookUp(name, file.names.scopeAt(node)).length === 0) return true;
  }
  return false;
}
