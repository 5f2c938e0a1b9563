import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import { argumentList } from './arguments.js';
import { type CallUse, named, positional } from './call-enqueue.js';
import { timeDraft } from './call-times.js';
import { type CodeContext, connectionText, receiverText, statementOf, Work } from './context.js';
import type { Draft } from './draft.js';
import { jobKind, servesSeries } from './job-kinds.js';
import { indentAt, newlineOf } from './lines.js';
import { atom } from './making.js';
import type { RawUse } from './raw-use.js';
import { short } from './times.js';

const WHY = 'swap-registry';

/** Sources that the forms below are put together from. */
class Parts {
  readonly connection: string;
  readonly queue: string;

  constructor(
    use: { receiver: PyNode; sites: CallUse['sites']; file: CallUse['file'] },
    readonly work: Work,
    readonly context: CodeContext,
  ) {
    this.connection = connectionText(use.receiver, use.sites, use.file);
    this.queue = receiverText(use.receiver, use.sites, use.file);
  }

  registry(queue: string): string {
    return `${this.work.name('rq.registry', 'ScheduledJobRegistry')}(queue=${queue})`;
  }

  registryOf(job: string): string {
    return `${this.work.name('rq.registry', 'ScheduledJobRegistry')}(${job}.origin, connection=${this.connection})`;
  }

  queues(): string {
    return `${this.work.name('rq', 'Queue')}.all(connection=${this.connection})`;
  }

  recurring(): string {
    return this.work.name('rq_recurring', null);
  }

  series(): string {
    return `${this.recurring()}.list_series(connection=${this.connection})`;
  }
}

function start(
  use: { receiver: PyNode; sites: CallUse['sites']; file: CallUse['file'] },
  context: CodeContext,
): { work: Work; parts: Parts } {
  const work = new Work(use.file, context);
  work.atMost('unsafe', context.oneQueue ? 'registry' : 'all-queues');
  return { work, parts: new Parts(use, work, context) };
}

/** The code makes recurring jobs only: they are series afterwards, and no registry needs to be asked. */
const seriesOnly = ({ makes }: CodeContext) => makes.recurring && !makes.once;
const both = ({ makes }: CodeContext) => makes.recurring && makes.once;

/** `cancel(job_or_id)`, which is silent where nothing is scheduled. */
export function cancelDraft(use: CallUse, context: CodeContext): Draft {
  const { work, parts } = start(use, context);
  const { file, node } = use;
  const all = argumentList(node);
  const argument = named(all, 'job') ?? positional(all, 0);
  if (argument === undefined || all.length !== 1) {
    work.atMost('none', 'open-arguments');
    return work.draft('code-cancel', node, use.sites);
  }
  const value = argument.value;
  const kind = jobKind(value, file, context);
  const id =
    kind === 'id'
      ? value.text
      : kind === 'unknown'
        ? `getattr(${value.text}, 'id', ${value.text})`
        : `${atom(value)}.id`;
  if (seriesOnly(context)) {
    const series = kind === 'id' || kind === 'listed' || kind === 'series' ? value.text : id;
    work.edit(
      node.start,
      node.end,
      `${parts.recurring()}.cancel(${series}, connection=${parts.connection})`,
      WHY,
    );
    return work.draft('code-cancel', node, use.sites);
  }
  const statement = statementOf(node, file);
  const indent = statement === undefined ? null : indentAt(file.text, statement.start);
  const series = both(context) ? `${parts.recurring()}.cancel(${id}, connection=${parts.connection})` : null;
  const what = both(context) ? id : value.text;
  if (context.oneQueue) {
    const remove = `${parts.registry(parts.queue)}.remove(${what})`;
    work.edit(node.start, node.end, series === null ? remove : `${series} or ${remove}`, WHY);
  } else if (kind === 'job' && series === null && isName(value)) {
    work.edit(node.start, node.end, `${parts.registryOf(value.text)}.remove(${value.text})`, WHY);
  } else if (indent !== null) {
    const line = newlineOf(file.text);
    const inner = `${indent}${/\t/.test(indent) ? '\t' : '    '}`;
    const loop = `for queue in ${parts.queues()}:${line}${inner}${parts.registry('queue')}.remove(${what})`;
    work.edit(node.start, node.end, series === null ? loop : `${series}${line}${indent}${loop}`, WHY);
  } else {
    const loop = `[${parts.registry('queue')}.remove(${what}) for queue in ${parts.queues()}]`;
    work.edit(node.start, node.end, series === null ? loop : `(${series} or ${loop})`, WHY);
  }
  return work.draft('code-cancel', node, use.sites);
}

