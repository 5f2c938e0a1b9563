import type { PyNode } from '../../pysource/parser.js';
import { stringValue, walk } from '../../pysource/syntax.js';
import { type Argument, ArgumentEdits, argumentList } from './arguments.js';
import { type CallUse, otherQueue } from './call-enqueue.js';
import { timeDraft } from './call-times.js';
import { type CodeContext, connectionText, literal, queueOf, receiverText, Work } from './context.js';
import type { Draft } from './draft.js';
import { lookUp } from './scopes.js';

const WHY = 'swap-call';

/** Parameters of rq-scheduler's methods in their order (scheduler.py, 0.9 to 0.14). */
const SCHEDULE = [
  'scheduled_time',
  'func',
  'args',
  'kwargs',
  'interval',
  'repeat',
  'result_ttl',
  'ttl',
  'timeout',
  'id',
  'description',
  'queue_name',
  'meta',
  'depends_on',
  'on_success',
  'on_failure',
  'at_front',
];
const CRON = [
  'cron_string',
  'func',
  'args',
  'kwargs',
  'repeat',
  'queue_name',
  'result_ttl',
  'ttl',
  'id',
  'timeout',
  'description',
  'meta',
  'use_local_timezone',
  'depends_on',
  'on_success',
  'on_failure',
  'at_front',
];
/** Arguments that `rq_recurring` calls the same. */
const KEPT = new Set([
  'func',
  'args',
  'kwargs',
  'interval',
  'repeat',
  'ttl',
  'timeout',
  'description',
  'meta',
  'on_success',
  'on_failure',
  'at_front',
  'result_ttl',
]);

interface Given {
  readonly argument: Argument;
  readonly name: string;
}

/** The arguments by the names of the parameters; null where some cannot be told. */
function byParameter(call: PyNode, parameters: readonly string[]): Given[] | null {
  const all = argumentList(call);
  if (all.some(({ splat }) => splat)) return null;
  let position = 0;
  const given = all.map((argument) => ({
    argument,
    name: argument.name?.text ?? parameters[position++] ?? '',
  }));
  return given.every(({ name }) => parameters.includes(name)) ? given : null;
}

const isNone = (given: Given | undefined) => given === undefined || given.argument.value.type === 'none';

/** Does this call of `schedule` make a job that recurs? Unknown counts as yes. */
export function recurs(call: PyNode): boolean {
  const given = byParameter(call, SCHEDULE);
  if (given === null) return true;
  const interval = given.find(({ name }) => name === 'interval');
  return !(isNone(interval) || /^0+$/.test(interval?.argument.value.text ?? ''));
}

/** `schedule`: a series by `rq_recurring.every`, or without an interval a single job by `Queue.enqueue_at`. */
export function scheduleDrafts(use: CallUse, context: CodeContext): Draft[] {
  const given = byParameter(use.node, SCHEDULE);
  if (given === null) return [unreadable(use, context, 'code-schedule')];
  return recurs(use.node) ? [everyDraft(use, given, context)] : onceDrafts(use, given, context);
}

function unreadable(use: CallUse, context: CodeContext, code: string): Draft {
  const work = new Work(use.file, context);
  work.args.recurring = true;
  work.atMost('none', 'open-keywords');
  return work.draft(code, use.node, use.sites);
}

const ONCE: Readonly<Record<string, string>> = { id: 'job_id', timeout: 'job_timeout' };

