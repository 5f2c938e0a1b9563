// Writes docs/findings.md, docs/options.md, docs/fixtures.md and the table of docs/code.md from the built tool and the
// folders in fixtures/; `npm run docs`.
// With --check it writes nothing and exits 1 where a file is out of date.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OPTIONS } from '../dist/cli/options.js';
import { CODE_RULES } from '../dist/report/code-rules.js';
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

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FIXTURES = join(ROOT, 'fixtures');

function fixtures() {
  const cases = readdirSync(FIXTURES)
    .filter((subject) => subject !== 'code')
    .sort()
    .flatMap((subject) => {
      const names = readdirSync(join(FIXTURES, subject)).sort();
      return names.map((name) => `${subject}/${name}`);
    });
  return `${[
    '# Cases of file edits',
    '',
    `Made by \`npm run docs\` from the ${cases.length} folders in \`fixtures/\`, each a project in \`before/\` with what becomes of it:`,
    '`after/`, or the codes that refuse the edit. The tests run every one of them, and run the result again. Cases of',
    'Python code have a [table of their own](code.md).',
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

/** The table of docs/code.md, counted over fixtures/code; the text around it is written by hand. */
function code() {
  const cases = readdirSync(`${ROOT}fixtures/code`);
  const uses = cases.flatMap((name) =>
    readFileSync(`${ROOT}fixtures/code/${name}/findings.txt`, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => [name, ...line.split(' ').slice(1)]),
  );
  const programs = cases.filter((name) => existsSync(`${ROOT}fixtures/code/${name}/before/program.py`));
  const lines = [
    `${cases.length} cases, ${programs.length} of them programs that are run. Made by \`npm run docs\`.`,
    '',
    '| use | code | found | fixed safe | fixed unsafe | reported | cases |',
    '|---|---|---|---|---|---|---|',
  ];
  for (const [id, { title }] of Object.entries(CODE_RULES)) {
    const own = uses.filter(([, found]) => found === id);
    const of = (fix) => own.filter((use) => use[2] === fix).length || '';
    const where = new Set(own.map(([name]) => name)).size;
    lines.push(
      `| ${title} | \`${id}\` | ${own.length} | ${of('safe')} | ${of('unsafe')} | ${of('none')} | ${where} |`,
    );
  }
  const [before, rest = ''] = readFileSync(`${ROOT}docs/code.md`, 'utf8').split('<!-- uses -->\n');
  const after = rest.slice(rest.indexOf('<!-- /uses -->'));
  return `${before}<!-- uses -->\n${lines.join('\n')}\n${after}`;
}

let stale = 0;
for (const [name, text] of [
  ['findings.md', findings()],
  ['options.md', options()],
  ['fixtures.md', fixtures()],
  ['code.md', code()],
]) {
  const path = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    stale++;
    process.stderr.write(`docs/${name} is out of date: npm run docs\n`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
