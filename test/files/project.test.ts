import { describe, expect, it } from 'vitest';
import { requirements } from '../../src/files/dependencies/requirements/requirements.js';
import { pyproject } from '../../src/files/dependencies/toml/pyproject.js';
import { sha256 } from '../../src/files/diff.js';
import { dotenv } from '../../src/files/env/dotenv.js';
import { changesFor, creation, readProject } from '../../src/files/project.js';
import { type FileKind, type FileResult, NotOfKindError } from '../../src/files/types.js';
import { decision } from './dependencies/decision.js';

const kinds = [requirements, pyproject, dotenv];

/** A kind that wants `result` for every file named `x`, and confirms as told. */
function stub(result: FileResult, reason: string | null = null): FileKind {
  return {
    id: 'stub',
    match: (path) => path === 'x',
    parse: (file) => file,
    facts: () => [],
    edits: () => result,
    confirm: () => reason,
  };
}
const changesOf = (kind: FileKind, text = 'abc') =>
  changesFor(readProject([{ path: 'x', text }], [kind]), decision());
const edit = (start: number, end: number, text = '') => ({ start, end, text, why: 'w' });

describe('readProject', () => {
  it('gathers facts in path order and reports files that cannot be parsed', () => {
    const project = readProject(
      [
        { path: 'requirements.txt', text: 'rq\n' },
        { path: 'b/pyproject.toml', text: 'a = 1\nb = = 1\n' },
        { path: '.env', text: 'A=1\n' },
        { path: 'notes.md', text: 'rq-scheduler' },
      ],
      kinds,
    );
    expect(project.facts.map((f) => f.type)).toEqual(['env-set', 'dependency']);
    expect(project.findings).toMatchObject([
      { code: 'file-unparsable', severity: 'warn', path: 'b/pyproject.toml', line: 2 },
    ]);
    expect(project.view.paths).toEqual(['.env', 'b/pyproject.toml', 'notes.md', 'requirements.txt']);
    expect(project.view.get('notes.md')?.text).toBe('rq-scheduler');
  });
});

describe('changesFor', () => {
  it('gives hashes, edits and a diff for each changed file only', () => {
    const text = 'rq\r\nrq-scheduler\r\n';
    const project = readProject(
      [
        { path: 'requirements.txt', text },
        { path: 'requirements-dev.txt', text: 'pytest\n' },
      ],
      kinds,
    );
    const { changes, findings } = changesFor(project, decision());
    expect(findings).toEqual([]);
    expect(changes).toMatchObject([
      {
        path: 'requirements.txt',
        kind: 'requirements',
        action: 'edit',
        edits: [{ start: 4, end: 18, text: '', why: 'remove-dependency' }],
        before: sha256(text),
        after: sha256('rq\r\n'),
      },
    ]);
    expect(changes[0]?.diff).toContain('--- a/requirements.txt\n+++ b/requirements.txt\n');
  });

  it.each([
    ['the kind objects', stub({ edits: [edit(0, 1)], findings: [] }, 'because')],
    ['edits overlap', stub({ edits: [edit(0, 2), edit(1, 3)], findings: [] })],
    ['an edit is out of range', stub({ edits: [edit(2, 9)], findings: [] })],
  ])('leaves a file alone when %s', (_, kind) => {
    const { changes, findings } = changesOf(kind);
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ code: 'edit-not-confirmed', severity: 'error', path: 'x' }]);
  });

  it('leaves a file alone when its result cannot be parsed', () => {
    const broken = { ...pyproject, edits: () => ({ edits: [edit(0, 0, '= ')], findings: [] }) };
    const project = readProject([{ path: 'pyproject.toml', text: 'a = 1\n' }], [broken]);
    expect(changesFor(project, decision()).findings).toMatchObject([{ code: 'edit-not-confirmed' }]);
  });

  it('makes no change of edits without effect', () => {
    expect(changesOf(stub({ edits: [edit(0, 1, 'a')], findings: [] })).changes).toEqual([]);
  });

  it('hands a file that is of another kind on to the next kind', () => {
    const other: FileKind = {
      ...pyproject,
      id: 'other',
      parse: ({ path }) => {
        throw new NotOfKindError(path);
      },
    } as FileKind;
    const files = [{ path: 'pyproject.toml', text: 'a = 1\n' }];
    const both = readProject(files, [other, pyproject as FileKind]);
    expect(both.docs.map(({ kind }) => kind.id)).toEqual(['pyproject']);
    expect(readProject(files, [other])).toMatchObject({ docs: [], findings: [] });
  });

  it('says nothing twice', () => {
    const finding = { code: 'c', severity: 'warn' as const, path: 'x', args: {} };
    expect(changesOf(stub({ edits: [], findings: [finding, { ...finding }] })).findings).toEqual([finding]);
  });

  it('deletes and creates whole files', () => {
    expect(changesOf(stub({ edits: [], deleteFile: true, findings: [] })).changes).toMatchObject([
      { action: 'delete', before: sha256('abc'), after: null, edits: [] },
    ]);
    expect(creation('n.py', 'module', 'a\n', 'install')).toMatchObject({
      action: 'create',
      before: null,
      after: sha256('a\n'),
      diff: '--- /dev/null\n+++ b/n.py\n@@ -0,0 +1,1 @@\n+a\n',
    });
  });
});
