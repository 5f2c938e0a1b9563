import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeKind } from '../../src/files/compose/index.js';
import { composeSets } from '../../src/files/compose-sets.js';
import { changesFor, readProject } from '../../src/files/project.js';
import type { FileKind } from '../../src/files/types.js';
import { composeFindings } from '../../src/run/compose-config.js';
import { decisionOf } from '../files/compose/project.js';
import { loadPython } from '../files/pysource/load.js';

/** A docker-compose that refuses files in which `a` waits for a service that is nowhere defined. */
const REFUSING = `#!/bin/sh
echo "$*" >> "$CALLS"
[ "$1" = version ] && exit 0
for last; do case "$last" in /*) all="$all $last";; esac; done
if ! grep -q 'waits: s' $all || grep -q rqscheduler $all; then exit 0; fi
echo 'warning' >&2; echo "service a depends on undefined service" >&2; exit 15
`;

let folder = '';
let env: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  await loadPython();
  folder = mkdtempSync(join(tmpdir(), 'compose-cli-'));
  writeFileSync(join(folder, 'docker-compose'), REFUSING);
  chmodSync(join(folder, 'docker-compose'), 0o755);
  env = { PATH: `${folder}:/bin:/usr/bin`, CALLS: join(folder, 'calls') };
});

afterAll(() => rmSync(folder, { recursive: true }));

function migrated(text: string) {
  const files = [
    { path: 'docker-compose.yml', text },
    { path: 'docker-compose.prod.yml', text: 'services:\n  a: {restart: always}\n' },
  ];
  const project = readProject(files, [composeKind as FileKind]);
  return { project, changes: changesFor(project, decisionOf(project.facts)).changes };
}

const SOUND = 'services:\n  a: {image: a}\n  s: {image: a, command: rqscheduler}\n';
/** Something that the tool does not know waits for the service. */
const WAITED_FOR = `x-own: {waits: s}\n${SOUND}`;

describe("what Docker's compose says of the files as they will be", () => {
  it('is asked of each combination, on copies', async () => {
    const { project, changes } = migrated(SOUND);
    expect(changes).toHaveLength(1);
    expect(await composeFindings(project, changes, env)).toEqual([]);
    const calls = readFileSync(join(folder, 'calls'), 'utf8');
    expect(calls.match(/config --quiet/g)).toHaveLength(3);
    expect(calls).not.toContain(process.cwd());
  });

  it('is an error where it was sound before', async () => {
    const { project, changes } = migrated(WAITED_FOR);
    const findings = await composeFindings(project, changes, env);
    expect(findings.map(({ code, severity, path }) => [code, severity, path])).toEqual([
      ['compose-invalid', 'error', 'docker-compose.yml'],
      ['compose-invalid', 'error', 'docker-compose.prod.yml'],
    ]);
    expect(findings[0]?.args).toEqual({
      files: ['docker-compose.yml'],
      reason: 'service a depends on undefined service',
    });
  });

  it('is not heard where none is installed', async () => {
    const { project, changes } = migrated(SOUND);
    expect(await composeFindings(project, changes, { PATH: '/nowhere' })).toEqual([]);
  });
});

describe('combinations of compose files', () => {
  it.each([
    [['compose.yml'], [['compose.yml']]],
    [
      ['d/compose.override.yml', 'd/compose.yml', 'd/compose.prod.yml', 'x.yml'],
      [
        ['d/compose.yml', 'd/compose.override.yml'],
        ['d/compose.yml', 'd/compose.prod.yml'],
        ['d/compose.prod.yml'],
        ['x.yml'],
      ],
    ],
  ])('%j', (paths, sets) => {
    expect(composeSets(paths)).toEqual(sets);
  });
});
