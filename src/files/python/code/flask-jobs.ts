import { type Argument, argumentList } from './arguments.js';
import { type CodeContext, literal, Work } from './context.js';
import type { Draft } from './draft.js';
import type { RawUse } from './raw-use.js';
import { short } from './times.js';

/** Options that Flask-RQ2's `schedule` and `cron` take out of the keywords (flask_rq2/functions.py at 18.3). */
const OPTIONS = new Set([
  'queue',
  'timeout',
  'description',
  'result_ttl',
  'ttl',
  'repeat',
  'interval',
  'job_id',
]);

/**
 * `function.schedule(…)` and `function.cron(…)` of Flask-RQ2's decorator. Flask-RQ2 needs rq-scheduler itself, so
 * that the code stays as it is until the package goes; what to write instead is proposed.
 */
export function flaskJobDraft(use: Extract<RawUse, { is: 'flask-job' }>, context: CodeContext): Draft {
  const work = new Work(use.file, context);
  const all = argumentList(use.node);
  const fn = use.callee.children[0]?.text ?? 'f';
  const rq = use.rq?.text ?? 'rq';
  const options = all.filter(({ name }) => name !== null && OPTIONS.has(name.text));
  const [first, second] = all.filter(({ name, splat }) => name === null && !splat);
  const rest = all.filter((one) => !options.includes(one) && one !== first);
  const option = (name: string) => options.find((one) => one.name?.text === name)?.value.text ?? null;
  const parts =
    use.method === 'cron'
      ? cronParts(
          use,
          work,
          [first, second],
          rest.filter((one) => one !== second),
          fn,
        )
      : option('interval') === null
        ? null
        : [option('interval') ?? '', fn, ...callArguments(rest), `start=${first?.value.text}`];
  const common = ['queue', 'timeout', 'description', 'repeat'].flatMap((name) => {
    const value = option(name);
    return value === null ? [] : [`${name}=${value}`];
  });
  const module = 'rq_recurring';
  work.proposal =
    parts === null
      ? onceText(rq, option, first, fn, rest, use, context)
      : `${module}.${use.method === 'cron' ? 'cron' : 'every'}(${[...parts, ...common, `connection=${rq}.connection`].join(', ')})`;
  work.args.function = short(fn);
  work.args.method = use.method;
  work.args.recurring = use.method === 'cron' || option('interval') !== null;
  work.atMost('none', 'flask-rq');
  return work.draft('code-decorator', use.node, use.sites);
}

function cronParts(
  use: RawUse,
  work: Work,
  [pattern, name]: readonly (Argument | undefined)[],
  rest: readonly Argument[],
  fn: string,
): string[] {
  const { zone } = work.context.cron;
  const id =
    name === undefined
      ? []
      : [
          /^['"]/.test(name.value.text)
            ? `name=${name.value.text.replace(/^(['"])/, '$1cron-')}`
            : `name='cron-%s' % ${name.value.text}`,
        ];
  return [
    pattern?.value.text ?? '',
    fn,
    ...callArguments(rest),
    ...id,
    `tz=${literal(zone ?? 'UTC', use.file, use.node)}`,
  ];
}

function callArguments(rest: readonly Argument[]): string[] {
  const args = rest.filter(({ name, splat }) => name === null && !splat).map(({ value }) => value.text);
  const kwargs = rest
    .filter(({ name }) => name !== null)
    .map(({ name, value }) => `'${name?.text}': ${value.text}`);
  return [
    ...(args.length > 0 ? [`args=[${args.join(', ')}]`] : []),
    ...(kwargs.length > 0 ? [`kwargs={${kwargs.join(', ')}}`] : []),
  ];
}

function onceText(
  rq: string,
  option: (name: string) => string | null,
  first: Argument | undefined,
  fn: string,
  rest: readonly Argument[],
  use: RawUse,
  context: CodeContext,
): string {
  const delta = first !== undefined && context.times.of(first.value, use.file).kind === 'delta';
  const queue = option('queue') ?? '';
  const names: readonly (readonly [string, string])[] = [
    ['timeout', 'job_timeout'],
    ['description', 'description'],
    ['result_ttl', 'result_ttl'],
    ['ttl', 'ttl'],
    ['job_id', 'job_id'],
  ];
  const options = names.flatMap(([from, to]) => {
    const value = option(from);
    return value === null ? [] : [`${to}=${value}`];
  });
  const given = [first?.value.text ?? '', fn, ...rest.map(({ node }) => node.text), ...options];
  return `${rq}.get_queue(${queue}).${delta ? 'enqueue_in' : 'enqueue_at'}(${given.join(', ')})`;
}
