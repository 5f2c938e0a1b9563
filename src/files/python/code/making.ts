import type { Edit } from '../../../plan/types.js';
import type { PyNode } from '../../pysource/parser.js';
import { dottedName, fieldOf, stringValue } from '../../pysource/syntax.js';
import type { FixLevel } from '../uses.js';
import { type Argument, ArgumentEdits, argumentList } from './arguments.js';
import type { Need } from './draft.js';
import { type LocalName, localName } from './local-names.js';
import type { Site } from './value.js';

/** What a Scheduler is made with, and what its making becomes. */
export interface Making {
  /** Queue name where it is written out, `default` where nothing is given; null where it cannot be told. */
  readonly queue: string | null;
  /** Source of the connection given; null for none. */
  readonly connection: string | null;
  readonly level: FixLevel;
  readonly edits: readonly Edit[];
  readonly needs: readonly Need[];
}

/** Parameters of rq_scheduler.Scheduler (scheduler.py at 0.9 to 0.14, in this order). */
const PARAMETERS = ['queue_name', 'queue', 'interval', 'connection', 'job_class', 'queue_class', 'name'];

const WHY = 'swap-scheduler';

/** Reads the making of a Scheduler and turns it into that of a Queue. */
export function makingOf(site: Site): Making {
  switch (site.kind) {
    case 'constructor':
      return ofClass(site);
    case 'django':
      return ofDjango(site);
    case 'flask':
      return ofFlask(site);
    case 'subclass':
      return {
        ...NOTHING,
        queue: queueGiven(argumentsByName(site)),
        connection: connectionGiven(site),
      };
    default:
      return NOTHING;
  }
}

const NOTHING: Making = { queue: null, connection: null, level: 'none', edits: [], needs: [] };

function argumentsByName({ node }: Site): ReadonlyMap<string, Argument> | null {
  const map = new Map<string, Argument>();
  let position = 0;
  for (const argument of argumentList(node)) {
    if (argument.splat) return null;
    const name = argument.name?.text ?? PARAMETERS[position++];
    if (name === undefined) return null;
    map.set(name, argument);
  }
  return map;
}

function queueGiven(given: ReadonlyMap<string, Argument> | null): string | null {
  if (given === null || given.has('queue')) return null;
  const name = given.get('queue_name');
  return name === undefined ? 'default' : stringValue(name.value);
}

function connectionGiven(site: Site): string | null {
  const connection = argumentsByName(site)?.get('connection');
  return connection === undefined ? null : connection.value.text;
}

/** The quotes that a file, or the call itself, prefers. */
export function quoted(text: string, near: string): string {
  const double = near.split('"').length > near.split("'").length;
  return double ? `"${text}"` : `'${text}'`;
}

function ofClass(site: Site): Making {
  const { file, node } = site;
  const given = argumentsByName(site);
  const callee = fieldOf(node, 'function') as PyNode;
  const queueClass: LocalName = localName(file, 'rq', 'Queue');
  const needs = queueClass.need === null ? [] : [queueClass.need];
  const queue = queueGiven(given);
  const common = { queue, connection: connectionGiven(site), needs };
  if (given === null) return NOTHING;
  if (given.has('queue_class')) return { ...NOTHING, ...common, needs: [] };
  const changes = new ArgumentEdits(node, file.text, WHY);
  const name = given.get('queue_name');
  const object = given.get('queue');
  const isNone = (one: Argument | undefined) => one === undefined || one.value.type === 'none';
  for (const key of ['interval', 'name']) {
    const argument = given.get(key);
    if (argument) changes.remove(argument);
  }
  const head: string[] = [];
  if (!isNone(object) && object) {
    changes.remove(object);
    if (name) changes.remove(name);
    head.push(`${atom(object.value)}.name`);
  } else {
    if (object) changes.remove(object);
    if (name && name.name !== null) changes.unname(name);
    if (!name) head.push(quoted('default', node.text));
  }
  const unnamed = !isNone(object) || !name;
  const connection = given.get('connection');
  if (connection && connection.name === null) changes.name(connection, 'connection');
  const jobs = given.get('job_class');
  if (jobs && jobs.name === null) changes.name(jobs, 'job_class');
  const edits: Edit[] = [...changes.edits()];
  const ordered = !name || name.name === null || argumentList(node)[0] === name || unnamed;
  if (!ordered) return reordered(site, given, queueClass, common);
  edits.push({ start: callee.start, end: callee.end, text: queueClass.written, why: WHY });
  if (head.length > 0) edits.push(headEdit(node, given, head));
  const level: FixLevel = jobs && jobs.value.type !== 'none' ? 'none' : 'safe';
  return { ...common, level, edits };
}

