import { describe, expect, it } from 'vitest';
import { applyStep, foldJournal, parseJournal, restoreStep } from '../../src/journal/entries.js';

const INTENT = {
  type: 'file-intent',
  path: 'a.yml',
  kind: 'compose',
  action: 'edit',
  before: 'b',
  after: 'a',
  mode: 0o644,
} as const;

describe('journal', () => {
  it('counts a file as touched from its intent on, since the effect may have followed', () => {
    const state = foldJournal([{ type: 'begin', at: 1, covers: ['files'] }, INTENT]);
    expect(state.phase).toBe('applying');
    expect(state.files).toEqual(
      [{ ...INTENT, type: undefined, restored: false }].map(({ type: _, ...f }) => f),
    );
  });

  it('folds a whole life: applied, rolled back', () => {
    const state = foldJournal([
      { type: 'begin', at: 1, covers: ['files', 'redis'] },
      INTENT,
      { type: 'file-done', path: 'a.yml' },
      { type: 'jobs-begin', at: 2, redis: 'redis://h:1/0' },
      { type: 'jobs-done', at: 3 },
      { type: 'end', at: 3 },
      { type: 'rollback-begin', at: 4 },
      { type: 'file-restored', path: 'a.yml' },
      { type: 'rollback-end', at: 5 },
    ]);
    expect(state).toMatchObject({
      phase: 'rolled-back',
      jobsBegun: true,
      redis: 'redis://h:1/0',
      startedAt: 1,
    });
    expect(state.files[0]?.restored).toBe(true);
  });

  it('takes a torn last line for what did not happen, and a torn line elsewhere for damage', () => {
    expect(parseJournal('{"type":"end","at":1}\n{"type":"rollb')).toEqual([{ type: 'end', at: 1 }]);
    expect(() => parseJournal('{"type":"e\n{"type":"end","at":1}\n')).toThrow();
  });

  it.each([
    ['before', 'do', 'done'],
    ['after', 'done', 'do'],
    ['other', 'conflict', 'conflict'],
    [null, 'conflict', 'conflict'],
  ])('with %s on disk it applies: %s, restores: %s', (now, apply, restore) => {
    const file = { before: 'before', after: 'after' };
    expect(applyStep(file, now)).toBe(apply);
    expect(restoreStep(file, now)).toBe(restore);
  });
});
