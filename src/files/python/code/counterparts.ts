/** What `rq_scheduler/__init__.py`, `scheduler.py` and `utils.py` define at 0.9 to 0.14, as far as rq_recurring has it too. */
const MEMBERS: Readonly<Record<string, ReadonlySet<string>>> = {
  rq_scheduler: new Set(['Scheduler', 'VERSION', 'scheduler', 'utils']),
  'rq_scheduler.scheduler': new Set([
    'Scheduler',
    'Job',
    'JobStatus',
    'backend_class',
    'import_attribute',
    'Queue',
    'logger',
    'from_unix',
    'to_unix',
    'get_next_scheduled_time',
    'rationalize_until',
  ]),
  'rq_scheduler.utils': new Set([
    'from_unix',
    'to_unix',
    'get_next_scheduled_time',
    'rationalize_until',
    'setup_loghandlers',
  ]),
  'django_rq.management.commands.rqscheduler': new Set(['Command']),
};

/** Where the modules, and names that stand elsewhere, are found below the runtime's own module. */
const PLACES: readonly (readonly [string, string])[] = [
  ['rq_scheduler.scripts.rqscheduler.main', '.__main__.rqscheduler'],
  ['rq_scheduler.scheduler', '.scheduler'],
  ['rq_scheduler.utils', '.utils'],
  ['rq_scheduler', ''],
  ['django_rq.management.commands.rqscheduler', '.django'],
  ['django_rq.queues.get_scheduler', '.django.get_scheduler'],
  ['django_rq.get_scheduler', '.django.get_scheduler'],
];

/** Modules and names that are rq-scheduler's, or that django-rq makes of it. */
const OURS =
  /^(rq_scheduler|django_rq\.management\.commands\.rqscheduler)(\.|$)|^django_rq(\.queues)?\.get_scheduler(_by_index)?$/;

/** Is this dotted name rq-scheduler's, or does django-rq import rq-scheduler for it? */
export function isOurs(dotted: string): boolean {
  return OURS.test(dotted);
}

/**
 * What takes the place of a dotted name of rq-scheduler's, in the module `runtime` (`rq_recurring`, or
 * `pkg.rq_recurring` where it lies in a package); null where it has no counterpart.
 */
export function counterpart(dotted: string, runtime: string): string | null {
  for (const [from, to] of PLACES) {
    if (dotted !== from && !dotted.startsWith(`${from}.`)) continue;
    const rest = dotted.slice(from.length);
    const members = MEMBERS[from];
    const [, first] = rest.split('.');
    if (first !== undefined && members !== undefined && !members.has(first)) return null;
    return `${runtime}${to}${rest}`;
  }
  return null;
}

/** What `from <module> import *` brings of rq-scheduler's names; null where they all have counterparts. */
export function starredNames(module: string): ReadonlySet<string> | null {
  return module === 'rq_scheduler.utils' ? null : (MEMBERS[module] ?? new Set());
}
