import { lineOf } from '../bytes.js';
import { type PyNode, parsePython } from '../pysource/parser.js';
import { stringValue, walk } from '../pysource/syntax.js';
import type { Fact, FileKind } from '../types.js';
import { linesOf, removeLines } from './lines.js';
import { parseRequirement } from './pep508.js';
import { compareListed, SCHEDULER, schedulerGoes } from './policy.js';

type DependencyFact = Extract<Fact, { type: 'dependency' }>;

/** A setup.py, of which only the names that matter are read. */
export interface SetupPyDoc {
  readonly text: string;
  readonly dependencies: readonly Requirement[];
}

interface Requirement {
  readonly fact: DependencyFact;
  /** Its lines, where they hold nothing but this member of a list; null where it cannot be taken out. */
  readonly lines: { readonly start: number; readonly end: number } | null;
}

/** Packages that a decision asks for. */
const NAMES = new Set([SCHEDULER, 'rq', 'django-rq', 'flask-rq2', 'django-rq-scheduler', 'croniter']);

/**
 * setup.py: a program, of which a requirement in any of its strings is a dependency. rq-scheduler is taken out
 * where it is a member of a list or tuple with a line of its own, else it is the finding `edit-by-hand`.
 */
export const setupPy: FileKind<SetupPyDoc> = {
  id: 'setup-py',
  match: (path) => /(^|\/)setup\.py$/.test(path),
  parse: ({ path, text }) => {
    const nodes = [...walk(parsePython(text))];
    const removable = new Set(nodes.flatMap(removableMembers).map(({ start }) => start));
    const dependencies = nodes.flatMap((node): Requirement[] => {
      const value = stringValue(node);
      const found = value === null ? null : parseRequirement(value);
      if (found === null || !NAMES.has(found.name)) return [];
      const where = { path, line: lineOf(text, node.start) };
      const fact = { type: 'dependency' as const, name: found.name, specifier: found.specifier, where };
      return [{ fact, lines: removable.has(node.start) ? ownLine(text, node) : null }];
    });
    return { text, dependencies };
  },
  facts: (doc) => doc.dependencies.map(({ fact }) => fact),
  edits: (doc, decision) => {
    const gone = doc.dependencies.filter(({ fact }) => schedulerGoes(decision) && fact.name === SCHEDULER);
    const ranges = gone.flatMap(({ lines }) =>
      lines === null ? [] : [{ ...lines, why: 'remove-dependency' }],
    );
    return {
      edits: removeLines(doc.text, ranges),
      findings: gone
        .filter(({ lines }) => lines === null)
        .map(({ fact }) => ({
          code: 'edit-by-hand',
          severity: 'warn',
          ...fact.where,
          args: { name: fact.name },
        })),
    };
  },
  confirm: (before, after, decision) => {
    const stays = ({ fact, lines }: Requirement) =>
      !schedulerGoes(decision) || fact.name !== SCHEDULER || lines === null;
    return compareListed(
      before.dependencies.filter(stays).map(({ fact }) => ({ section: '', ...fact })),
      after.dependencies.map(({ fact }) => ({ section: '', ...fact })),
    );
  },
};

/** Members that can go; of a tuple of two none, for what stays may have no comma, and be a tuple no more. */
function removableMembers({ type, children }: PyNode): readonly PyNode[] {
  if (type !== 'list' && type !== 'tuple') return [];
  const members = children.filter((node) => node.type !== 'comment');
  return type === 'tuple' && members.length <= 2 ? [] : members;
}

/** The line of a member followed by a comma, with nothing else in it but a comment. */
function ownLine(text: string, member: PyNode): { start: number; end: number } | null {
  const line = linesOf(text).find(({ start, next }) => start <= member.start && member.start < next);
  if (line === undefined || member.end > line.end) return null;
  const before = text.slice(line.start, member.start);
  const behind = text.slice(member.end, line.end);
  const alone = /^[ \t]*$/.test(before) && /^[ \t]*,[ \t]*(#.*)?$/.test(behind);
  return alone ? { start: line.start, end: line.next } : null;
}
