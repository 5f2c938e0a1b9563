// Writes docs/findings.md and docs/options.md from the tables of the built tool; `npm run docs`.
// With --check it writes nothing and exits 1 where a file is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
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

let stale = 0;
for (const [name, text] of [
  ['findings.md', findings()],
  ['options.md', options()],
]) {
  const path = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    stale++;
    process.stderr.write(`docs/${name} is out of date: npm run docs\n`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
