/** What a code of the Python part is about: one line, and what to do, for code scanning and docs/code.md. */
export interface CodeRule {
  readonly title: string;
  readonly help: string;
}

/** The rules by code. */
export const CODE_RULES: Readonly<Record<string, CodeRule>> = {
  'code-import': {
    title: 'Import of rq-scheduler',
    help: 'The application no longer starts once the package is uninstalled. rq_recurring has the same names; where every use becomes a call of a Queue, the import goes.',
  },
  'code-scheduler-object': {
    title: 'A Scheduler object',
    help: 'All that is done with it, a Queue on the same connection does as well: it becomes one, with all its uses.',
  },
  'code-get-scheduler': {
    title: 'get_scheduler() of django-rq or Flask-RQ2',
    help: 'It makes a Scheduler of rq-scheduler. That of rq_recurring.django reads the same settings; of Flask-RQ2 get_queue() schedules natively.',
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
    help: 'A recurring job. The call stays: it is a method of the Scheduler of rq_recurring.',
  },
  'code-cron': {
    title: 'Scheduler.cron',
    help: 'A recurring job. The call stays: it is a method of the Scheduler of rq_recurring, which reads the expression in the time zone of the host, as rq-scheduler does since 0.12.',
  },
  'code-decorator': {
    title: 'schedule() or cron() of a Flask-RQ2 job',
    help: 'Flask-RQ2 schedules through rq-scheduler. Use the Scheduler of rq_recurring.',
  },
  'code-naive-datetime': {
    title: 'A naive datetime',
    help: 'For rq-scheduler it was UTC, for RQ it is local time: a call that becomes one of RQ gives it its zone.',
  },
  'code-worker-start': {
    title: 'A worker without its scheduler',
    help: 'Pass with_scheduler=True to work(): jobs of its queues would stay in their schedule.',
  },
  'code-seeding': {
    title: 'Code that registers schedules',
    help: 'It must go on running once the scheduler service is gone, where that was what started it.',
  },
  'code-legacy-key': {
    title: 'A Redis key of rq-scheduler',
    help: 'Nobody writes it after the move: what watches it would see a dead scheduler or an empty schedule. Watch rq:scheduled:<queue> and the workers.',
  },
  'code-config-name': {
    title: 'Configuration that names rq_scheduler',
    help: 'A setting, a logger, a type checker or a test names a module that goes.',
  },
};