function onceDrafts(use: CallUse, given: readonly Given[], context: CodeContext): Draft[] {
  const { file, node, sites, callee } = use;
  const work = new Work(file, context);
  const changes = new ArgumentEdits(node, file.text, WHY);
  const front = given[0]?.name === 'scheduled_time' && given[1]?.name === 'func';
  for (const { argument, name } of given) {
    if (name === 'scheduled_time' || name === 'func') {
      if (argument.name === null) continue;
      if (front) changes.unname(argument);
      else changes.name(argument, name === 'func' ? 'f' : 'datetime');
    } else if (name === 'interval' || name === 'repeat') changes.remove(argument);
    else if (name === 'queue_name') otherQueue(argument, use, changes, work);
    else if (name === 'depends_on') dependsOn(argument, changes, work);
    else if (name === 'args' || name === 'kwargs') {
      if (argument.value.type === 'none') changes.remove(argument);
      else changes.name(argument, name);
    } else changes.name(argument, ONCE[name] ?? name);
  }
  const repeat = given.find(({ name }) => name === 'repeat');
  if (!isNone(repeat) && !/^0+$/.test(repeat?.argument.value.text ?? ''))
    work.atMost('none', 'repeat-without-interval');
  const time = given.find(({ name }) => name === 'scheduled_time');
  if (time === undefined || !given.some(({ name }) => name === 'func')) work.atMost('none', 'open-arguments');
  work.edits.push(...changes.edits());
  work.edit(use.receiver.end, callee.end, '.enqueue_at', WHY);
  const naive = time === undefined ? null : timeDraft(time.argument.value, file, sites, context);
  const draft = work.draft('code-schedule', node, sites);
  return naive === null ? [draft] : [draft, naive];
}

function dependsOn(argument: Argument, changes: ArgumentEdits, work: Work): void {
  if (argument.value.type === 'none') changes.remove(argument);
  else work.atMost('none', 'depends-on');
}

/** Names of rq_recurring.Definition where they differ. */
const SERIES: Readonly<Record<string, string>> = {
  scheduled_time: 'start',
  id: 'name',
  queue_name: 'queue',
  cron_string: 'expression',
};

function everyDraft(use: CallUse, given: readonly Given[], context: CodeContext): Draft {
  const work = new Work(use.file, context);
  const changes = new ArgumentEdits(use.node, use.file.text, WHY);
  for (const one of given) {
    if (one.name === 'scheduled_time') changes.name(one.argument, 'start');
    else seriesArgument(one, use, changes, work);
  }
  if (!given.some(({ name }) => name === 'func')) work.atMost('none', 'open-arguments');
  finishSeries(use, given, changes, work, 'every');
  return work.draft('code-schedule', use.node, use.sites);
}

/** `cron`: a series by `rq_recurring.cron`, its zone written out (SEMANTICS §6). */
export function cronDrafts(use: CallUse, context: CodeContext): Draft[] {
  const given = byParameter(use.node, CRON);
  if (given === null) return [unreadable(use, context, 'code-cron')];
  const { file } = use;
  const work = new Work(file, context);
  const changes = new ArgumentEdits(use.node, file.text, WHY);
  given.forEach((one, i) => {
    if (one.name === 'use_local_timezone') changes.remove(one.argument);
    else if (one.argument.name === null && i < 4) return;
    else seriesArgument(one, use, changes, work);
  });
  const local = given.find(({ name }) => name === 'use_local_timezone');
  const { zone, knownBy, dialect } = context.cron;
  changes.append(`tz=${literal(zone ?? 'UTC', file, use.node)}`);
  if (dialect === 'croniter') changes.append(`dialect=${literal('croniter', file, use.node)}`);
  work.args.zone = zone ?? 'UTC';
  work.args.zoneKnownBy = knownBy;
  work.args.dialect = dialect;
  if (local) work.args.useLocalTimezone = local.argument.value.text;
  if (zone === null && zoneMatters(given)) {
    work.shown = true;
    work.atMost('none', 'cron-zone');
  }
  if (!given.some(({ name }) => name === 'func')) work.atMost('none', 'open-arguments');
  finishSeries(use, given, changes, work, 'cron');
  return [work.draft('code-cron', use.node, use.sites)];
}

/** Times that a shift by any zone's offset, a multiple of 15 minutes, leaves as they are. */
function zoneMatters(given: readonly Given[]): boolean {
  const expression = given.find(({ name }) => name === 'cron_string');
  const text = expression === undefined ? null : stringValue(expression.argument.value);
  return text === null || !/^\s*\*(\/(1|3|5|15))?(\s+\*){4}\s*$/.test(text);
}