const isName = ({ type }: PyNode) => type === 'identifier' || type === 'attribute';

/** `get_jobs()` lists the jobs of all queues, soonest first. */
export function getJobsDraft(use: CallUse, context: CodeContext): Draft {
  const { work, parts } = start(use, context);
  const { node } = use;
  const all = argumentList(node);
  const until = named(all, 'until') ?? positional(all, 0);
  const times = named(all, 'with_times') ?? positional(all, 1);
  const known = all.every((one) => one === until || one === times);
  if (!known) work.atMost('none', 'sliced');
  const withTimes = times !== undefined && !/^(none|false)$/.test(times.value.type);
  if (withTimes && times?.value.type !== 'true') work.atMost('none', 'open-arguments');
  const limit =
    until === undefined || until.value.type === 'none' ? null : untilText(until.value, use, work, context);
  if (limit !== null && context.makes.recurring) work.atMost('none', 'until-series');
  const text = withTimes ? listedWithTimes(parts, context, limit, work) : listed(parts, context, limit);
  if (context.makes.recurring && !servesSeries(node, use.file)) work.atMost('none', 'series-fields');
  work.edit(node.start, node.end, text, WHY);
  return work.draft('code-get-jobs', node, use.sites);
}

function ids(registry: string, limit: string | null): string {
  return limit === null ? `${registry}.get_job_ids()` : `${registry}.get_expired_job_ids(${limit})`;
}

function listed(parts: Parts, context: CodeContext, limit: string | null): string {
  if (seriesOnly(context)) return parts.series();
  const fetch = (registry: string) =>
    `${parts.work.name('rq.job', 'Job')}.fetch_many(${ids(registry, limit)}, connection=${parts.connection})`;
  if (both(context)) {
    const own = "if job and not job.func_name.endswith('rq_recurring.run')";
    return `[*${parts.series()}, *(job for queue in ${parts.queues()} for job in ${fetch(parts.registry('queue'))} ${own})]`;
  }
  if (context.oneQueue) return `filter(None, ${fetch(parts.registry(parts.queue))})`;
  // A job may leave the registry meanwhile, where get_scheduled_time would raise.
  const time = `${parts.connection}.zscore(${parts.registryOf('job')}.key, job.id) or 0`;
  return `sorted((job for queue in ${parts.queues()} for job in ${fetch(parts.registry('queue'))} if job), key=lambda job: ${time})`;
}

/** Pairs of a job and its time, a naive one in UTC as rq-scheduler gave it. */
function listedWithTimes(parts: Parts, context: CodeContext, limit: string | null, work: Work): string {
  if (context.makes.recurring) {
    work.atMost('none', 'times-of-series');
    return '';
  }
  const time = (registry: string) => `${registry}.get_scheduled_time(job).replace(tzinfo=None)`;
  const job = work.name('rq.job', 'Job');
  const queue = context.oneQueue ? parts.queue : 'queue';
  const registry = parts.registry(queue);
  const loop = context.oneQueue ? '' : `for queue in ${parts.queues()} `;
  const pairs = `(job, ${time(registry)}) ${loop}for job in ${job}.fetch_many(${ids(registry, limit)}, connection=${parts.connection}) if job`;
  return context.oneQueue ? `[${pairs}]` : `sorted((${pairs}), key=lambda pair: pair[1])`;
}

/** Epoch seconds of `until`, which is a time, a duration from now, or a number (rq_scheduler/utils.py). */
function untilText(value: PyNode, use: CallUse, work: Work, context: CodeContext): string {
  if (value.type === 'integer' || value.type === 'float') return value.text;
  const proof = context.times.of(value, use.file);
  const epoch = (time: string) => `${work.name('calendar', null)}.timegm(${time}.utctimetuple())`;
  if (proof.kind === 'aware' || proof.kind === 'naive') return epoch(atom(value));
  if (proof.kind === 'delta') {
    const [datetime, timezone] = [work.name('datetime', 'datetime'), work.name('datetime', 'timezone')];
    return epoch(`(${datetime}.now(${timezone}.utc) + ${value.text})`);
  }
  work.args.time = short(value.text);
  work.atMost('none', 'until-unknown');
  return value.text;
}

