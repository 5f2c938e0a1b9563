import { lineOf } from '../bytes.js';
import type { SchedulerSwitch } from '../types.js';
import { type Names, namesOf, originOf } from './names.js';
import { type PyNode, parsePython } from './parser.js';
import { argumentsOf, dottedName, fieldOf, stringValue, walk } from './syntax.js';

interface CommandStart {
  readonly role: 'scheduler' | 'worker';
  readonly queues: readonly string[] | null;
  readonly withScheduler: SchedulerSwitch;
}

/**
 * Starts through a command's own entry function: `call_command('rqworker', 'high')` of Django and
 * `rq_scheduler.scripts.rqscheduler.main()`. Null for every other call.
 */
export function commandStart(names: Names, callee: PyNode, call: PyNode): CommandStart | null {
  const written = dottedName(callee);
  const origin = written === null ? null : originOf(names, written);
  if (origin === 'rq_scheduler.scripts.rqscheduler.main') {
    return { role: 'scheduler', queues: null, withScheduler: 'unknown' };
  }
  if (
    origin === null ||
    !/^django\.core(\.management)?(\.base)?\.(management\.)?call_command$/.test(origin)
  ) {
    return null;
  }
  const { positional, keywords, open } = argumentsOf(call);
  const words = positional.map(stringValue);
  const [command, ...rest] = words;
  if (command === 'rqscheduler') return { role: 'scheduler', queues: null, withScheduler: 'unknown' };
  const pool = command === 'rqworker-pool';
  if (command !== 'rqworker' && !pool) return null;
  const flag = keywords.get('with_scheduler');
  const known = !open && !rest.includes(null);
  const withScheduler: SchedulerSwitch =
    pool || flag?.type === 'true' || rest.includes('--with-scheduler')
      ? 'on'
      : flag?.type === 'false'
        ? 'off-explicit'
        : flag !== undefined || !known
          ? 'unknown'
          : 'off';
  return { role: 'worker', queues: known ? commandQueues(rest) : null, withScheduler };
}

/** Queue arguments of `rqworker`; null where an option may have taken one of them as its value. */
function commandQueues(words: readonly (string | null)[]): readonly string[] | null {
  const queues = words.filter((word) => word !== null && !word.startsWith('-'));
  const options = words.filter((word) => word?.startsWith('-') && !/^--(burst|with-scheduler)$|=/.test(word));
  if (options.length > 0 && queues.length > 0) return null;
  return queues.length > 0 ? queues.filter((word) => word !== null) : ['default'];
}

/** A management command that builds on one of django-rq's. */
export interface ExtendedCommand {
  readonly command: 'rqscheduler' | 'rqworker';
  /** It has a `handle` of its own, which may do other work, e.g. seed schedules. */
  readonly handles: boolean;
  /** 1-based line of the class. */
  readonly line: number;
}

/**
 * The django-rq command that a management command's class extends, whose options it therefore takes
 * (django_rq/management/commands/rqworker.py, rqscheduler.py). `text` is byte text. Null for any other.
 */
export function extendedCommand(text: string): ExtendedCommand | null {
  if (!text.includes('django_rq')) return null;
  const root = parsePython(text);
  const names = namesOf(root);
  for (const node of walk(root)) {
    const bases = node.type === 'class_definition' ? fieldOf(node, 'superclasses') : undefined;
    for (const base of bases?.children ?? []) {
      const origin = originOf(names, dottedName(base) ?? '') ?? '';
      const match = /^django_rq\.management\.commands\.(rqscheduler|rqworker)\.Command$/.exec(origin);
      if (match === null) continue;
      const command = match[1] === 'rqworker' ? 'rqworker' : 'rqscheduler';
      return { command, handles: defines(node, 'handle'), line: lineOf(text, node.start) };
    }
  }
  return null;
}

function defines(node: PyNode, method: string): boolean {
  return [...walk(node)].some(
    (inner) => inner.type === 'function_definition' && fieldOf(inner, 'name')?.text === method,
  );
}
