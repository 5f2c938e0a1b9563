import { lineOf } from '../bytes.js';
import type { SchedulerSwitch } from '../types.js';
import { commandStart } from './commands.js';
import { type Names, namesOf, originOf } from './names.js';
import { classKind, evaluate, type RqObject } from './objects.js';
import { type PyNode, parsePython } from './parser.js';
import { argumentsOf, dottedName, fieldOf, walk } from './syntax.js';

/** A place in a Python script that starts a worker's or scheduler's loop. */
export interface PythonStart {
  readonly role: 'scheduler' | 'worker' | 'other';
  /** A worker's queues where the script writes them out, else null. */
  readonly queues: readonly string[] | null;
  readonly withScheduler: SchedulerSwitch;
  /** 1-based line of the call. */
  readonly line: number;
  /** For a switch that is `off`: what to insert where (byte offset) to turn it on; null where it is not safe. */
  readonly turnOn: { readonly at: number; readonly text: string } | null;
}

/**
 * Finds the starts of RQ workers (`Worker(...).work()`, `django_rq.get_worker().work()`,
 * `WorkerPool(...).start()`, `call_command('rqworker')`) and of rq_scheduler's schedulers
 * (`Scheduler(...).run()`) in Python source, in source order. `text` is byte text. Never throws on
 * bad syntax. A name counts only through its import: other packages' workers and schedulers do not.
 */
export function pythonStarts(text: string): readonly PythonStart[] {
  // Every start goes through an import of one of these; most files need no parsing.
  if (!/\brq|django|flask_rq2/.test(text)) return [];
  const root = parsePython(text);
  const names = namesOf(root);
  const starts: PythonStart[] = [];
  const called = new Set<PyNode>();
  for (const node of walk(root)) {
    const callee = node.type === 'call' ? fieldOf(node, 'function') : undefined;
    if (callee?.type === 'attribute') called.add(callee);
    const found =
      callee !== undefined
        ? (commandStart(names, callee, node) ?? methodStart(names, callee, node))
        : node.type === 'attribute' && !called.has(node)
          ? methodStart(names, node, null)
          : null;
    if (found === null) continue;
    const turnOn = found.withScheduler === 'off' && isWorkCall(node) ? insertion(node) : null;
    starts.push({ ...found, line: lineOf(text, lineAnchor(node).start), turnOn });
  }
  return starts;
}

const REGISTERING = /^(?:cron|schedule|enqueue_at|enqueue_in|enqueue_periodic)$/;

/**
 * Does a script that starts a scheduler also fill its schedule, itself or by a function to which it hands the
 * scheduler? Such a program stays: with `rq_recurring.Scheduler` it registers its jobs, and then waits.
 */
export function registersJobs(text: string): boolean {
  const root = parsePython(text);
  const names = namesOf(root);
  const isScheduler = (node: PyNode | undefined) =>
    node !== undefined && evaluate(names, node)?.is === 'scheduler';
  for (const node of walk(root)) {
    const callee = node.type === 'call' ? fieldOf(node, 'function') : undefined;
    if (callee === undefined) continue;
    if (callee.type === 'attribute' && REGISTERING.test(fieldOf(callee, 'attribute')?.text ?? '')) {
      if (isScheduler(fieldOf(callee, 'object'))) return true;
    }
    const { positional, keywords } = argumentsOf(node);
    if ([...positional, ...keywords.values()].some(isScheduler)) return true;
  }
  return false;
}

/** `Worker(…)\n.work()`: the line of the method's name, not of the expression's beginning. */
function lineAnchor(node: PyNode): PyNode {
  const callee = fieldOf(node, 'function') ?? node;
  return fieldOf(callee, 'attribute') ?? callee;
}

type Start = Omit<PythonStart, 'line' | 'turnOn'>;

/** `….work(…)`: the only call that takes the keyword; `call_command('rqworker')` has options of its own. */
function isWorkCall(node: PyNode): boolean {
  const callee = fieldOf(node, 'function');
  return callee?.type === 'attribute' && fieldOf(callee, 'attribute')?.text === 'work';
}

/** Behind the last argument, or between the parentheses where there is none. */
function insertion(call: PyNode): PythonStart['turnOn'] {
  const list = fieldOf(call, 'arguments');
  if (list?.type !== 'argument_list') return null;
  const last = list.children.filter((node) => node.type !== 'comment').at(-1);
  if (last === undefined) return { at: list.start + 1, text: 'with_scheduler=True' };
  return { at: last.end, text: ', with_scheduler=True' };
}

/** `<object>.work(…)`, `.run(…)`, `.start(…)`; `call` is null where the method is only passed on. */
function methodStart(names: Names, callee: PyNode, call: PyNode | null): Start | null {
  const object = fieldOf(callee, 'object');
  const method = fieldOf(callee, 'attribute')?.text;
  if (object === undefined || method === undefined) return null;
  if (method !== 'work' && method !== 'run' && method !== 'start') return null;
  const value = evaluate(names, object) ?? guess(names, object, method);
  if (value?.is === 'scheduler' && method === 'run') {
    return { role: 'scheduler', queues: null, withScheduler: 'unknown' };
  }
  if (value?.is === 'pool' && method === 'start') {
    // rq/worker_pool.py run_worker, 1.16 to 3.0: work(with_scheduler=True), no way to turn it off.
    return { role: 'worker', queues: value.queues, withScheduler: 'on' };
  }
  if (value?.is !== 'worker' || method !== 'work') return null;
  const withScheduler = call === null || value.ownWork ? 'unknown' : switchOf(call);
  return { role: 'worker', queues: value.queues, withScheduler };
}

/** A parameter called `worker` in a file that imports RQ's Worker is one. */
function guess(names: Names, object: PyNode, method: string): RqObject | null {
  const written = dottedName(object);
  if (written === null || originOf(names, written) !== null || names.assigned.has(written)) return null;
  const kinds = new Set([...names.imports.keys()].map((name) => classKind(names, name)));
  if (method === 'work' && /worker/i.test(written) && kinds.has('worker')) {
    return { is: 'worker', queues: null, ownWork: false };
  }
  return method === 'run' && /scheduler/i.test(written) && kinds.has('scheduler')
    ? { is: 'scheduler' }
    : null;
}

/**
 * `with_scheduler` of a `work(…)` call. It is the sixth or seventh positional parameter, depending
 * on the version (rq/worker.py at v1.5.0 and v1.15.1).
 */
function switchOf(call: PyNode): SchedulerSwitch {
  const { positional, keywords, open } = argumentsOf(call);
  const value = keywords.get('with_scheduler');
  if (value?.type === 'true') return 'on';
  if (value?.type === 'false') return 'off-explicit';
  return value !== undefined || open || positional.length > 5 ? 'unknown' : 'off';
}
