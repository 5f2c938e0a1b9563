import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listRuns, newRunId, openRunDir } from '../../src/world/run-dir.js';
import { tempFolder } from '../support/cli.js';

describe('run ids', () => {
  it('sort by time, within a second too', () => {
    const times = [0, 1, 99, 100, 999, 1000].map(
      (millis) => new Date(Date.UTC(2026, 10, 24, 1, 2, 3) + millis),
    );
    const ids = times.map((time) => newRunId(time));
    expect([...ids].reverse().sort()).toEqual(ids);
    expect(ids[2]).toMatch(/^20261124T010203Z-099[0-9a-f]{4}$/);
  });
});

describe("a run's folder", () => {
  it('counts as a run only once its journal has begun, and then has its plan whole', async () => {
    const project = await tempFolder();
    const dir = openRunDir(project, newRunId(), true);
    dir.savePlan('{}');
    expect(listRuns(project)).toEqual([]);
    dir.append({ type: 'begin', at: 1, covers: ['files'] });
    expect(listRuns(project)).toEqual([dir.runId]);
    expect(dir.planText()).toBe('{}');
    expect(readdirSync(dir.path).sort()).toEqual(['journal.ndjson', 'plan.json']);
  });
});
