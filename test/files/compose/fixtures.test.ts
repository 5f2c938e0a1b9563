import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPython } from '../pysource/load.js';
import { migrate, readTree } from './project.js';

const ROOT = 'fixtures/compose';

beforeAll(loadPython);

describe('compose fixtures', () => {
  for (const name of readdirSync(ROOT)) {
    const refused = `${ROOT}/${name}/refused.json`;
    it(name, () => {
      const before = readTree(`${ROOT}/${name}/before`);
      const { files, findings } = migrate(before);
      const errors = findings
        .filter((finding) => finding.severity === 'error')
        .map((finding) => finding.code);
      if (existsSync(refused)) {
        expect(errors).toEqual(JSON.parse(readFileSync(refused, 'utf8')));
      } else {
        expect(errors).toEqual([]);
        expect(files).toEqual(readTree(`${ROOT}/${name}/after`));
        const again = migrate(files);
        expect(again.edits).toEqual(new Map());
        expect(again.findings).toEqual([]);
      }
    });
  }
});
