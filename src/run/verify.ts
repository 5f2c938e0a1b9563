import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { githubError } from '../report/check-github.js';
import { provable, proved } from '../verify/canary.js';
import { type FilesSeen, fileChecks } from '../verify/files.js';
import type { Check, Observations } from '../verify/observations.js';
import { fails, passes } from '../verify/verdict.js';
import { runCanaries } from './canary.js';
import { checkRedis, lookAtFiles } from './check-all.js';
import type { Context, RunOptions } from './context.js';
import { type OpenRedis, withRedis } from './open-redis.js';
import { EXIT, type ExitCode, Refusal, refusal } from './outcome.js';
import { expectWritable, printChecks } from './print-checks.js';

/** Pause between two tries of `--wait`, seconds. */
const PAUSE_SECONDS = 1;

/**
 * Runs the checks of `verify`, with `--wait` until all pass or the time is over, then the canaries where asked for.
 * Without `--canary` it writes nothing to Redis.
 */
export async function verify(context: Context): Promise<ExitCode> {
  const { options, terminal, stop } = context;
  expectUsable(options);
  expectWritable(context);
  const began = Date.now();
  const found = await look(context).catch(async (error: unknown) => {
    if (stop.signal !== null) return null;
    // On GitHub what stops it is an annotation too; the rest of the world reads stderr.
    if (options.format === 'github' && error instanceof Refusal)
      await terminal.data(githubError(error.finding));
    throw error;
  });
  terminal.progressEnd();
  if (found === null || stop.signal !== null) return stop.signal === 'SIGTERM' ? EXIT.sigterm : EXIT.sigint;
  const failOn = options.failOn ?? 'fail';
  const seconds = (Date.now() - began) / 1000;
  const root = relative(process.env.GITHUB_WORKSPACE ?? process.cwd(), context.project);
  const inside = root.startsWith('..') ? '' : root;
  const report = { ...found, failOn, startedAt: began / 1000, seconds, root: inside };
  await printChecks(context, report, process.env.GITHUB_STEP_SUMMARY);
  return passes(found.checks, failOn) ? EXIT.ok : EXIT.checksFailed;
}

function expectUsable({ interval, wait, canary, only }: RunOptions): void {
  if (interval !== undefined && wait === undefined) throw refusal(EXIT.usage, 'interval-needs-wait');
  if (canary && only === 'files') throw refusal(EXIT.usage, 'canary-needs-redis');
}

async function look(context: Context): Promise<{ checks: Check[]; redis: string | null }> {
  const { options } = context;
  const files = await lookAtFiles(context.project, options);
  if (options.only === 'files') return { checks: fileChecks(files, null), redis: null };
  return withRedis(context, async (redis) => {
    const { checks, seen } = await waitForChecks(context, redis, files);
    const canaries = options.canary ? await runCanaries(context, redis.port, seen) : [];
    return { checks: [...proved(checks, canaries), ...canaries], redis: redis.url };
  });
}

async function waitForChecks(
  { options, terminal, stop }: Context,
  { port }: OpenRedis,
  files: FilesSeen | null,
): Promise<{ checks: Check[]; seen: Observations }> {
  const abort = new AbortController();
  stop.onStop(() => abort.abort());
  const until = Date.now() + (options.wait ?? 0) * 1000;
  const failOn = options.failOn ?? 'fail';
  let said = '';
  terminal.progress('Looking at every queue, twice');
  for (;;) {
    const { checks, seen } = await checkRedis(port, options, files, abort.signal);
    const left = until - Date.now();
    const failing = checks
      .filter((check) => fails(check, failOn) && !(options.canary && provable(check)))
      .map(({ code }) => code);
    if (failing.length === 0 || left <= 0) return { checks, seen };
    const text = `Waiting: ${failing.length} of ${checks.length} checks do not pass yet (${[...new Set(failing)].join(', ')})`;
    terminal.progress(text);
    // In a log, where no progress line is, each change once.
    if (text !== said) terminal.detail(text);
    said = text;
    await sleep(Math.min((options.interval ?? PAUSE_SECONDS) * 1000, left), undefined, {
      signal: abort.signal,
    });
  }
}
