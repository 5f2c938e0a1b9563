import { list, type Word } from './words.js';

const where = (a: Parameters<Word>[0]): string => (a.process ? `${a.process}: ` : '');

/** Why a start of rq-scheduler stays in its file. */
const STAYS: Readonly<Record<string, string>> = {
  branch: 'the branch it stands in cannot be taken out alone',
  default: 'it is what the script does without an argument that it knows',
  document: 'a here-document is in the way of taking it out',
  uncalled: 'the function it stands in may be called from another file',
  pid: 'its process id, or a variable set with it, is used by what stays',
  nested: 'in a form that is not edited',
  written: 'in what is written into another file',
  whole: 'the script does nothing else',
  image: 'the image does nothing else',
  stage: 'this stage of the image does nothing else',
  supervised: 'it stands in a folder that s6, runit or daemontools starts as a whole',
  recipe: 'recipes are not taken out',
  unreadable: 'the script is not understood well enough to edit it',
};

/** What to do with what only starts rq-scheduler. */
function deletion(a: Parameters<Word>[0]): string {
  if (a.reason === 'stage') return 'Delete the stage, with what names it, and stop what runs it';
  if (a.reason === 'supervised') return 'Delete the folder, with what lists it (contents.d, dependencies.d)';
  const named = list(a.namedBy);
  return `Delete this file${named === '' ? '' : ` and what names it (${named})`}, and stop what runs it`;
}

