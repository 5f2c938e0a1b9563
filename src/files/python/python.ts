import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { importsOf } from '../pysource/imports.js';
import { parsePython } from '../pysource/parser.js';
import { pythonStarts } from '../pysource/starts.js';
import type { Fact, FileKind, FileResult, SourceFile } from '../types.js';
import { environmentReads } from './env-reads.js';
import { schedulerModules } from './modules.js';

/** The facts of one Python file, in source order. */
export interface PythonDoc {
  readonly file: SourceFile;
  readonly facts: readonly Fact[];
}

/**
 * Python sources: what they import of rq-scheduler and its relatives, and which environment
 * variables they read. The only edit is `with_scheduler=True` in the `work()` call of a worker that needs it.
 * Never throws on bad syntax.
 */
export const python: FileKind<PythonDoc> = {
  id: 'python',
  match: (path) => path.endsWith('.py'),
  parse: (file) => ({ file, facts: readFacts(file) }),
  facts: (doc) => doc.facts,
  edits: ({ file }, decision) =>
    decision.enableInScripts.has(file.path) ? turnOn(file) : { edits: [], findings: [] },
  confirm: confirmSwitch,
};

function turnOn(file: SourceFile): FileResult {
  const edits: Edit[] = [];
  const findings: Finding[] = [];
  for (const start of pythonStarts(file.text)) {
    if (start.role !== 'worker' || start.withScheduler !== 'off') continue;
    const { turnOn: place, line } = start;
    if (place) edits.push({ start: place.at, end: place.at, text: place.text, why: 'add-with-scheduler' });
    else
      findings.push({ code: 'worker-scheduler-missing', severity: 'error', path: file.path, line, args: {} });
  }
  return { edits, findings };
}

/** The same starts as before, every switch that was off now on, and the same facts. */
function confirmSwitch(before: PythonDoc, after: PythonDoc): string | null {
  const expected = pythonStarts(before.file.text).map(({ role, queues, withScheduler, turnOn: place }) => ({
    role,
    queues,
    withScheduler: place ? 'on' : withScheduler,
  }));
  const found = pythonStarts(after.file.text).map(({ role, queues, withScheduler }) => ({
    role,
    queues,
    withScheduler,
  }));
  if (JSON.stringify(found) !== JSON.stringify(expected)) return 'worker starts differ';
  const names = ({ facts }: PythonDoc) => JSON.stringify(facts.map((fact) => ({ ...fact, where: null })));
  return names(before) === names(after) ? null : 'other facts differ';
}

/** Words without one of which a file has no fact to give: most files need no parsing. */
const TELLING = /\brq\b|rq_scheduler|flask_rq2|django_rq|environ|getenv|decouple|starlette|BaseSettings/;

function readFacts(file: SourceFile): Fact[] {
  if (!TELLING.test(file.text)) return [];
  const root = parsePython(file.text);
  const where = (offset: number) => ({ path: file.path, line: lineOf(file.text, offset) });
  const imports = schedulerModules(root, importsOf(root)).map(
    ({ module, optional, start }): Fact => ({ type: 'import', module, optional, where: where(start) }),
  );
  const reads = environmentReads(root).map(
    ({ name, start }): Fact => ({ type: 'env-read', name, where: where(start) }),
  );
  return [...imports, ...reads];
}
