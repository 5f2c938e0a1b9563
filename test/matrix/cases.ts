import type { SeedJob } from '../support/realParts.js';

/** Queues with workers of their own, so that one case cannot delay another one's runs. */
export type CaseQueue = 'many' | 'long' | 'horse' | 'killed';

/** One schedule that rq-scheduler and the migrated series both get. */
export interface Case {
  /** The row of the table. */
  readonly name: string;
  /** Job id, and the first argument of each run. */
  readonly id: string;
  readonly queue: CaseQueue;
  /** Of matrix_tasks.py. */
  readonly func: string;
  /** Seconds between two runs, also for cron. */
  readonly interval: number;
  readonly cron?: string;
  readonly repeat?: number;
  /** Runs in all; null: endless. */
  readonly total: number | null;
  /** Seconds after the common start of all cases. */
  readonly offset: number;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** Arguments of which each must arrive as it was given. */
const ARGS = ['Zoë 李', '', null, true, -0.5, 2 ** 53, ['nested', { deep: [1, 2] }]];
const KWARGS = { region: 'eu', retries: 3, filter: { tags: ['a', 'b'], until: null } };

/** How long a run of the case with long runs takes. */
export const LONG_RUN = 3;

const interval = (id: string, name: string, total: number | null, more: Partial<Case> = {}): Case => ({
  id,
  name,
  total,
  queue: 'many',
  func: 'record',
  interval: 2,
  offset: 0,
  ...more,
});

export const ENDLESS = interval('endless', 'interval, endless', null, { args: ARGS, kwargs: KWARGS });
export const THREE = interval('three', 'interval, repeat 3', 3, { repeat: 3, offset: 1 });
export const FAILING = interval('failing', 'failing function, repeat 3', 3, { func: 'fail', repeat: 3 });
export const TWO_WORKERS = interval('two', 'two workers with scheduler, repeat 5', 5, {
  repeat: 5,
  offset: 1,
});

/** Cases that are over within half a minute. */
export const SHORT_CASES: readonly Case[] = [
  ENDLESS,
  interval('zero', 'interval, repeat 0', 1, { repeat: 0 }),
  interval('one', 'interval, repeat 1', 1, { repeat: 1, offset: 1 }),
  THREE,
  interval('minus', 'interval, repeat -1', null, { repeat: -1, interval: 3, offset: 1 }),
  FAILING,
  TWO_WORKERS,
  interval('horse', 'work horse SIGKILLed in each run, repeat 3', 3, {
    func: 'die',
    queue: 'horse',
    repeat: 3,
    interval: 3,
  }),
  interval('overlap', `runs of ${LONG_RUN} s every 2 s, two workers, repeat 5`, 5, {
    func: 'sleep',
    repeat: 5,
    queue: 'long',
    kwargs: { seconds: LONG_RUN },
  }),
];

/** Cases that take minutes. Six stars: a cron string of rq-scheduler with seconds has seven fields. */
export const LONG_CASES: readonly Case[] = [
  interval('seconds', 'cron every 10 s (seven fields), repeat 3', 3, {
    cron: '*/10 * * * * * *',
    interval: 10,
    repeat: 3,
  }),
  interval('minute', 'cron each minute, repeat 2', 2, { cron: '* * * * *', interval: 60, repeat: 2 }),
  interval('killed', 'worker and scheduler SIGKILLed between runs, repeat 5', 5, {
    queue: 'killed',
    interval: 10,
    repeat: 5,
  }),
];

/** The call of rq-scheduler that makes it; `start` in epoch seconds. */
export function seedOf(one: Case, start: number): SeedJob {
  const common = {
    func: `matrix_tasks.${one.func}`,
    id: one.id,
    queue: one.queue,
    args: [one.id, ...(one.args ?? [])],
    kwargs: one.kwargs ?? {},
    ...(one.repeat === undefined ? {} : { repeat: one.repeat }),
  };
  return one.cron === undefined
    ? { call: 'schedule', at: start + one.offset, interval: one.interval, ...common }
    : { call: 'cron', cron: one.cron, ...common };
}
