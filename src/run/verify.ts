import { setTimeout as sleep } from 'node:timers/promises';
import { checkLines } from '../report/check-text.js';
import { sentence, wordCheck } from '../report/messages/index.js';
import { allPass } from '../verify/checks.js';
import { fileChecks } from '../verify/files.js';
import type { Check } from '../verify/observations.js';
import { checkRedis, lookAtFiles } from './check-all.js';
import type { Context } from './context.js';
import { withRedis } from './open-redis.js';
import { EXIT, type ExitCode } from './outcome.js';

export const VERIFY_SCHEMA = 'migrate-scheduler/verify@1';

/** Pause between two tries of `--wait`, milliseconds. */
const PAUSE_MS = 1000;

/** Runs the checks of `verify`, with `--wait` until all pass or the time is over; writes nothing. */
export async function verify(context: Context): Promise<ExitCode> {
  const { options, terminal, stop } = context;
  const files = await lookAtFiles(context.project, options);
  if (options.only === 'files') return conclude(context, fileChecks(files, null));
  const checks = await withRedis(context, async ({ port }) => {
    const abort = new AbortController();
    stop.onStop(() => abort.abort());
    const until = Date.now() + (options.wait ?? 0) * 1000;
    for (;;) {
      const { checks } = await checkRedis(port, options, files, abort.signal);
      if (allPass(checks) || Date.now() >= until) return checks;
      const failing = checks.filter((check) => check.status === 'fail').length;
      terminal.progress(`Waiting: ${failing} of ${checks.length} checks do not pass yet`);
      await sleep(PAUSE_MS, undefined, { signal: abort.signal });
    }
  }).catch((error: unknown) => {
    if (stop.signal !== null) return null;
    throw error;
  });
  terminal.progressEnd();
  if (checks === null) return stop.signal === 'SIGTERM' ? EXIT.sigterm : EXIT.sigint;
  return conclude(context, checks);
}

async function conclude(context: Context, checks: readonly Check[]): Promise<ExitCode> {
  await print(context, checks);
  return allPass(checks) ? EXIT.ok : EXIT.checksFailed;
}

async function print({ options, terminal }: Context, checks: readonly Check[]): Promise<void> {
  if (options.format === 'text') {
    await terminal.data(`${checkLines(checks, terminal.color).join('\n')}\n`);
    return;
  }
  const document = {
    schema: VERIFY_SCHEMA,
    ok: allPass(checks),
    checks: checks.map((check) => ({ ...check, message: sentence(wordCheck(check)) })),
  };
  await terminal.data(`${JSON.stringify(document)}\n`);
}