/** Puts the queue's name in front of the arguments that stay. */
function headEdit(node: PyNode, given: ReadonlyMap<string, Argument>, head: readonly string[]): Edit {
  const list = fieldOf(node, 'arguments') as PyNode;
  const [first] = [...given]
    .filter(([key]) => key === 'connection' || key === 'job_class')
    .map(([, one]) => one.node.start)
    .sort((a, b) => a - b);
  const at = first ?? list.start + 1;
  return { start: at, end: at, text: `${head.join(', ')}${first === undefined ? '' : ', '}`, why: WHY };
}

/** A queue name behind other keywords comes first: the arguments are written anew. */
function reordered(
  site: Site,
  given: ReadonlyMap<string, Argument>,
  queueClass: LocalName,
  common: Pick<Making, 'queue' | 'connection' | 'needs'>,
): Making {
  const { node } = site;
  const name = given.get('queue_name')?.value.text ?? '';
  const kept = ['connection', 'job_class'].flatMap((key) => {
    const argument = given.get(key);
    return argument ? [`${key}=${argument.value.text}`] : [];
  });
  const text = `${queueClass.written}(${[name, ...kept].join(', ')})`;
  const level: FixLevel = given.has('job_class') ? 'none' : 'safe';
  return { ...common, level, edits: [{ start: node.start, end: node.end, text, why: WHY }] };
}

/** Source that an attribute may follow. */
function atom(node: PyNode): string {
  return /^(identifier|attribute|call|subscript|parenthesized_expression)$/.test(node.type)
    ? node.text
    : `(${node.text})`;
}

/** `django_rq.get_scheduler('q')` becomes `django_rq.get_queue('q')` (django_rq/queues.py). */
function ofDjango({ file, node }: Site): Making {
  const callee = fieldOf(node, 'function') as PyNode;
  const given = argumentList(node);
  if (given.some(({ splat }) => splat)) return NOTHING;
  const name =
    given.find((one) => one.name?.text === 'name') ?? given.find((one, i) => i === 0 && one.name === null);
  const queue = name === undefined ? 'default' : stringValue(name.value);
  const common = { queue, connection: null, needs: [] };
  const object =
    given.find((one) => one.name?.text === 'queue') ?? given.filter((one) => one.name === null)[1];
  if (object !== undefined && object.value.type !== 'none') return { ...NOTHING, ...common };
  if (/by_index/.test(callee.text)) return { ...NOTHING, ...common };
  const changes = new ArgumentEdits(node, file.text, WHY);
  for (const argument of given) if (argument !== name) changes.remove(argument);
  const edits = [...changes.edits()];
  const needs: Need[] = [];
  if (callee.type === 'attribute') {
    const attribute = fieldOf(callee, 'attribute') as PyNode;
    edits.push({ start: attribute.start, end: attribute.end, text: 'get_queue', why: WHY });
  } else {
    const local = localName(file, 'django_rq', 'get_queue');
    if (local.need !== null) needs.push(local.need);
    edits.push({ start: callee.start, end: callee.end, text: local.written, why: WHY });
  }
  return { ...common, needs, level: 'safe', edits };
}

/** `rq.get_scheduler(queue='q')` of Flask-RQ2 becomes `rq.get_queue('q')`; its default queue is a setting. */
function ofFlask({ file, node }: Site): Making {
  const callee = fieldOf(node, 'function') as PyNode;
  const attribute = callee.type === 'attribute' ? fieldOf(callee, 'attribute') : undefined;
  const given = argumentList(node);
  if (attribute === undefined || given.some(({ splat }) => splat)) return NOTHING;
  const changes = new ArgumentEdits(node, file.text, WHY);
  const name = given.find((one) => one.name?.text === 'queue') ?? given.filter((one) => one.name === null)[1];
  for (const argument of given) if (argument !== name) changes.remove(argument);
  if (name !== undefined) changes.unname(name);
  const edits: Edit[] = [
    ...changes.edits(),
    { start: attribute.start, end: attribute.end, text: 'get_queue', why: WHY },
  ];
  const queue = name === undefined ? null : stringValue(name.value);
  const object = fieldOf(callee, 'object');
  const connection = object && dottedName(object) ? `${object.text}.connection` : null;
  return { queue, connection, needs: [], level: 'unsafe', edits };
}
