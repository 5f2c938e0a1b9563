import { job, many, type Word } from './words.js';

/** The strategies `repeat` and `cron`. */
export const RECURRING: Readonly<Record<string, Word>> = {
  'repeat-needs-rq-2-3': (a) => ({
    text: `${job(a)} was to be repeated by RQ, which RQ does from 2.3 on.`,
    next: 'Upgrade RQ (--rq-version names the one to aim at), or choose --recurring rearm.',
  }),
  'repeat-not-finite': (a) => ({
    text: `${job(a)} has no end or runs by a cron string: RQ's Repeat takes a number of runs and an interval only.`,
    next: `Choose another strategy for it, for example --recurring-for '${a.id}=rearm'.`,
  }),
  'repeat-stops-at-failure': (a) => ({
    text: `${many(a.count, 'job')} repeated by RQ: a run that fails is the last one, and each run is counted from the end of the one before.`,
    next: 'rq-scheduler went on after a failure, and so does --recurring rearm.',
  }),
  'repeat-dst': (a) => ({
    text: `${many(a.count, 'job')} repeated by RQ: before RQ 3.0 a worker in a zone with summer time repeats an hour early in winter.`,
    next: 'Run the workers with TZ=UTC, or choose --recurring rearm.',
  }),
  'cron-needs-rq-2-5': (a) => ({
    text: `${job(a)} was to be left to rq cron, which reads cron strings from RQ 2.5 on.`,
    next: 'Upgrade RQ (--rq-version names the one to aim at), or choose --recurring rearm.',
  }),
  'cron-not-finite': (a) => ({
    text: `${job(a)} has ${many(a.detail, 'run')} left; rq cron knows no number of runs.`,
    next: `Choose another strategy for it, for example --recurring-for '${a.id}=rearm'.`,
  }),
  'cron-not-exact-in-utc': (a) => ({
    text: `${job(a)} runs by "${a.cron}", which cannot be said in UTC without other times (${a.detail}).`,
    next: `--recurring-for '${a.id}=rearm' keeps its own time zone.`,
  }),
  'cron-args-not-literal': (a) => ({
    text: `${job(a)} holds what cannot be written as a Python literal into cron_config.py (${a.detail}).`,
    next: `--recurring-for '${a.id}=rearm' carries any argument.`,
  }),
  'cron-serializer': (a) => ({
    text: `${job(a)} uses the serializer ${a.detail}; rq cron always uses pickle.`,
    next: `Choose another strategy for it, for example --recurring-for '${a.id}=rearm'.`,
  }),
  'cron-options-lost': (a) => ({
    text: `${job(a)} has ${a.detail}, which rq cron cannot give a job.`,
    next: `--recurring-for '${a.id}=rearm' keeps it.`,
  }),
  'waiting-for-rq-cron': (a) => ({
    text: `${job(a)} stands in cron_config.py and stays with rq-scheduler until rq cron is seen to have it.`,
    next: 'Start rq cron cron_config.py in the place of rq-scheduler, then run this again.',
  }),
  'cron-unseen': (a) => ({
    text: `rq cron of RQ ${a.rq} says nothing about itself in Redis, so nobody here can see that it runs.`,
    next: 'When it does, run again with --allow cron-unseen.',
  }),
  'cron-fires-at-start': (a) => ({
    text: `${many(a.count, 'job')} with an interval: rq cron runs each of them at every start of its own, and counts from there.`,
    next: '--recurring rearm keeps the times that they have now.',
  }),
  'rq-cron-twice': (a) => ({
    text: `rq cron runs, or is to run, ${many(a.processes, 'time')}: each process enqueues every job.`,
    next: 'Keep exactly one.',
  }),
  'rq-cron-needs-url': (a) => ({
    text: `rq-scheduler read ${a.name}; rq cron reads RQ_REDIS_URL only.`,
    next: 'Set RQ_REDIS_URL, or write -u URL into the command.',
  }),
  'rq-cron-by-hand': (a) => ({
    text: `the command of ${a.service} does not end in a plain rqscheduler call and cannot be replaced.`,
    next: `Let it run ${a.command} instead, then allow this (--allow rq-cron-by-hand).`,
  }),
  'cron-config-name-taken': () => ({
    text: 'is there already and was not written by this tool.',
    next: 'Rename it, or name another folder with --runtime-path.',
  }),
  'write-cron-config': () => ({ text: 'the periodic jobs that rq cron enqueues' }),
  'replace-scheduler-command': () => ({ text: 'rq cron runs in the place of rq-scheduler' }),
};
