import { lineOf } from '../bytes.js';
import { importsOf } from '../pysource/imports.js';
import { parsePython } from '../pysource/parser.js';
import type { Fact, FileKind, SourceFile } from '../types.js';
import { environmentReads } from './env-reads.js';
import { schedulerModules } from './modules.js';

/** The facts of one Python file, in source order. */
export interface PythonDoc {
  readonly facts: readonly Fact[];
}

/**
 * Python sources: what they import of rq-scheduler and its relatives, and which environment
 * variables they read. Facts only; code is never edited. Never throws on bad syntax.
 */
export const python: FileKind<PythonDoc> = {
  id: 'python',
  match: (path) => path.endsWith('.py'),
  parse: (file) => ({ facts: readFacts(file) }),
  facts: (doc) => doc.facts,
  edits: () => ({ edits: [], findings: [] }),
  confirm: () => null,
};

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
