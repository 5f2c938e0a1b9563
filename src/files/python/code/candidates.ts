import { fieldOf } from '../../pysource/syntax.js';
import { classKind } from './calling.js';
import { hasDecorator } from './functions.js';
import { classMember } from './members.js';
import { type Program, type PyFile, stemOf } from './program.js';
import { SCHEDULER_CLASS, type Value } from './value.js';
import type { Values } from './values.js';

/** Text without which a file can be no beginning. */
const DIRECT =
  /rq_scheduler|flask_rq2|rq:scheduler|django_rq[\s\S]*(get_scheduler|rqscheduler)|get_scheduler[\s\S]*django_rq/;

const MAX_ROUNDS = 8;

/**
 * Parses the files in which rq-scheduler can play a part: those that name it, and from there those that name
 * what leads to a scheduler of theirs together with the module it is in. Most files are only searched.
 */
export function parseCandidates(program: Program, values: Values): void {
  for (const path of program.paths) if (DIRECT.test(program.text(path))) program.file(path);
  const searched = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const leads = program.parsed
      .flatMap((file) => leadsOf(file, values))
      .filter(({ key }) => !searched.has(key));
    const carried = carriedNames(values).filter((name) => !searched.has(name));
    const before = program.parsed.length;
    for (const path of program.paths) if (isLed(program.text(path), leads, carried)) program.file(path);
    for (const { key } of leads) searched.add(key);
    for (const name of carried) searched.add(name);
    if (program.parsed.length === before) return;
    values.forget();
  }
}

interface Lead {
  readonly key: string;
  readonly name: RegExp;
  readonly module: RegExp;
}

/** Top-level names of a file that lead to a scheduler. */
function leadsOf(file: PyFile, values: Values): Lead[] {
  const stem = stemOf(file.path);
  const leads: Lead[] = [];
  for (const name of file.names.module.bindings.keys()) {
    const found = values.member(file, name) ?? [];
    if (!found.some((value) => leadsOn(value, values))) continue;
    if (found.some((value) => value.is === 'function' && hasDecorator(value.node, value.file, 'fixture'))) {
      leads.push({ key: `${file.path} ${name}`, name: word(name), module: /\bdef test|\bfixture\b/ });
      continue;
    }
    const module = file.path.endsWith('__init__.py')
      ? new RegExp(`\\b${stem}\\b|from\\s+\\.+\\s+import`)
      : word(stem);
    leads.push({ key: `${file.path} ${name}`, name: word(name), module });
  }
  return leads;
}

function leadsOn(value: Value, values: Values, depth = 0): boolean {
  switch (value.is) {
    case 'scheduler':
    case 'flask-rq':
      return true;
    case 'external':
      return SCHEDULER_CLASS.test(value.name) || /^django_rq(\.queues)?\.get_scheduler/.test(value.name);
    case 'function':
      return (
        values.returned(value.node, value.file).some(({ is }) => is === 'scheduler') || isDecorated(value)
      );
    case 'class':
    case 'instance':
      return depth < 3 && classLeads(value, values);
    default:
      return false;
  }
}

function isDecorated({ node, file }: Extract<Value, { is: 'function' }>): boolean {
  const parent = file.names.parents.get(node);
  return (
    parent?.type === 'decorated_definition' &&
    parent.children.some(({ type, text }) => type === 'decorator' && /\.job\b/.test(text))
  );
}

function classLeads(
  value: { readonly node: PyFile['root']; readonly file: PyFile },
  values: Values,
): boolean {
  const { node, file } = value;
  if (classKind(value, values) !== null) return true;
  const inside = fieldOf(node, 'body')?.children[0];
  const names = new Set(inside === undefined ? [] : file.names.scopeAt(inside).bindings.keys());
  for (const name of values.traces.carrierNames()) names.add(name);
  for (const name of names) {
    const found = classMember(value, name, true, values) ?? [];
    if (found.some(({ is }) => is === 'scheduler')) return true;
  }
  return false;
}

/** Attributes of foreign objects, such as `app.scheduler`, that hold a scheduler. */
function carriedNames(values: Values): string[] {
  const { traces } = values;
  const holds = (name: string) =>
    traces
      .carriers(name)
      .some(({ file, value }) => values.of(value, file).some(({ is }) => is === 'scheduler'));
  const gives = (name: string) =>
    traces
      .methods(name)
      .some(({ node, file }) => values.returned(node, file).some(({ is }) => is === 'scheduler'));
  return [...traces.carrierNames().filter(holds), ...traces.methodNames().filter(gives)];
}

function isLed(text: string, leads: readonly Lead[], carried: readonly string[]): boolean {
  if (leads.some(({ name, module }) => name.test(text) && module.test(text))) return true;
  return carried.some((name) => word(`\\.${name}`, '').test(text));
}

function word(name: string, before = '\\b'): RegExp {
  return new RegExp(`${before}${name.replace(/[$()*+?[\]^{|}]/g, '\\$&')}\\b`);
}
