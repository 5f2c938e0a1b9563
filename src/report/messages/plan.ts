import { list, many, type Word } from './words.js';

/** What is said of the plan as a whole. */
export const PLAN: Readonly<Record<string, Word>> = {
  'more-of-the-same': (a) => ({ text: `${many(a.count, 'more finding')} of the kind ${a.of}.` }),
  'jobs-left-behind': (a) => ({
    text: `${many(a.count, 'job')} would stay with rq-scheduler and never run once its service is gone.`,
    next: 'Solve the findings above, or keep the service (--keep-scheduler), or accept it (--allow jobs-left-behind).',
  }),
  'rq-version-unknown': () => ({
    text: 'No live worker and no dependency file that was read tells the RQ version; the strictest rules were applied.',
    next: 'Name it with --rq-version.',
  }),
  'rq-version-disagrees': (a) => ({
    text: `The dependency files say RQ ${a.dependencies}, live workers run ${list(a.workers)}.`,
    next: 'Deploy one version, or name the one to aim at with --rq-version.',
  }),
  'no-project-files': (a) => ({
    text: `No compose, dependency or environment file found under ${a.project}.`,
    next: 'Point --project at the project, or use --only redis.',
  }),
  'no-scheduler-found': () => ({
    text: 'No file starts rq-scheduler or depends on it; only Redis is left to migrate.',
  }),
};
