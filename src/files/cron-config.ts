import { utf8ToByteText } from './bytes.js';

/** File name of what `rq cron` runs; it takes the name as it is from 2.5 on (`./` in front fails from 2.6). */
export const CRON_CONFIG_FILE = 'cron_config.py';

/** The first line, by which a file of this tool is known. */
const FIRST =
  '"""Jobs that `rq cron` enqueues again and again, written by migrate-scheduler from rq-scheduler\'s entries.';

const HEAD = `${FIRST}

Run exactly one process, \`rq cron ${CRON_CONFIG_FILE}\`: two enqueue every job twice. Nothing is kept when it stops: a run
that was due meanwhile is left out, and jobs with an interval run at every start.
"""

import os
import re
import time

from rq import cron
from rq.utils import import_attribute
from rq.version import VERSION

# The cron strings are in UTC. RQ reads them so before 3.0, and from 3.0 in the local time of this process.
os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):
    time.tzset()

RQ = tuple(int(part) for part in re.findall(r"\\d+", VERSION)[:3])


def job(legacy_id, function, queue, args=(), kwargs=None, job_timeout=None, meta=None, **options):
    """Registers a job; \`function\` is a dotted name. migrate-scheduler finds it again by the id in its meta."""
    kwargs = kwargs or {}
    if RQ < (3,) and (kwargs or RQ < (2, 6, 1)):
        # Before 3.0 keyword arguments named like options of Queue.enqueue are taken for these, except in this form;
        # before 2.6.1 it is the only way to give a timeout.
        kwargs = {"args": args, "kwargs": kwargs}
        args = ()
        if RQ < (2, 6, 1) and job_timeout is not None:
            kwargs["job_timeout"], job_timeout = job_timeout, None
    if job_timeout is not None:
        options["job_timeout"] = job_timeout
    meta = dict(meta or {}, rq_scheduler_id=legacy_id)
    cron.register(import_attribute(function), queue, args=args, kwargs=kwargs, meta=meta, **options)
`;

/** One job: Python source of the positional and the keyword arguments of \`job(...)\`. */
export interface CronConfigJob {
  readonly head: readonly string[];
  readonly options: readonly (readonly [name: string, value: string])[];
}

/** Byte text of the file with these jobs, in their order. */
export function cronConfigText(jobs: readonly CronConfigJob[]): string {
  return utf8ToByteText(HEAD) + jobs.map(block).join('');
}

/**
 * What is missing in a file (byte text) that this tool wrote before, to be put at its end: '' for nothing, null for a
 * file of somebody else's.
 */
export function missingJobs(text: string, jobs: readonly CronConfigJob[]): string | null {
  if (!text.startsWith(utf8ToByteText(FIRST))) return null;
  const missing = jobs.map(block).filter((one) => !text.includes(one));
  return missing.length > 0 && !text.endsWith('\n') ? `\n${missing.join('')}` : missing.join('');
}

/** Does the file have this job, exactly so? */
export function hasJob(text: string, job: CronConfigJob): boolean {
  return missingJobs(text, [job]) === '';
}

function block({ head, options }: CronConfigJob): string {
  const lines = [...head, ...options.map(([name, value]) => `${name}=${value}`)];
  return utf8ToByteText(`\n\njob(\n${lines.map((line) => `    ${line},\n`).join('')})\n`);
}