/** `count()` counts the jobs of all queues. */
export function countDraft(use: CallUse, context: CodeContext): Draft {
  const { work, parts } = start(use, context);
  const all = argumentList(use.node);
  const until = named(all, 'until') ?? positional(all, 0);
  const limit =
    until === undefined || until.value.type === 'none' ? null : untilText(until.value, use, work, context);
  const size = (registry: string) =>
    limit === null ? `${registry}.count` : `len(${registry}.get_expired_job_ids(${limit}))`;
  // The armed run of each series waits in a registry, so that the registries' sum is right for both kinds.
  const text =
    seriesOnly(context) && limit === null
      ? `sum(series.slot is not None for series in ${parts.series()})`
      : context.oneQueue
        ? size(parts.registry(parts.queue))
        : `sum(${size(parts.registry('queue'))} for queue in ${parts.queues()})`;
  work.edit(use.node.start, use.node.end, text, WHY);
  return work.draft('code-count', use.node, use.sites);
}

/** `job_or_id in scheduler`. */
export function containsDraft(use: Extract<RawUse, { is: 'contains' }>, context: CodeContext): Draft {
  const { work, parts } = start(use, context);
  const { item, file, negated } = use;
  const kind = jobKind(item, file, context);
  const id =
    kind === 'id'
      ? item.text
      : kind === 'unknown'
        ? `getattr(${item.text}, 'id', ${item.text})`
        : `${atom(item)}.id`;
  const inSeries = () => `any(series.id == ${id} for series in ${parts.series()})`;
  const inAny = () =>
    context.oneQueue
      ? `${item.text} in ${parts.registry(parts.queue)}`
      : `any(${item.text} in ${parts.registry('queue')} for queue in ${parts.queues()})`;
  const { start: from, end } = use.node;
  const not = negated ? 'not ' : '';
  if (both(context)) work.edit(from, end, `${not}(${inSeries()} or ${inAny()})`, WHY);
  else if (seriesOnly(context)) work.edit(from, end, not + inSeries(), WHY);
  else if (context.oneQueue) {
    const { receiver } = use;
    work.edit(receiver.start, receiver.end, parts.registry(parts.queue), WHY);
  } else work.edit(from, end, not + inAny(), WHY);
  return work.draft('code-contains', use.node, use.sites);
}

/** Where code makes series, only what surely is a job has a queue and a place in its registry. */
function mayBeSeries(job: PyNode, { file }: CallUse, context: CodeContext): boolean {
  return context.makes.recurring && jobKind(job, file, context) !== 'job';
}

/** `change_execution_time(job, time)`: the registry's score of the job. */
export function changeTimeDrafts(use: CallUse, context: CodeContext): Draft[] {
  const { work, parts } = start(use, context);
  const all = argumentList(use.node);
  const job = named(all, 'job') ?? positional(all, 0);
  const time = named(all, 'date_time') ?? positional(all, 1);
  if (job !== undefined && mayBeSeries(job.value, use, context)) work.atMost('none', 'time-of-series');
  if (job === undefined || time === undefined || all.length !== 2) {
    work.atMost('none', 'open-arguments');
    return [work.draft('code-change-time', use.node, use.sites)];
  }
  if (!isName(job.value)) work.atMost('none', 'computed-job');
  const callee = fieldOf(use.node, 'function') as PyNode;
  work.edit(callee.start, callee.end, `${parts.registryOf(job.value.text)}.schedule`, WHY);
  for (const argument of [job, time]) {
    if (argument.name !== null) work.edit(argument.node.start, argument.value.start, '', WHY);
  }
  if (all[0] !== job) work.atMost('none', 'open-arguments');
  const naive = timeDraft(time.value, use.file, use.sites, context);
  const draft = work.draft('code-change-time', use.node, use.sites);
  return naive === null ? [draft] : [draft, naive];
}

/** `enqueue_job(job)` moves a scheduled job to its queue at once; `get_queue_for_job(job)` names that queue. */
export function jobDraft(use: CallUse, context: CodeContext): Draft {
  const { work, parts } = start(use, context);
  const code = use.method === 'enqueue_job' ? 'code-enqueue-job' : 'code-queue-for-job';
  const all = argumentList(use.node);
  const job = named(all, 'job') ?? positional(all, 0);
  if (job === undefined || all.length !== 1 || !isName(job.value)) {
    work.atMost('none', job === undefined ? 'open-arguments' : 'computed-job');
    return work.draft(code, use.node, use.sites);
  }
  const name = job.value.text;
  if (mayBeSeries(job.value, use, context)) work.atMost('none', 'time-of-series');
  if (use.method === 'enqueue_job') {
    work.edit(use.node.start, use.node.end, `${parts.registryOf(name)}.requeue(${name})`, WHY);
  } else {
    const queue = work.name('rq', 'Queue');
    work.edit(use.node.start, use.node.end, `${queue}(${name}.origin, connection=${parts.connection})`, WHY);
  }
  return work.draft(code, use.node, use.sites);
}