function seriesArgument({ argument, name }: Given, use: CallUse, changes: ArgumentEdits, work: Work): void {
  const { value } = argument;
  const none = value.type === 'none';
  if (name === 'depends_on') dependsOn(argument, changes, work);
  else if (name === 'result_ttl' && /^-\s*1$|^None$/.test(value.text)) changes.remove(argument);
  else if (name === 'queue_name' && none) changes.remove(argument);
  else if (name === 'id') seriesName(argument, use, changes, work);
  else if (KEPT.has(name) || name in SERIES) changes.name(argument, SERIES[name] ?? name);
}

/** A series' name is made of letters, digits, `_` and `-`; another id is made fit. */
function seriesName(argument: Argument, use: CallUse, changes: ArgumentEdits, work: Work): void {
  const { value } = argument;
  const id = stringValue(value);
  const fit = id?.replace(/[^A-Za-z0-9_-]+/g, '-') ?? null;
  if (value.type === 'none') changes.remove(argument);
  else if (id === null || fit === null || fit === id) {
    if (id === null) work.args.name = 'computed';
    if (id === null && !isFitting(value)) work.atMost('none', 'series-name');
    changes.name(argument, 'name');
  } else {
    work.args.renamedId = [id, fit];
    work.shown = true;
    work.atMost('none', 'series-name');
    changes.replace(argument, `name=${literal(fit, use.file, value)}`);
  }
}

/** Do the written parts of a computed name hold only what a series' name may? */
function isFitting(value: PyNode): boolean {
  return [...walk(value)].every(
    ({ type, text }) =>
      type !== 'string_content' || /^[\w-]*$/.test(text.replace(/%[-0-9]*[sdi]|\{\w*\}/g, '')),
  );
}

function finishSeries(
  use: CallUse,
  given: readonly Given[],
  changes: ArgumentEdits,
  work: Work,
  fn: 'every' | 'cron',
): void {
  const { file, receiver, sites, callee, node } = use;
  work.args.recurring = true;
  work.atMost('unsafe', 'recurring');
  const queue = given.find(({ name }) => name === 'queue_name');
  if (isNone(queue)) {
    const known = queueOf(sites);
    if (known === null) changes.append(`queue=${receiverText(receiver, sites, file)}.name`);
    else if (known !== 'default') changes.append(`queue=${literal(known, file, node)}`);
  }
  changes.append(`connection=${connectionText(receiver, sites, file)}`);
  if (!given.some(({ name }) => name === 'id')) work.args.unnamed = true;
  if (usesJob(use)) work.atMost('none', 'job-object-used');
  const module = work.name('rq_recurring', null);
  work.edits.push(...changes.edits());
  work.edit(callee.start, callee.end, `${module}.${fn}`, WHY);
}

/** What a Series, which `every` and `cron` return, has in common with a Job. */
const SHARED = new Set(['id', 'description', 'timeout', 'ttl', 'result_ttl']);

/** Is the job that the call returns used in a way that a series cannot serve? */
function usesJob({ node, file }: CallUse): boolean {
  const parent = file.names.parents.get(node);
  if (parent?.type === 'attribute') return !SHARED.has(parent.children.at(-1)?.text ?? '');
  if (parent?.type !== 'assignment') return false;
  const [target] = parent.children;
  if (target?.type !== 'identifier') return false;
  const scope = file.names.scopeAt(parent);
  const bindings = lookUp(target.text, scope);
  for (const [child, owner] of file.names.parents) {
    if (child.type !== 'identifier' || child.text !== target.text || owner.type !== 'attribute') continue;
    if (child.field !== 'object' || lookUp(child.text, file.names.scopeAt(child)) !== bindings) continue;
    if (!SHARED.has(owner.children.at(-1)?.text ?? '')) return true;
  }
  return false;
}
