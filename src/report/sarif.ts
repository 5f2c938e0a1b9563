import { decoderOf } from '../files/bytes.js';
import { positionsOf } from '../files/positions.js';
import type { CodeUse } from '../files/python/uses.js';
import type { Edit, Severity } from '../plan/types.js';
import type { CodeReport } from './code-report.js';
import { wordUse } from './code-report.js';
import { CODE_RULES } from './code-rules.js';
import { sentence } from './messages/index.js';

/** Where GitHub and the validators expect the schema of SARIF 2.1.0 (OASIS). */
const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const ROOT = '%SRCROOT%';
const LEVEL: Readonly<Record<Severity, string>> = { error: 'error', warn: 'warning', info: 'note' };

/** Texts of the project's files: byte text by path. */
export type TextOf = (path: string) => string | undefined;

/**
 * The SARIF 2.1.0 log of `code --format sarif`. Regions count Unicode characters; paths are relative to `%SRCROOT%`.
 * The fix of a result is that of its whole file at its level: calls of one scheduler are fixed together.
 */
export function sarifLog(report: CodeReport, textOf: TextOf) {
  const { analysis, tool } = report;
  const codes = [...new Set(analysis.uses.map(({ code }) => code))].sort();
  const fixes = fixesOf(report, textOf);
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: tool.name, version: tool.version, rules: codes.map(ruleOf) } },
        columnKind: 'unicodeCodePoints',
        originalUriBaseIds: { [ROOT]: { description: { text: 'The folder of the project.' } } },
        results: analysis.uses.map((use) => resultOf(use, codes, fixes)),
      },
    ],
  };
}

function ruleOf(code: string) {
  const { title, help } = CODE_RULES[code] ?? { title: code, help: code };
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: help },
    help: { text: help },
    properties: { tags: ['rq-scheduler', 'migration'] },
  };
}

type FixOf = (use: CodeUse) => readonly object[];

function resultOf(use: CodeUse, codes: readonly string[], fixes: FixOf) {
  const { code, severity, path, line, column, endLine, endColumn, call, replacement, fix } = use;
  const region = {
    startLine: line,
    startColumn: column,
    endLine,
    endColumn,
    ...(call === '' ? {} : { snippet: { text: call } }),
  };
  const own = fixes(use);
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVEL[severity],
    message: { text: sentence(wordUse(use)) },
    locations: [{ physicalLocation: { artifactLocation: locationOf(path), region } }],
    ...(own.length === 0 ? {} : { fixes: own }),
    properties: { fix, ...(replacement === null ? {} : { replacement }) },
  };
}

function locationOf(path: string) {
  return { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: ROOT };
}

/** The fix of a file at a level is made once and shared by its results. */
function fixesOf({ analysis }: CodeReport, textOf: TextOf): FixOf {
  const known = new Map<string, readonly object[]>();
  return ({ path, fix }) => {
    if (fix === 'none') return [];
    const key = `${fix} ${path}`;
    const own = known.get(key) ?? fixOf(path, fix, analysis.edits(path, fix), textOf(path) ?? '');
    known.set(key, own);
    return own;
  };
}

function fixOf(
  path: string,
  level: 'safe' | 'unsafe',
  edits: readonly Edit[],
  text: string,
): readonly object[] {
  if (edits.length === 0) return [];
  const [at, decode] = [positionsOf(text), decoderOf(text)];
  const replacements = edits.map((edit) => {
    const [from, to] = [at(edit.start), at(edit.end)];
    return {
      deletedRegion: {
        startLine: from.line,
        startColumn: from.column,
        endLine: to.line,
        endColumn: to.column,
      },
      insertedContent: { text: decode(edit.text) },
    };
  });
  return [
    {
      description: {
        text: level === 'safe' ? 'All safe fixes of this file.' : 'All fixes of this file, to be reviewed.',
      },
      artifactChanges: [{ artifactLocation: locationOf(path), replacements }],
    },
  ];
}
