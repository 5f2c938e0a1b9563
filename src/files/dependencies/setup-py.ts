import { lineOf } from '../bytes.js';
import { parsePython } from '../pysource/parser.js';
import { stringValue, walk } from '../pysource/syntax.js';
import type { Fact, FileKind } from '../types.js';
import { parseRequirement } from './pep508.js';
import { SCHEDULER } from './policy.js';

type DependencyFact = Extract<Fact, { type: 'dependency' }>;

/** A setup.py, of which only the names that matter are read. */
export interface SetupPyDoc {
  readonly dependencies: readonly DependencyFact[];
}

/** Packages that a decision asks for. */
const NAMES = new Set([SCHEDULER, 'rq', 'django-rq', 'flask-rq2', 'django-rq-scheduler', 'croniter']);

/**
 * setup.py: a program, so it is never edited. A requirement in any of its strings is a dependency, and
 * rq-scheduler in it the finding `edit-by-hand`.
 */
export const setupPy: FileKind<SetupPyDoc> = {
  id: 'setup-py',
  match: (path) => /(^|\/)setup\.py$/.test(path),
  parse: ({ path, text }) => {
    const dependencies = [...walk(parsePython(text))].flatMap((node): DependencyFact[] => {
      const value = stringValue(node);
      const found = value === null ? null : parseRequirement(value);
      if (found === null || !NAMES.has(found.name)) return [];
      const where = { path, line: lineOf(text, node.start) };
      return [{ type: 'dependency', name: found.name, specifier: found.specifier, where }];
    });
    return { dependencies };
  },
  facts: (doc) => doc.dependencies,
  edits: (doc, decision) => ({
    edits: [],
    findings: doc.dependencies
      .filter(({ name }) => decision.removeScheduler && name === SCHEDULER)
      .map(({ name, where }) => ({ code: 'edit-by-hand', severity: 'warn', ...where, args: { name } })),
  }),
  confirm: () => null,
};
