import { beforeAll, describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/files/edit.js';
import { python } from '../../../src/files/python/python.js';
import type { Decision, ProjectView } from '../../../src/files/types.js';
import { loadPython } from '../pysource/load.js';

const VIEW: ProjectView = { get: () => undefined, paths: [] };

function decision(...scripts: string[]): Decision {
  return {
    removeScheduler: true,
    keepDependency: false,
    replaceScheduler: null,
    enableScheduler: new Set(),
    enableInScripts: new Set(scripts),
    removeEnv: new Map(),
    minimumRq: null,
    addCroniter: false,
  };
}

function edited(source: string): string {
  const wanted = decision('w.py');
  const doc = python.parse({ path: 'w.py', text: source });
  const { edits } = python.edits(doc, wanted, VIEW);
  const text = applyEdits(source, edits);
  expect(python.confirm(doc, python.parse({ path: 'w.py', text }), wanted, VIEW)).toBeNull();
  return text;
}

const HEAD = 'from rq import Queue, Worker\n';

describe('with_scheduler=True in a worker script', () => {
  beforeAll(loadPython);

  it.each([
    ['no argument', 'Worker(["a"]).work()\n', 'Worker(["a"]).work(with_scheduler=True)\n'],
    [
      'a keyword',
      'w = Worker(["a"])\nw.work(burst=True)\n',
      'w = Worker(["a"])\nw.work(burst=True, with_scheduler=True)\n',
    ],
    [
      'a trailing comma',
      'Worker([]).work(\n    burst=True,\n)\n',
      'Worker([]).work(\n    burst=True, with_scheduler=True,\n)\n',
    ],
    ['a comment', 'Worker([]).work(  # now\n)\n', 'Worker([]).work(with_scheduler=True  # now\n)\n'],
  ])('is added with %s', (_what, before, after) => {
    expect(edited(HEAD + before)).toBe(HEAD + after);
  });

  it.each([
    ['it is there', 'Worker([]).work(with_scheduler=True)\n'],
    ['it is switched off on purpose', 'Worker([]).work(with_scheduler=False)\n'],
    ['it is another kind of worker', 'from other import Pool\nPool().work()\n'],
  ])('is not touched where %s', (_what, source) => {
    expect(edited(HEAD + source)).toBe(HEAD + source);
  });

  it('leaves scripts alone that nobody asked for', () => {
    const source = `${HEAD}Worker([]).work()\n`;
    const doc = python.parse({ path: 'w.py', text: source });
    expect(python.edits(doc, decision('other.py'), VIEW).edits).toEqual([]);
  });

  it('does not confirm an edit that changed something else', () => {
    const doc = python.parse({ path: 'w.py', text: `${HEAD}Worker(["a"]).work()\n` });
    const other = python.parse({ path: 'w.py', text: `${HEAD}Worker(["b"]).work(with_scheduler=True)\n` });
    expect(python.confirm(doc, other, decision('w.py'), VIEW)).not.toBeNull();
  });
});
