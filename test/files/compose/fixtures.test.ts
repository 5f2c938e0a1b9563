import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPython } from '../pysource/load.js';
import { migrate, readTree } from './project.js';

const CASES = ['compose', 'process', 'systemd', 'kubernetes', 'circus', 'heroku', 'package-json'].flatMap(
  (subject) => readdirSync(`fixtures/${subject}`).map((name) => `${subject}/${name}`),
);

beforeAll(loadPython);

describe('compose and process fixtures', () => {
  for (const name of CASES) {
    const refused = `fixtures/${name}/refused.json`;
    it(name, () => {
      const before = readTree(`fixtures/${name}/before`);
      const { files, findings } = migrate(before);
      const errors = findings
        .filter((finding) => finding.severity === 'error')
        .map((finding) => finding.code);
      if (existsSync(refused)) {
        expect(errors).toEqual(JSON.parse(readFileSync(refused, 'utf8')));
      } else {
        expect(errors).toEqual([]);
        expect(files).toEqual(readTree(`fixtures/${name}/after`));
        const again = migrate(files);
        expect(again.edits).toEqual(new Map());
        expect(again.findings).toEqual([]);
      }
    });
  }
});
