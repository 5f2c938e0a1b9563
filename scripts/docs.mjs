// Writes docs/findings.md and docs/options.md from the tables of the built tool, and docs/fixtures.md from the
// folders in fixtures/; `npm run docs`.
// With --check it writes nothing and exits 1 where a file is out of date.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OPTIONS } from '../dist/cli/options.js';
import { CHECKS } from '../dist/report/messages/checks.js';
import { SUBJECTS } from '../dist/report/messages/index.js';

/** Every argument of a wording shows its own name. */
const NAMES = new Proxy({}, { get: (_target, name) => `‹${String(name)}›` });

function findings() {
  const lines = [
    '# Findings, by code',
    '',
    'Made by `npm run docs` from the wordings in `src/report/messages/`; ‹…› stands for what the finding names.',
    'A finding of severity `error` blocks `run` with exit code 3 unless `--allow CODE` accepts it.',
  ];
  for (const [subject, words] of SUBJECTS) {
    lines.push('', `## ${subject}`, '', '| code | what it says | next step |', '|---|---|---|');
    for (const [code, word] of Object.entries(words)) lines.push(row(code, word(NAMES)));
  }
  lines.push(
    '',
    '## Checks of `verify`, when they fail',
    '',
    '| code | what it says | next step |',
    '|---|---|---|',
  );
  for (const [code, word] of Object.entries(CHECKS)) lines.push(row(code, word(NAMES, 'fail', '‹queue›')));
  return `${lines.join('\n')}\n`;
}

function row(code, { text, next }) {
  const cell = (value) => value.replaceAll('|', '\\|');
  return `| \`${code}\` | ${cell(text)} | ${cell(next ?? '')} |`;
}

function options() {
  const lines = [
    '# Options',
    '',
    'Made by `npm run docs` from the option table in `src/cli/options.ts`.',
    '',
    '| option | what it does | commands | default |',
    '|---|---|---|---|',
  ];
  for (const { flags, about, commands, fallback, choices } of OPTIONS) {
    const where = commands === '*' ? 'all' : commands.join(', ');
    const text = choices ? `${about} (${choices.join(', ')})` : about;
    lines.push(`| \`${flags}\` | ${text} | ${where} | ${fallback === undefined ? '' : `\`${fallback}\``} |`);
  }
  return `${lines.join('\n')}\n`;
}

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));

function fixtures() {
  const cases = readdirSync(FIXTURES)
    .sort()
    .flatMap((subject) => {
      const names = readdirSync(join(FIXTURES, subject)).sort();
      return names.map((name) => `${subject}/${name}`);
    });
  return `${[
    '# Cases of file edits',
    '',
    `Made by \`npm run docs\` from the ${cases.length} folders in \`fixtures/\`, each a project in \`before/\` with what becomes of it:`,
    '`after/`, or the codes that refuse the edit. The tests run every one of them, and run the result again.',
    '',
    '| case | what it shows | what it decides |',
    '|---|---|---|',
    ...cases.map((name) => `| \`${name}\` | ${shows(name)} | ${decides(join(FIXTURES, name))} |`),
  ].join('\n')}\n`;
}

function shows(name) {
  const note = readFileSync(join(FIXTURES, name, 'NOTE.md'), 'utf8').trim();
  return note
    .replace(/^#+ .*\n+/, '')
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
}

function decides(folder) {
  const told = existsSync(join(folder, 'findings.txt'))
    ? readFileSync(join(folder, 'findings.txt'), 'utf8')
    : '';
  const found = told.split('\n').filter((line) => line !== '');
  const refused = join(folder, 'refused.json');
  if (existsSync(refused)) return `refused: ${counted(JSON.parse(readFileSync(refused, 'utf8')))}`;
  if (!existsSync(join(folder, 'after'))) return counted(found);
  const [before, after] = [filesIn(join(folder, 'before')), filesIn(join(folder, 'after'))];
  const paths = (which) => [...which].map((path) => `\`${path}\``).join(', ');
  const changes = [
    [
      'edits',
      [...before.keys()].filter((path) => after.has(path) && !after.get(path).equals(before.get(path))),
    ],
    ['deletes', [...before.keys()].filter((path) => !after.has(path))],
    ['creates', [...after.keys()].filter((path) => !before.has(path))],
  ].flatMap(([verb, which]) => (which.length === 0 ? [] : [`${verb} ${paths(which)}`]));
  const says = found.length === 0 ? [] : [`says ${counted(found)}`];
  return [...(changes.length === 0 ? ['edits nothing'] : changes), ...says].join('; ');
}

/** Codes, each once; a place behind one, or a severity before it, is left out. */
function counted(found) {
  const codes = found.map((one) => one.split(' ').find((word) => /-/.test(word)) ?? one);
  return [...new Set(codes)]
    .map((code) => {
      const count = codes.filter((one) => one === code).length;
      return count === 1 ? `\`${code}\`` : `\`${code}\` × ${count}`;
    })
    .join(', ');
}

function filesIn(folder) {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return new Map(files.map((path) => [path, readFileSync(join(folder, path))]));
}

let stale = 0;
for (const [name, text] of [
  ['findings.md', findings()],
  ['options.md', options()],
  ['fixtures.md', fixtures()],
]) {
  const path = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    stale++;
    process.stderr.write(`docs/${name} is out of date: npm run docs\n`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
