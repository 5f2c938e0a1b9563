import { blockers, hasWork } from '../plan/plan.js';
import { planSummary } from '../report/plan-text.js';
import { assemble, coversOf } from './assemble.js';
import type { Context } from './context.js';
import { allSinks, documentSink, planFileSink, tableSink } from './job-sinks.js';
import { type OpenRedis, withRedis } from './open-redis.js';
import { EXIT, type ExitCode } from './outcome.js';
import { planView, previewText } from './preview.js';

/** Shows what `run` would do and saves it where asked. Writes nothing, in Redis or in the project. */
export async function dryRun(context: Context): Promise<ExitCode> {
  const { options, terminal } = context;
  const view = planView(context);
  const json = options.format === 'json';
  const covers = coversOf(options);
  const sink = allSinks([
    json ? documentSink((text) => terminal.data(text)) : tableSink(terminal, view, Boolean(options.all)),
    ...(options.out === undefined ? [] : [planFileSink(options.out)]),
  ]);
  const work = async (redis: OpenRedis | null) => (await assemble(context, redis, sink, null)).plan;
  const plan = covers.includes('redis') ? await withRedis(context, work) : await work(null);
  if (!json) await terminal.data(previewText(plan, view, planSummary));
  if (options.out !== undefined)
    terminal.say(`Plan saved in ${options.out}; apply it with run --plan ${options.out}`);
  if (covers.includes('files') && hasWork(plan))
    terminal.say('The order in production, with the commands for this project: migrate-scheduler runbook');
  if (blockers(plan.findings, new Set(options.allow)).length > 0) return EXIT.blocked;
  return options.detailedExitcode && hasWork(plan) ? EXIT.changesPending : EXIT.ok;
}
