import { type Argument, argumentList } from './arguments.js';
import { type CodeContext, Work } from './context.js';
import type { Draft } from './draft.js';
import type { RawUse } from './raw-use.js';
import { short } from './times.js';

/** Options that Flask-RQ2's `schedule` and `cron` take out of the keywords (flask_rq2/functions.py at 18.3). */
const OPTIONS = ['timeout', 'description', 'result_ttl', 'ttl', 'repeat', 'interval'];

/**
 * `function.schedule(…)` and `function.cron(…)` of Flask-RQ2's decorator. Flask-RQ2 needs rq-scheduler itself, so
 * that the code stays as it is until the package goes; what to write instead is proposed.
 */
export function flaskJobDraft(use: Extract<RawUse, { is: 'flask-job' }>, context: CodeContext): Draft {
  const work = new Work(use.file, context);
  const all = argumentList(use.node);
  const fn = use.callee.children[0]?.text ?? 'f';
  const rq = use.rq?.text ?? 'rq';
  const cron = use.method === 'cron';
  const placed = all.filter(({ name, splat }) => name === null && !splat);
  // cron(pattern, name, *args), schedule(time, *args)
  const own = cron ? placed.slice(2) : placed.slice(1);
  const named = all.filter(({ name }) => name !== null);
  const queue = textOf(named, 'queue');
  const scheduler = `Scheduler(${[...(queue ? [queue] : []), `connection=${rq}.connection`].join(', ')})`;
  const parts = [
    placed[0]?.value.text ?? '',
    fn,
    ...callArguments(own, named),
    ...OPTIONS.flatMap((name) => {
      const value = textOf(named, name);
      return value === null ? [] : [`${name}=${value}`];
    }),
    ...(cron
      ? idOf(placed[1])
      : (textOf(named, 'job_id') ?? '') === ''
        ? []
        : [`id=${textOf(named, 'job_id')}`]),
  ];
  work.proposal = `${scheduler}.${use.method}(${parts.join(', ')})`;
  work.args.function = short(fn);
  work.args.method = use.method;
  work.level = 'none';
  work.args.why = 'flask-rq';
  return work.draft('code-decorator', use.node, use.sites);
}

function textOf(named: readonly Argument[], name: string): string | null {
  return named.find((one) => one.name?.text === name)?.value.text ?? null;
}

/** Flask-RQ2 calls the job of a cron entry `cron-<name>`. */
function idOf(name: Argument | undefined): string[] {
  if (name === undefined) return [];
  const { text } = name.value;
  return [/^['"]/.test(text) ? `id=${text.replace(/^(['"])/, '$1cron-')}` : `id='cron-%s' % ${text}`];
}

function callArguments(own: readonly Argument[], named: readonly Argument[]): string[] {
  const args = own.map(({ value }) => value.text);
  const kwargs = named
    .filter(({ name }) => name !== null && ![...OPTIONS, 'queue', 'job_id'].includes(name.text))
    .map(({ name, value }) => `'${name?.text}': ${value.text}`);
  return [
    ...(args.length > 0 ? [`args=[${args.join(', ')}]`] : []),
    ...(kwargs.length > 0 ? [`kwargs={${kwargs.join(', ')}}`] : []),
  ];
}
