import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { importsOf } from '../pysource/imports.js';
import { hasSyntaxError, parsePython } from '../pysource/parser.js';
import { pythonStarts } from '../pysource/starts.js';
import type { Decision, Fact, FileKind, FileResult, SourceFile } from '../types.js';
import { isDropIn } from './drop-in.js';
import { environmentReads } from './env-reads.js';
import { schedulerModules } from './modules.js';

/** The facts of one Python file, in source order. */
export interface PythonDoc {
  readonly file: SourceFile;
  readonly facts: readonly Fact[];
}

/**
 * Python sources: what they import of rq-scheduler and its relatives, and which environment variables they
 * read. Edits are `with_scheduler=True` in the `work()` call of a worker that needs it, and the fixes of uses of
 * rq-scheduler (`uses.ts`). Never throws on bad syntax.
 */
export const python: FileKind<PythonDoc> = {
  id: 'python',
  match: (path) => path.endsWith('.py'),
  parse: (file) => ({ file, facts: readFacts(file) }),
  facts: (doc) => doc.facts,
  edits: ({ file }, decision) => {
    const started = decision.enableInScripts.has(file.path) ? turnOn(file) : { edits: [], findings: [] };
    return { edits: [...started.edits, ...fixes(file, decision)], findings: started.findings };
  },
  confirm,
};

/** Fixes of code; which workers get their scheduler is decided from the whole project, not here. */
function fixes({ path }: SourceFile, { code }: Decision): readonly Edit[] {
  if (code === undefined) return [];
  return code.analysis.edits(path, code.level).filter(({ why }) => why !== 'add-with-scheduler');
}

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

/**
 * The same workers are started as before, those switched on that were to be; the same facts, but for imports that are
 * gone; nothing unparsable that was not so before. What ran rq-scheduler does so no more once its import is swapped.
 */
function confirm(before: PythonDoc, after: PythonDoc, decision: Decision): string | null {
  const switched = decision.enableInScripts.has(before.file.path);
  const swapped = fixes(before.file, decision).length > 0;
  const startsIn = ({ file }: PythonDoc) =>
    pythonStarts(file.text).filter(({ role }) => !swapped || role === 'worker');
  const expected = startsIn(before).map(({ role, queues, withScheduler, turnOn: place }) => ({
    role,
    queues,
    withScheduler: place && switched ? 'on' : withScheduler,
  }));
  const found = startsIn(after).map(({ role, queues, withScheduler }) => ({ role, queues, withScheduler }));
  if (JSON.stringify(found) !== JSON.stringify(expected)) return 'worker starts differ';
  if (!sameFacts(before, after)) return 'other facts differ';
  return hasSyntaxError(after.file.text) && !hasSyntaxError(before.file.text)
    ? 'it would not parse any more'
    : null;
}

function sameFacts(before: PythonDoc, after: PythonDoc): boolean {
  const keys = ({ facts }: PythonDoc, type: string) =>
    facts.filter((fact) => fact.type === type).map((fact) => JSON.stringify({ ...fact, where: null }));
  if (JSON.stringify(keys(before, 'env-read')) !== JSON.stringify(keys(after, 'env-read'))) return false;
  const imports = keys(before, 'import');
  return keys(after, 'import').every((key) => {
    const at = imports.indexOf(key);
    if (at >= 0) imports.splice(at, 1);
    return at >= 0;
  });
}

/** Words without one of which a file has no fact to give: most files need no parsing. */
const TELLING = /\brq\b|rq_scheduler|flask_rq2|django_rq|environ|getenv|decouple|starlette|BaseSettings/;

function readFacts(file: SourceFile): Fact[] {
  if (!TELLING.test(file.text) || isDropIn(file.path, file.text)) return [];
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
