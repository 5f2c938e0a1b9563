import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import { argumentList } from './arguments.js';
import { classKind } from './calling.js';
import type { Draft } from './draft.js';
import { note } from './others.js';
import type { PyFile } from './program.js';
import type { Values } from './values.js';

const CALL = /\.\s*(cron|schedule|enqueue_periodic)\s*\(/;
const METHODS: ReadonlySet<string> = new Set(['cron', 'schedule', 'enqueue_periodic']);
/** Names of arguments that these methods have (rq_scheduler/scheduler.py at 0.9 to 0.14). */
const KEYWORDS = /^(cron_string|scheduled_time|func|interval|repeat|queue_name|use_local_timezone)$/;

/**
 * Calls that register a recurring job: they stay on the Scheduler, and are listed. Where it cannot be told what they
 * are called on, their arguments count.
 */
export function recurringNotes(values: Values): Draft[] {
  const { program } = values;
  return program.paths
    .filter((path) => CALL.test(program.text(path)))
    .flatMap((path) => program.file(path) ?? [])
    .flatMap((file) => [...notesIn(file, values)]);
}

function* notesIn(file: PyFile, values: Values): Generator<Draft> {
  for (const call of file.names.parents.keys()) {
    const callee = call.type === 'call' ? fieldOf(call, 'function') : undefined;
    const object = callee?.type === 'attribute' ? fieldOf(callee, 'object') : undefined;
    const method = callee === undefined ? undefined : fieldOf(callee, 'attribute')?.text;
    if (object === undefined || method === undefined || !METHODS.has(method)) continue;
    const found = values.of(object, file);
    const isScheduler = found.some(({ is }) => is === 'scheduler');
    const isUnknown =
      found.every(({ is }) => /^(other|none|unread)$/.test(is)) && !isOwn(object, file, values);
    const given = argumentList(call);
    const fits =
      given.some(({ name, splat }) => splat || KEYWORDS.test(name?.text ?? '')) ||
      given.filter(({ name }) => name === null).length > 1;
    if (!isScheduler && !(isUnknown && fits)) continue;
    const local = given.find(({ name }) => name?.text === 'use_local_timezone');
    const code = method === 'cron' ? 'code-cron' : 'code-schedule';
    yield note(file, call, code, 'info', { method, localTime: local?.value.type === 'true' });
  }
}

/** `self` of a class that extends no Scheduler. */
function isOwn(object: PyNode, file: PyFile, values: Values): boolean {
  if (object.type !== 'identifier' || !/^(self|cls)$/.test(object.text)) return false;
  for (let at = file.names.parents.get(object); at !== undefined; at = file.names.parents.get(at))
    if (at.type === 'class_definition') return classKind({ node: at, file }, values) !== 'scheduler';
  return false;
}
