// Runs the analysis of Python code over folders that have nothing to do with rq-scheduler, for false positives:
//   node scripts/scan-python.mjs FOLDER…
// Prints the files, the seconds, and every use or edit it found; exits 1 where there is one. Needs a build.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { displayText } from '../dist/files/bytes.js';
import { analyseCode } from '../dist/files/python/uses.js';
import { prepareKinds } from '../dist/run/file-kinds.js';

function pythonFiles(root) {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.py'))
    .filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile())
    .map((path) => ({ path, text: readFileSync(join(root, path), 'latin1') }));
}

await prepareKinds();
let bad = 0;
for (const root of process.argv.slice(2)) {
  const files = new Map(pythonFiles(root).map((file) => [file.path, file]));
  const view = { paths: [...files.keys()].sort(), get: (path) => files.get(path) };
  const began = performance.now();
  const analysis = analyseCode(view);
  const edited = view.paths.filter((path) => analysis.edits(path, 'unsafe').length > 0);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(
    `${root}: ${files.size} files, ${analysis.parsed} parsed, ${seconds} s: ${analysis.uses.length} uses, ${edited.length} files edited\n`,
  );
  for (const { path, line, column, code, call } of analysis.uses)
    process.stdout.write(`  ${path}:${line}:${column} ${code} ${displayText(call)}\n`);
  bad += analysis.uses.length + edited.length;
}
process.exitCode = bad > 0 ? 1 : 0;
