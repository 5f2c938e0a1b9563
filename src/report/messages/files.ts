import { list, type Word } from './words.js';

const where = (a: Parameters<Word>[0]): string => (a.process ? `${a.process}: ` : '');

/** What is said of the project's files. `path:line` stands before each of them. */
const FINDINGS: Readonly<Record<string, Word>> = {
  'code-imports': (a) => ({
    text: `imports ${a.module}${a.optional ? ' (in a try block)' : ''}; it breaks once rq-scheduler is uninstalled, or goes on filling a schedule that nobody reads.`,
    next: `${a.left ? `Change first, in this order: ${list(a.left)}${a.more ? ` and ${a.more} more` : ''}` : 'Change the code first'}; --unsafe-fixes changes more of it. Or keep the service (--keep-scheduler), or accept it (--allow code-imports).`,
  }),
  'dependent-package': (a) => ({
    text: `${a.name} itself needs rq-scheduler; both must go, or both stay.`,
    next: 'Replace it first, or keep the service (--keep-scheduler).',
  }),
  'rq-not-listed': () => ({
    text: 'rq-scheduler is what brings rq into this project; without it nothing installs rq.',
    next: 'Add the rq version in use as a dependency of its own, then run again.',
  }),
  'worker-scheduler-off': (a) => ({
    text: `${where(a)}the worker is started with with_scheduler=False; its queues would not be scheduled.`,
    next: 'Set with_scheduler=True.',
  }),
  'worker-scheduler-missing': () => ({
    text: 'this worker is started without its scheduler, in a form that is not edited.',
    next: 'Pass with_scheduler=True to work().',
  }),
  'worker-start-unknown': (a) => ({
    text: `${where(a)}it cannot be read from the code whether this worker runs its scheduler.`,
    next: 'Make sure that it does (work(with_scheduler=True)), then add --allow worker-start-unknown.',
  }),
  'worker-flag-manual': (a) => ({
    text: `${a.service ? `${a.service}: ` : ''}this worker needs --with-scheduler, and the place to add it is not safe to edit (${a.reason ?? 'shared or followed'}).`,
    next: 'Add it by hand.',
  }),
  'runtime-name-taken': () => ({
    text: 'is in the way of the module for recurring jobs: it is another file, or another version of it.',
    next: 'Move it away, or choose another folder on the import path of the workers: --runtime-path DIR.',
  }),
  'scheduler-also-runs': (a) => ({
    text: `${a.service} starts rq-scheduler and also runs ${list(a.alsoRuns)}; the service is left as it is.`,
    next: 'Give that work a home of its own (a one-off service, the application start), remove rqscheduler from the command, and run again.',
  }),
  'scheduler-only-service': (a) => ({
    text: `${a.service} is the only service of this file.`,
    next: 'Remove the file, and what names it, by hand.',
  }),
  'scheduler-is-referenced': (a) => ({
    text: `${a.by} refers to the scheduler service ${a.service} (${a.key}), which could not go without it.`,
    next: `Change the ${a.key} of ${a.by} first.`,
  }),
  'anchor-manual': (a) => ({
    text: `the scheduler service defines the anchor ${a.anchor} in a form that is not safe to move.`,
    next: 'Move the anchor to another service by hand, then run again.',
  }),
  'queue-without-worker': (a) => ({
    text: `Queue ${a.queue} receives scheduled jobs, and no worker in the files works on it.`,
    next: `Add it to a worker that runs with --with-scheduler, or start one: rq worker --with-scheduler ${a.queue}`,
  }),
  'rq-below-two': (a) => ({
    text: `rq is held below 2 (${a.specifier}), and ${a.minimum} is needed.`,
    next: 'Move the code to rq 2 first.',
  }),
  'rq-too-old': (a) => ({ text: `rq ${a.version} is too old: ${a.minimum} or later is needed.` }),
  'rq-specifier-unreadable': (a) => ({
    text: `the requirement on rq (${a.specifier}) cannot be read; ${a.minimum} or later is needed.`,
    next: 'Check it by hand.',
  }),
  'django-rq-too-old': (a) => ({
    text: `django-rq ${a.version} cannot start a worker with its scheduler: ${a.minimum} or later is needed.`,
    next: 'Raise it first.',
  }),
  'env-still-read': (a) => ({
    text: `${a.name} is a setting of the old scheduler, but this line still reads it; the setting stays.`,
    next: 'Remove the line if it is not needed any more.',
  }),
  'edit-by-hand': (a) => ({
    text: `${a.name} stands here in a form that is not edited.`,
    next: 'Change this line by hand.',
  }),
  'file-unparsable': (a) => ({
    text: `cannot be understood (${a.reason}); nothing in it is changed.`,
    next: 'Correct it, and run again.',
  }),
  'edit-not-confirmed': (a) => ({
    text: `the edit would have changed more than it was meant to (${a.reason}); the file is left as it is.`,
    next: 'Make the change by hand, then run again.',
  }),
  'lock-file-regenerate': (a) => ({ text: `is to be made anew: ${a.command}` }),
  'maybe-unneeded-dependency': (a) => ({
    text: `${a.name} was needed by rq-scheduler, and may not be needed any more; it stays.`,
  }),
};

/** Why an edit is made. */
const REASONS: Readonly<Record<string, Word>> = {
  'remove-scheduler-service': () => ({ text: 'the service starts rq-scheduler, which is no longer needed' }),
  'remove-scheduler-process': () => ({ text: 'the process starts rq-scheduler, which is no longer needed' }),
  'remove-depends-on': () => ({ text: 'the service waited for the scheduler service, which goes' }),
  'remove-link': () => ({ text: 'the service was linked to the scheduler service, which goes' }),
  'move-anchor': () => ({ text: 'the scheduler service defined this anchor; its next user defines it now' }),
  'remove-unused-volume': () => ({ text: 'only the scheduler service used this volume' }),
  'remove-unused-network': () => ({ text: 'only the scheduler service used this network' }),
  'remove-unused-secret': () => ({ text: 'only the scheduler service used this secret' }),
  'remove-unused-fragment': () => ({ text: 'only the scheduler service used this fragment' }),
  'remove-group-member': () => ({ text: 'the group listed the scheduler program, which goes' }),
  'remove-unused-config': () => ({ text: 'only the scheduler service used this config' }),
  'add-with-scheduler': () => ({ text: 'the worker of these queues must run their scheduler' }),
  'remove-env': () => ({ text: 'a setting of rq-scheduler that nothing reads any more' }),
  'remove-dependency': () => ({ text: 'rq-scheduler is no longer needed' }),
  'remove-via': () => ({ text: 'was listed only because rq-scheduler needed it' }),
  'raise-rq': () => ({ text: "the worker's own scheduler needs this rq version" }),
  'add-croniter': () => ({ text: 'the recurring module needs croniter, which this rq does not bring' }),
  'install-runtime': () => ({ text: 'the module that runs recurring jobs in the workers' }),
};

export const FILES: Readonly<Record<string, Word>> = { ...FINDINGS, ...REASONS };
