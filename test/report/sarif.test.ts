import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { displayText } from '../../src/files/bytes.js';
import { analyseCode } from '../../src/files/python/uses.js';
import { CODE_RULES } from '../../src/report/code-rules.js';
import { sarifLog } from '../../src/report/sarif.js';
import { loadPython } from '../files/pysource/load.js';
import { codeCase, codeCases, fixedFiles, viewOf } from '../support/codeFixtures.js';

beforeAll(loadPython);

const text = v.strictObject({ text: v.pipe(v.string(), v.minLength(1)) });
const place = v.pipe(v.number(), v.integer(), v.minValue(1));
const region = v.strictObject({
  startLine: place,
  startColumn: place,
  endLine: place,
  endColumn: place,
  snippet: v.optional(text),
});
const artifactLocation = v.strictObject({
  // Relative, and encoded: no colon, no blank, no leading slash.
  uri: v.pipe(v.string(), v.regex(/^[^/:\s][^:\s]*$/)),
  uriBaseId: v.literal('%SRCROOT%'),
});
const inserted = v.strictObject({ text: v.string() });
const fix = v.strictObject({
  description: text,
  artifactChanges: v.pipe(
    v.array(
      v.strictObject({
        artifactLocation,
        replacements: v.pipe(
          v.array(v.strictObject({ deletedRegion: region, insertedContent: inserted })),
          v.minLength(1),
        ),
      }),
    ),
    v.minLength(1),
  ),
});
const result = v.strictObject({
  ruleId: v.string(),
  ruleIndex: v.pipe(v.number(), v.integer(), v.minValue(0)),
  level: v.picklist(['error', 'warning', 'note']),
  message: text,
  locations: v.tuple([v.strictObject({ physicalLocation: v.strictObject({ artifactLocation, region }) })]),
  fixes: v.optional(v.pipe(v.array(fix), v.minLength(1))),
  properties: v.strictObject({
    fix: v.picklist(['safe', 'unsafe', 'none']),
    replacement: v.optional(v.string()),
  }),
});
const rule = v.strictObject({
  id: v.string(),
  shortDescription: text,
  fullDescription: text,
  help: text,
  properties: v.strictObject({ tags: v.array(v.string()) }),
});
/** The part of the schema of SARIF 2.1.0 that a log of ours may use; everything else is refused. */
const log = v.strictObject({
  $schema: v.string(),
  version: v.literal('2.1.0'),
  runs: v.tuple([
    v.strictObject({
      tool: v.strictObject({
        driver: v.strictObject({ name: v.string(), version: v.string(), rules: v.array(rule) }),
      }),
      columnKind: v.literal('unicodeCodePoints'),
      originalUriBaseIds: v.record(v.string(), v.strictObject({ description: text })),
      results: v.array(result),
    }),
  ]),
});

function logOf(name: string) {
  const { before } = codeCase(name);
  const view = viewOf(before);
  const analysis = analyseCode(view);
  const tool = { name: 'migrate-scheduler', version: '0.0.0' };
  const report = { analysis, level: 'unsafe', changes: [], runId: null, tool } as const;
  return {
    before,
    analysis,
    log: v.parse(
      log,
      sarifLog(report, (path) => view.get(path)?.text),
    ),
  };
}

/** A consumer's way to make a fix: by lines and characters of the decoded file, from the end. */
function consume(source: string, { artifactChanges }: v.InferOutput<typeof fix>): string {
  const bom = source.startsWith('\ufeff') ? '\ufeff' : '';
  const chars = [...source.slice(bom.length)];
  const starts = [0];
  for (let i = 0; i < chars.length; i++)
    if (chars[i] === '\n' || (chars[i] === '\r' && chars[i + 1] !== '\n')) starts.push(i + 1);
  const index = (line: number, column: number) => (starts[line - 1] ?? 0) + column - 1;
  for (const { deletedRegion: at, insertedContent } of (
    artifactChanges[0]?.replacements ?? []
  ).toReversed()) {
    const from = index(at.startLine, at.startColumn);
    chars.splice(from, index(at.endLine, at.endColumn) - from, insertedContent.text);
  }
  return bom + chars.join('');
}

describe('SARIF', () => {
  it('is of version 2.1.0, with a rule for each result', () => {
    for (const name of codeCases()) {
      const [{ tool, results }] = logOf(name).log.runs;
      for (const { ruleId, ruleIndex } of results) {
        expect(tool.driver.rules[ruleIndex]?.id, name).toBe(ruleId);
        expect(CODE_RULES[ruleId], ruleId).toBeDefined();
      }
    }
  });

  it('has fixes that a consumer can make', () => {
    for (const name of codeCases()) {
      const { before, analysis, log: own } = logOf(name);
      for (const { fixes, properties, locations } of own.runs[0].results) {
        const level = properties.fix;
        if (level === 'none') expect(fixes).toBeUndefined();
        const [change] = fixes ?? [];
        if (change === undefined || level === 'none') continue;
        const path = decodeURIComponent(locations[0].physicalLocation.artifactLocation.uri);
        const textOf = (files: typeof before) =>
          displayText(files.find((file) => file.path === path)?.text ?? '');
        expect(consume(textOf(before), change), name).toBe(textOf(fixedFiles(before, analysis, level)));
      }
    }
  });
});
