/** What a code of the Python part is about: one line, and what to do, for code scanning and docs/code.md. */
export interface CodeRule {
  readonly title: string;
  readonly help: string;
}

/** The rules by code. */
export const CODE_RULES: Readonly<Record<string, CodeRule>> = {
  'code-import': {
    title: 'Import of rq-scheduler',
    help: 'The application no longer starts once the package is uninstalled. The import goes with its last use.',
  },
  'code-scheduler-object': {
    title: 'A Scheduler object',
    help: 'It writes a schedule that RQ never reads. A Queue on the same connection takes its place; all its uses change together.',
  },
  'code-get-scheduler': {
    title: 'get_scheduler() of django-rq or Flask-RQ2',
    help: 'It makes a Scheduler of rq-scheduler. get_queue() of the same name schedules natively.',
  },
  'code-enqueue-at': {
    title: 'Scheduler.enqueue_at',
    help: 'Queue.enqueue_at takes its place; timeout, job_ttl, job_result_ttl and job_description have other names there, and a naive datetime is local time instead of UTC.',
  },
  'code-enqueue-in': {
    title: 'Scheduler.enqueue_in',
    help: 'Queue.enqueue_in takes its place; timeout, job_ttl, job_result_ttl and job_description have other names there.',
  },
  'code-schedule': {
    title: 'Scheduler.schedule',
    help: 'Without an interval it is one run: Queue.enqueue_at. With one it is a series: every() of rq_recurring.',
  },
  'code-cron': {
    title: 'Scheduler.cron',
    help: "cron() of rq_recurring takes its place. Since 0.12 rq-scheduler reads cron strings on its host's clock: name the zone with --tz.",
  },
  'code-cancel': {
    title: 'Scheduler.cancel',
    help: 'A job that runs once is removed from the ScheduledJobRegistry of its queue, a series with cancel() of rq_recurring.',
  },
  'code-get-jobs': {
    title: 'Scheduler.get_jobs',
    help: 'It lists the jobs of all queues; natively every queue has a ScheduledJobRegistry, and rq_recurring lists its series.',
  },
  'code-count': {
    title: 'Scheduler.count',
    help: 'It counts the jobs of all queues; natively every queue has a ScheduledJobRegistry with a count of its own.',
  },
  'code-contains': {
    title: 'A job in a Scheduler',
    help: 'Ask the ScheduledJobRegistry of the queue of the job.',
  },
  'code-change-time': {
    title: 'Scheduler.change_execution_time',
    help: 'ScheduledJobRegistry.schedule sets the time of a waiting job; a naive datetime is local time there instead of UTC.',
  },
  'code-enqueue-job': {
    title: 'Scheduler.enqueue_job',
    help: 'Queue.enqueue_job runs a job now; remove it from the ScheduledJobRegistry as well.',
  },
  'code-queue-for-job': {
    title: 'Scheduler.get_queue_for_job',
    help: 'Queue(job.origin, connection=…) is the queue of a job.',
  },
  'code-run': {
    title: 'Scheduler.run',
    help: 'This program is the scheduler process. Workers started with their scheduler do its work; the program goes.',
  },
  'code-decorator': {
    title: 'schedule() or cron() of a Flask-RQ2 job',
    help: 'Flask-RQ2 schedules through rq-scheduler. Use a Queue, or every() and cron() of rq_recurring.',
  },
  'code-subclass': {
    title: 'A subclass of Scheduler',
    help: 'What it overrides has no counterpart in RQ that could be filled in mechanically.',
  },
  'code-other-method': {
    title: 'Another member of Scheduler',
    help: 'It belongs to the process of rq-scheduler and has no counterpart in RQ.',
  },
  'code-naive-datetime': {
    title: 'A naive datetime',
    help: 'For rq-scheduler it was UTC, for RQ it is local time. Give it its zone.',
  },
  'code-worker-start': {
    title: 'A worker without its scheduler',
    help: 'Pass with_scheduler=True to work(): jobs of its queues would stay in their schedule.',
  },
  'code-seeding': {
    title: 'Code that registers schedules',
    help: 'It would fill the schedule of rq-scheduler again after the move. Change it before jobs are moved; ensure() of rq_recurring registers series without doubling them.',
  },
  'code-legacy-key': {
    title: 'A Redis key of rq-scheduler',
    help: 'Nobody writes it after the move: what watches it would see a dead scheduler or an empty schedule. Watch rq:scheduled:<queue> and the workers.',
  },
  'code-config-name': {
    title: 'Configuration that names rq_scheduler',
    help: 'A logger, a type checker or a test is configured for a package that goes.',
  },
};