/** What is said of the project's files. `path:line` stands before each of them. */
const FINDINGS: Readonly<Record<string, Word>> = {
  'code-imports': (a) => ({
    text: `imports ${a.module}${a.optional ? ' (in a try block)' : ''}; it breaks once rq-scheduler is uninstalled, or goes on filling a schedule that nobody reads.`,
    next: `${a.left ? `Change first, in this order: ${list(a.left)}${a.more ? ` and ${a.more} more` : ''}` : 'Change the code first'} (migrate-scheduler code lists it). Or keep the service (--keep-scheduler), or accept it (--allow code-imports).`,
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
  'scheduler-also-runs': (a) => ({
    text: `${a.service} starts rq-scheduler and also runs ${list(a.alsoRuns)}; the service is left as it is.`,
    next: 'Write `python -m rq_recurring scheduler` in the place of rqscheduler: it takes the same options and only waits, so that the rest of the command still runs. Or move that work to the start of the application and remove the service. Then run again.',
  }),
  'scheduler-still-started': (a) => ({
    text: `${a.name} starts rq-scheduler here, and ${STAYS[String(a.reason)] ?? STAYS.nested}.`,
    next: `${/^(whole|image|stage|supervised)$/.test(String(a.reason)) ? deletion(a) : 'Take it out by hand'}, then run again; or --allow scheduler-still-started if nobody runs it any more.`,
  }),
  'scheduler-only-service': (a) => ({
    text: `${a.service} is the only service of this file.`,
    next: 'Remove the file, and what names it, by hand.',
  }),
  'scheduler-is-referenced': (a) => ({
    text: `${a.by} refers to the scheduler service ${a.service} (${a.key}), which could not go without it.`,
    next: `Change the ${a.key} of ${a.by} first.`,
  }),
  'scheduler-builds-image': (a) => ({
    text: `${a.service} is what builds the image ${a.image}, which ${a.by} runs too.`,
    next: `Move its build to ${a.by}, then run again.`,
  }),
  'compose-invalid': (a) => ({
    text: `${list(a.files)}: Docker's compose would not accept ${Array.isArray(a.files) && a.files.length > 1 ? 'these together' : 'this'} any more (${a.reason}).`,
    next: 'Change what is named there first, then run again.',
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
  'cron-read-as-utc': (a) => ({
    text: `rq-scheduler ${a.version} reads cron strings as UTC, and rq_recurring reads them in the host's time zone, as rq-scheduler does from 0.12 on${Number(a.count) > 1 ? ` (${a.count} calls)` : ''}.`,
    next: "Pass tz='UTC' to the Scheduler, or set RQ_RECURRING_TZ=UTC for the processes that register jobs.",
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
  'unit-is-named': (a) => ({
    text: `names the unit ${a.unit}, which starts rq-scheduler; its file stays as long as this line does.`,
    next: 'Take the unit out of this line, then run again.',
  }),
  'script-is-run': (a) => ({
    text: `runs the script ${a.script}, which starts rq-scheduler; the script stays as long as this line does.`,
    next: 'Take the script out of this line, then run again.',
  }),
  'service-is-named': (a) => ({
    text: `names ${a.service}, which goes: the command would fail.`,
    next: 'Take the name out of this line, then run again; or --allow service-is-named.',
  }),
  'scheduler-started-here': () => ({
    text: 'this line starts rq-scheduler, in a kind of file that is not edited.',
    next: 'Take it out by hand, with whatever waits for it, and run again; or accept it (--allow scheduler-started-here).',
  }),
  'scheduler-in-chart': () => ({
    text: 'this chart starts rq-scheduler here; charts are not edited.',
    next: 'Remove the workload or the value by hand, give --with-scheduler to the workers of the chart, and run again; or --allow scheduler-in-chart.',
  }),
  'scheduler-in-ci': () => ({
    text: 'this step of the build starts rq-scheduler; it is not edited.',
    next: 'Take it out by hand; start the worker of the tests with --with-scheduler.',
  }),
  'scheduler-installed': () => ({
    text: 'this line installs rq-scheduler; it is not edited.',
    next: 'Take the package out by hand.',
  }),
  'scheduler-probed': () => ({
    text: 'this check looks for a process of rq-scheduler, which runs no more: it would fail from now on.',
    next: 'Let it look for the worker instead.',
  }),
  'scheduler-named': () => ({
    text: 'speaks of rqscheduler; nothing shows that it is started here.',
    next: 'See whether it is still right.',
  }),
  'worker-seen': () => ({
    text: 'this line starts an RQ worker, in a kind of file that is not edited.',
    next: 'Add --with-scheduler to it by hand, if its queues receive scheduled jobs.',
  }),
  'legacy-keys-watched': () => ({
    text: 'reads keys of rq-scheduler, which say nothing any more after the migration.',
    next: 'Watch RQ instead: rq:scheduled:<queue> has the jobs, rq:scheduler-lock:<queue> says who schedules.',
  }),
  'registration-zone-differs': (a) => ({
    text: `${a.service} may register cron jobs, and runs in another zone than rq-scheduler did (${a.zone}): rq_recurring would read them in its own.${a.written ? ` It gets ${a.variable}.` : ''}`,
    ...(a.written
      ? {}
      : { next: `Set ${a.variable}=${a.zone} for it; or accept it (--allow registration-zone-differs).` }),
  }),
  'manifest-is-named': (a) => ({
    text: `names ${a.file}, which holds nothing but the start of rq-scheduler; the file stays as long as this line does.`,
    next: 'Take the file out of this line, then run again.',
  }),
  'object-without-target': (a) => ({
    text: `${a.name} is about nothing but ${a.target}, which goes; it is left as it is.`,
    next: 'Remove it by hand, with whatever names it.',
  }),
  'kustomization-emptied': (a) => ({
    text: `${a.name} would be left without a resource, which kustomize refuses.`,
    next: 'Remove the kustomization, and what names it, by hand; then run again.',
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
  'remove-include': () => ({ text: 'the included file held the scheduler service alone, and goes' }),
  'remove-unit-name': () => ({ text: 'the unit that starts rq-scheduler was listed here, and goes' }),
  'remove-scheduler-object': () => ({
    text: 'the object runs nothing but rq-scheduler, which is no longer needed',
  }),
  'remove-scheduler-container': () => ({
    text: 'the container runs rq-scheduler, which is no longer needed',
  }),
  'remove-manifest-entry': () => ({
    text: 'it named a manifest or an object that started rq-scheduler, and goes',
  }),
  'remove-unused-config': () => ({ text: 'only the scheduler service used this config' }),
  'add-with-scheduler': () => ({ text: 'the worker of these queues must run their scheduler' }),
  'set-registration-zone': () => ({
    text: 'cron jobs that this service registers are read in the zone in which rq-scheduler read them',
  }),
  'remove-env': () => ({ text: 'a setting of rq-scheduler that nothing reads any more' }),
  'remove-dependency': () => ({ text: 'rq-scheduler is no longer needed' }),
  'remove-copied-script': () => ({
    text: 'only puts a script into the image that started rq-scheduler and goes',
  }),
  'remove-via': () => ({ text: 'was listed only because rq-scheduler needed it' }),
  'raise-rq': () => ({ text: "the worker's own scheduler needs this rq version" }),
  'add-croniter': () => ({ text: 'the recurring module needs croniter, which this rq does not bring' }),
};

export const FILES: Readonly<Record<string, Word>> = { ...FINDINGS, ...REASONS };
