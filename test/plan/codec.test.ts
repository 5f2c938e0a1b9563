import { describe, expect, it } from 'vitest';
import {
  closePlan,
  isItemLine,
  openPlan,
  PlanFormatError,
  parseItem,
  parsePlanHead,
  planItem,
} from '../../src/plan/codec.js';
import { PLAN_SCHEMA, type PlanHead } from '../../src/plan/plan.js';
import type { JobItem } from '../../src/plan/types.js';

const HEAD: PlanHead = {
  schema: PLAN_SCHEMA,
  tool: { name: 'migrate-scheduler', version: '0.0.0' },
  createdAt: 1_795_000_000,
  covers: ['files', 'redis'],
  redis: 'redis://localhost:6379/0',
  target: { rq: '1.15.1', source: 'dependencies' },
  runtimeModule: 'app.rq_recurring',
  jobs: {
    total: 2,
    byKind: { oneshot: 2, interval: 0, cron: 0 },
    byAction: { move: 1, repeat: 0, retire: 0, rearm: 0, keep: 0, drop: 0, refuse: 1 },
  },
  files: [
    {
      path: 'requirements.txt',
      kind: 'requirements',
      action: 'edit',
      edits: [{ start: 0, end: 3, text: '', why: 'remove-dependency' }],
      before: 'aa',
      after: 'bb',
      diff: '--- a\n+++ b\n',
    },
  ],
  containers: [],
  coverage: [
    {
      queue: 'default',
      jobs: 2,
      covered: 'yes',
      workers: [{ id: 'Procfile#w', path: 'Procfile', line: 1, scheduler: 'on' }],
    },
  ],
  findings: [{ code: 'id-colon', severity: 'warn', jobId: 'a:b', args: { id: 'a:b' } }],
};

const ITEMS: JobItem[] = ['one', 'tw"o\n'].map((id) => ({
  id,
  newId: null,
  queue: 'default',
  kind: 'oneshot',
  scheduledAt: 1_795_000_100,
  func: 'tasks.add',
  action: 'move',
  reasons: [],
}));

const document = (items: readonly JobItem[]) =>
  openPlan() + items.map((item, i) => planItem(item, i === 0)).join('') + closePlan(HEAD);

describe('plan document', () => {
  it('is ordinary JSON, with and without jobs', () => {
    expect(JSON.parse(document(ITEMS))).toEqual({ ...HEAD, jobs: { ...HEAD.jobs, items: ITEMS } });
    expect(JSON.parse(document([])).jobs.items).toEqual([]);
  });

  it('can be read line by line, items apart from the rest', () => {
    const lines = document(ITEMS).split('\n');
    expect(lines.filter(isItemLine).map(parseItem)).toEqual(ITEMS);
    expect(parsePlanHead(lines.filter((line) => !isItemLine(line)))).toEqual(HEAD);
  });

  it('reads a plan of a version that did not say who schedules the queues', () => {
    const { coverage: _, ...old } = HEAD;
    expect(parsePlanHead([JSON.stringify(old)])).toEqual({ ...HEAD, coverage: [] });
  });

  it.each([
    ['not JSON', 'hello'],
    ['another document', '{"schema":"migrate-scheduler/run@1"}'],
    ['a later version', '{"schema":"migrate-scheduler/plan@2"}'],
    ['a damaged plan', document([]).replace('"edits":[{"start":0', '"edits":[{"start":-1')],
  ])('refuses %s', (_what, text) => {
    expect(() => parsePlanHead(text.split('\n'))).toThrow(PlanFormatError);
  });
});
