import type { SchedulerSwitch } from '../types.js';
import { type Names, originOf } from './names.js';
import type { PyNode } from './parser.js';
import { argumentsOf, dottedName, stringValue } from './syntax.js';

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
