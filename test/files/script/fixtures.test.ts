import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
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
});
