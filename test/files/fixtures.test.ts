import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { toByteText } from '../../src/files/bytes.js';
import { decide } from '../../src/files/decide.js';
import { targetFromDependencies } from '../../src/files/decide-versions.js';
import { dependencyKinds } from '../../src/files/dependencies/index.js';
import { applyEdits } from '../../src/files/edit.js';
import { dotenv } from '../../src/files/env/dotenv.js';
import { changesFor, readProject } from '../../src/files/project.js';
import { python } from '../../src/files/python/python.js';
import type { SourceFile } from '../../src/files/types.js';
import { loadPython } from './pysource/load.js';

const FIXTURES = new URL('../../fixtures', import.meta.url).pathname;
const kinds = [...dependencyKinds, dotenv, python];

beforeAll(loadPython);

function tree(root: string): SourceFile[] {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return paths
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => ({
      path: relative(root, join(root, path)),
      text: toByteText(readFileSync(join(root, path))),
    }));
}

/** The project after a migration with recurring jobs, and the findings on the way. */
function migrated(files: readonly SourceFile[], requireRuntime = false) {
  const project = readProject(files, kinds);
  const { decision, findings } = decide(project.facts, {
    jobQueues: null,
    keepScheduler: false,
    allow: new Set(),
    rqTarget: targetFromDependencies(project.facts),
    needsCroniter: !requireRuntime,
    requireRuntime,
    cronConfig: null,
  });
  const result = changesFor(project, decision);
  const edited = new Map(result.changes.map((change) => [change.path, change.edits]));
  const after = files.map(({ path, text }) => ({ path, text: applyEdits(text, edited.get(path) ?? []) }));
  const all = [...project.findings, ...findings, ...result.findings];
  return {
    after,
    codes: all.map((f) => `${f.severity} ${f.code} ${f.path ?? '-'}${f.line ? `:${f.line}` : ''}`),
  };
}

/** Fixtures of `--recurring-install package`. */
const requires = (name: string): boolean => name.startsWith('dependencies/requires-');

const cases = ['dependencies', 'env', 'python'].flatMap((subject) =>
  readdirSync(join(FIXTURES, subject)).map((name) => `${subject}/${name}`),
);

describe('fixtures', () => {
  it.each(cases)('%s', (name) => {
    const folder = join(FIXTURES, name);
    const { after, codes } = migrated(tree(join(folder, 'before')), requires(name));
    expect(after).toEqual(tree(join(folder, 'after')));
    const findings = join(folder, 'findings.txt');
    const expected = existsSync(findings) ? readFileSync(findings, 'utf8').trimEnd().split('\n') : [];
    expect(codes).toEqual(expected);
  });

  it.each(cases)('%s is migrated once and for all', (name) => {
    const files = tree(join(FIXTURES, name, 'after'));
    expect(migrated(files, requires(name)).after).toEqual(files);
  });
});
