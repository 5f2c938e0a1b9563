import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { isShellScript } from '../../../src/files/command/script-files.js';
import { prepareKinds } from '../../../src/run/file-kinds.js';
import { readTree } from '../compose/project.js';
import { migrateAll } from './project.js';

const CASES = ['docker', 'shell'].flatMap((subject) =>
  readdirSync(`fixtures/${subject}`).map((name) => `fixtures/${subject}/${name}`),
);

beforeAll(prepareKinds);

describe('docker and shell fixtures', () => {
  it.each(CASES)('%s', (folder) => {
    const refused = `${folder}/refused.json`;
    const { files, errors } = migrateAll(readTree(`${folder}/before`));
    if (existsSync(refused)) {
      expect(errors).toEqual(JSON.parse(readFileSync(refused, 'utf8')));
      return;
    }
    expect(errors).toEqual([]);
    expect(files).toEqual(readTree(`${folder}/after`));
    const again = migrateAll(files);
    expect(again.changes).toEqual([]);
    expect(again.errors).toEqual([]);
  });

  it('leave scripts that bash can read', () => {
    const scripts = CASES.flatMap((folder) => {
      const after = `${folder}/after`;
      const paths = existsSync(after) ? Object.entries(readTree(after)) : [];
      return paths
        .filter(([path, text]) => isShellScript({ path, text }))
        .map(([path]) => `${after}/${path}`);
    });
    expect(scripts.length).toBeGreaterThan(4);
    // A carriage return belongs to the line ending here, and to the last word for bash.
    const check = 'for f; do tr -d "\\r" <"$f" | bash -n || echo "$f"; done';
    expect(execFileSync('bash', ['-c', check, 'bash', ...scripts], { encoding: 'utf8' })).toBe('');
  });
});
