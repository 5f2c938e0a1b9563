// Runs the analysis of Python code over folders that have nothing to do with rq-scheduler, for false positives:
//   node scripts/scan-python.mjs [--seeded] FOLDER…
// Prints the files, the seconds, and every use or edit it found; exits 1 where there is one. Needs a build.
// Files that name nothing of rq-scheduler need no parsing; with --seeded each gets an import of it, so that all are
// parsed and looked through, one by one: only that import may be found, and only that may go.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { displayText } from '../dist/files/bytes.js';
import { applyEdits } from '../dist/files/edit.js';
import { analyseCode } from '../dist/files/python/uses.js';
import { prepareKinds } from '../dist/run/file-kinds.js';

function pythonFiles(root) {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.py'))
    .filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile())
    .map((path) => ({ path, text: readFileSync(join(root, path), 'latin1') }));
}

const viewOf = (files) => ({ paths: [...files.keys()].sort(), get: (path) => files.get(path) });

/** What is wrong in a folder, a line each. */
function scan(files) {
  const view = viewOf(new Map(files.map((file) => [file.path, file])));
  const analysis = analyseCode(view);
  const edited = view.paths.filter((path) => analysis.edits(path, 'unsafe').length > 0);
  return [
    ...analysis.uses.map(
      ({ path, line, column, code, call }) => `${path}:${line}:${column} ${code} ${displayText(call)}`,
    ),
    ...edited.map((path) => `${path} would be edited`),
  ];
}

function scanSeeded(files) {
  return files.flatMap(({ path, text }) => {
    const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    const file = { path, text: `${start}import rq_scheduler\n` };
    const analysis = analyseCode(viewOf(new Map([[path, file]])));
    const codes = analysis.uses.map(({ code }) => code).join();
    const left = applyEdits(file.text, analysis.edits(path, 'unsafe'));
    // A file that cannot be parsed is not edited.
    const mended = left === start || analysis.uses[0]?.fix === 'none';
    return codes === 'code-import' && mended ? [] : [`${path}: ${codes}`];
  });
}

await prepareKinds();
const seeded = process.argv.includes('--seeded');
let bad = 0;
for (const root of process.argv.slice(2).filter((argument) => argument !== '--seeded')) {
  const files = pythonFiles(root);
  const began = performance.now();
  const wrong = seeded ? scanSeeded(files) : scan(files);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${root}: ${files.length} files, ${seconds} s, ${wrong.length} wrong\n`);
  for (const line of wrong) process.stdout.write(`  ${line}\n`);
  bad += wrong.length;
}
process.exitCode = bad > 0 ? 1 : 0;
