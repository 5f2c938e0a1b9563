import { atLeast, compareVersions, parseVersion } from '../native/version.js';
import { check, EXAMPLES } from './check.js';
import type { Check, ClocksSeen, CronSeen, Observations } from './observations.js';

/** The first RQ whose workers can schedule (FIELD-RULES R4). */
const CAN_SCHEDULE = '1.2';
/** Seconds after which RQ takes an `rq cron` process for dead (SEMANTICS §5). */
const CRON_SILENCE = 120;
/** Its processes never renew their sign of life. */
const CRON_NEVER_BEATS = '2.6.0';
/** Seconds by which clocks may differ: RQ's scheduler looks once a second. */
const CLOCK_TOLERANCE = 2;

/** Heartbeats and versions of the workers. */
export function workerChecks({ workers, target }: Observations): Check[] {
  const alive = workers.filter((worker) => worker.alive);
  const silent = workers.filter((worker) => !worker.alive).map(({ name }) => name);
  const checks = silent.length > 0 ? [stale(silent, alive.length)] : [];
  const versions = distinct(alive.flatMap(({ version }) => (version === null ? [] : [version])));
  const readable = versions.filter((version) => parseVersion(version) !== null).sort(compareVersions);
  const tooOld = alive.filter(
    ({ version }) => version !== null && parseVersion(version) && !atLeast(version, CAN_SCHEDULE),
  );
  if (tooOld.length > 0) {
    checks.push(
      check('worker-cannot-schedule', 'fail', null, {
        workers: tooOld.slice(0, EXAMPLES).map(({ name }) => name),
        version: tooOld[0]?.version ?? null,
        minimum: CAN_SCHEDULE,
      }),
    );
  }
  const [lowest] = readable;
  const older = target !== null && lowest !== undefined && !atLeast(lowest, target);
  if (versions.length > 0) {
    const status = versions.length > 1 || older ? 'warn' : 'pass';
    checks.push(check('worker-versions', status, null, { versions, target, older, count: alive.length }));
  }
  return checks;
}

function stale(names: readonly string[], alive: number): Check {
  return check('workers-beat', 'warn', null, {
    count: names.length,
    alive,
    workers: names.slice(0, EXAMPLES),
  });
}

/** `rq cron` processes: one must live, and two with one file enqueue everything twice (SEMANTICS §5). */
export function cronChecks(processes: readonly CronSeen[], rq: string | null): Check[] {
  if (processes.length === 0) return [];
  const alive = processes.filter(({ silent }) => silent <= CRON_SILENCE);
  const count = alive.length;
  const newest = Math.round(Math.min(...processes.map(({ silent }) => silent)));
  const status = count > 0 ? 'pass' : rq === CRON_NEVER_BEATS ? 'warn' : 'fail';
  const checks = [check('cron-process-beats', status, null, { count, silent: newest })];
  const files = alive.flatMap(({ configFile }) => (configFile === null ? [] : [configFile]));
  const twice = distinct(files.filter((file, i) => files.indexOf(file) !== i));
  if (twice.length > 0) {
    const names = alive
      .filter(({ configFile }) => configFile !== null && twice.includes(configFile))
      .map(({ name }) => name);
    checks.push(check('cron-process-once', 'fail', null, { files: twice, processes: names }));
  }
  return checks;
}

/** Jobs are due by the clock of the host that runs the scheduler. */
export function clockChecks({ host, uncertainty, others }: ClocksSeen): Check[] {
  const off = others.filter(({ ahead }) => Math.abs(ahead) > CLOCK_TOLERANCE);
  const hostOff = Math.abs(host) - uncertainty > CLOCK_TOLERANCE;
  const names = off.slice(0, EXAMPLES).map(({ name, ahead }) => `${name} ${signed(ahead)}`);
  const args = { host: round(host), tolerance: CLOCK_TOLERANCE, others: names, count: off.length, hostOff };
  return [check('clocks-agree', hostOff || off.length > 0 ? 'warn' : 'pass', null, args)];
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10 + 0;
}

function signed(seconds: number): string {
  return `${seconds > 0 ? '+' : '−'}${Math.abs(round(seconds))} s`;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
