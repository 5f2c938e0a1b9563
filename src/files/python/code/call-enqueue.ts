import type { PyNode } from '../../pysource/parser.js';
import { fieldOf, stringValue } from '../../pysource/syntax.js';
import { type Argument, ArgumentEdits, argumentList } from './arguments.js';
import { timeDraft } from './call-times.js';
import { type CodeContext, connectionText, field, queueOf, Work } from './context.js';
import type { Draft } from './draft.js';
import { quoted } from './making.js';
import type { RawUse } from './raw-use.js';
import type { Site } from './value.js';

type CallUse = Extract<RawUse, { is: 'call' }>;

const WHY = 'swap-call';
const WHY_QUEUE = 'swap-queue';

/** rq-scheduler's names of options (scheduler.py enqueue_at, 0.9 to 0.14) and RQ's (queue.py parse_args, 1.15 to 3.0). */
const RENAMED: Readonly<Record<string, string>> = {
  timeout: 'job_timeout',
  job_ttl: 'ttl',
  job_result_ttl: 'result_ttl',
  job_description: 'description',
};
/** Options of RQ's that rq-scheduler hands to the job's own function. */
const TAKEN = new Set([
  'description',
  'result_ttl',
  'ttl',
  'failure_ttl',
  'retry',
  'repeat',
  'on_stopped',
  'pipeline',
  'args',
  'kwargs',
  'job_timeout',
  'rate_limit',
  'webhooks',
  'unique',
  'datetime',
  'f',
]);

/**
 * `enqueue_at` and `enqueue_in`: the same methods of a Queue, with other names for the options. With `apart` the
 * Scheduler stays what it is, and the call gets a Queue of its own.
 */
export function enqueueDrafts(use: CallUse, context: CodeContext, apart = false): Draft[] {
  const { file, node, sites, method } = use;
  const work = new Work(file, context);
  const changes = new ArgumentEdits(node, file.text, WHY);
  const all = argumentList(node);
  const first = method === 'enqueue_at' ? 'scheduled_time' : 'time_delta';
  const time = named(all, first) ?? positional(all, 0);
  const func = named(all, 'func') ?? positional(all, named(all, first) ? 0 : 1);
  if (all.some(({ node: one }) => one.type === 'dictionary_splat')) work.level = 'none';
  if (time === undefined || func === undefined) work.level = 'none';
  const rest = all.filter((one) => one !== time && one !== func);
  if (method === 'enqueue_at' && time && func) unnameBoth(changes, all, time, func);
  for (const argument of rest)
    if (argument.name !== null) option(argument, argument.name.text, use, changes, work);
  if (rest.some(({ name }) => name !== null && TAKEN.has(name.text))) work.level = 'none';
  work.edits.push(...changes.edits());
  if (apart) ownQueue(use, work);
  const code = method === 'enqueue_at' ? 'code-enqueue-at' : 'code-enqueue-in';
  const naive = method === 'enqueue_at' && time ? timeDraft(time.value, file, sites, context) : null;
  const drafts = [work.draft(code, node, sites)];
  if (naive !== null) drafts.push(naive);
  return drafts;
}

/** The argument that is passed under this keyword. */
function named(all: readonly Argument[], name: string): Argument | undefined {
  return all.find((one) => one.name?.text === name);
}

/** The n-th positional argument; undefined behind a `*args`. */
function positional(all: readonly Argument[], n: number): Argument | undefined {
  const one = all.filter(({ name, node }) => name === null && node.type !== 'dictionary_splat')[n];
  const splat = all.findIndex(({ node }) => node.type === 'list_splat');
  return one === undefined || (splat >= 0 && all.indexOf(one) >= splat) ? undefined : one;
}

/** RQ calls these parameters `datetime` and `f`: without names where they come first, else by those names. */
function unnameBoth(changes: ArgumentEdits, all: readonly Argument[], time: Argument, func: Argument): void {
  const front = all[0] === time && all[1] === func;
  for (const [argument, name] of [
    [time, 'datetime'],
    [func, 'f'],
  ] as const) {
    if (argument.name === null) continue;
    if (front || (argument === time && all[0] === time)) changes.unname(argument);
    else changes.name(argument, name);
  }
}

function option(argument: Argument, name: string, use: CallUse, changes: ArgumentEdits, work: Work): void {
  const value = argument.value;
  const renamed = RENAMED[name];
  if (renamed !== undefined) changes.name(argument, renamed);
  else if (name === 'queue_name') otherQueue(argument, use, changes, work);
  else if (name === 'depends_on' && value.type !== 'none') work.level = 'none';
  else if (name === 'at_front' && value.type !== 'none' && value.type !== 'false') work.level = 'none';
}

/** `queue_name='low'`: the call goes to that queue instead. */
function otherQueue(argument: Argument, use: CallUse, changes: ArgumentEdits, work: Work): void {
  changes.remove(argument);
  if (argument.value.type === 'none') return;
  const name = stringValue(argument.value);
  if (name !== null && name === queueOf(use.sites)) return;
  putQueue(argument.value.text, use, work);
  work.onlyIfAsked();
}

/** A Queue of the Scheduler's own queue, on its connection, unless the call names another. */
function ownQueue(use: CallUse, work: Work): void {
  if (work.edits.some(({ why }) => why === WHY_QUEUE)) return;
  const name = queueOf(use.sites);
  if (name === null) work.level = 'none';
  else putQueue(quoted(name, use.node.text), use, work);
}

/** Puts a Queue in the place of what the method is called on; `name` is source. */
function putQueue(name: string, { receiver, sites, file }: CallUse, work: Work): void {
  const django = sites.length > 0 && sites.every(({ kind }) => kind === 'django');
  const queue = django
    ? djangoQueue(receiver, sites, name, work)
    : `${work.name('rq', 'Queue')}(${name}, connection=${connectionText(receiver, sites, file)})`;
  work.edit(receiver.start, receiver.end, queue, WHY_QUEUE);
}

function djangoQueue(receiver: PyNode, sites: readonly Site[], name: string, work: Work): string {
  const callee = sites.find(({ node }) => node === receiver);
  const fn = callee === undefined ? null : field(callee.node, 'function');
  const module = fn?.type === 'attribute' ? fieldOf(fn, 'object')?.text : undefined;
  const getQueue = module === undefined ? work.name('django_rq', 'get_queue') : `${module}.get_queue`;
  return `${getQueue}(${name})`;
}
