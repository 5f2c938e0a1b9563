import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { type PyNode, parsePython } from '../pysource/parser.js';
import { stringValue, walk } from '../pysource/syntax.js';
import type { Decision, Fact, FileKind } from '../types.js';
import { linesOf, removeLines } from './lines.js';
import { parseRequirement } from './pep508.js';
import { compareListed, type Listed, raisedRq, rqFinding, SCHEDULER, schedulerGoes } from './policy.js';

type DependencyFact = Extract<Fact, { type: 'dependency' }>;

/** A setup.py, of which only the names that matter are read. */
export interface SetupPyDoc {
  readonly text: string;
  readonly dependencies: readonly Requirement[];
}

interface Requirement {
  readonly fact: DependencyFact;
  /** Where its specifier stands; null in a string that is not plain. */
  readonly specifierAt: { readonly start: number; readonly end: number } | null;
  /** Its lines, where they hold nothing but this member of a list; null where it cannot be taken out. */
  readonly lines: { readonly start: number; readonly end: number } | null;
}

/** Packages that a decision asks for. */
const NAMES = new Set([SCHEDULER, 'rq', 'django-rq', 'flask-rq2', 'django-rq-scheduler', 'croniter']);

/**
 * setup.py: a program, of which a requirement in any of its strings is a dependency. rq-scheduler is taken out
 * where it is a member of a list or tuple with a line of its own, else it is the finding `edit-by-hand`; rq's
 * specifier is raised in place.
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
      const specifierAt = plainString(node, value) ? at(node.start + 1, found) : null;
      return [{ fact, specifierAt, lines: removable.has(node.start) ? ownLine(text, node) : null }];
    });
    return { text, dependencies };
  },
  facts: (doc) => doc.dependencies.map(({ fact }) => fact),
  edits: (doc, decision) => {
    const gone = doc.dependencies.filter(({ fact }) => schedulerGoes(decision) && fact.name === SCHEDULER);
    const ranges = gone.flatMap(({ lines }) =>
      lines === null ? [] : [{ ...lines, why: 'remove-dependency' }],
    );
    const raises = doc.dependencies.filter(({ fact }) => raisedRq(fact, decision, 'pep440') !== null);
    const stuck = [
      ...gone.filter(({ lines }) => lines === null),
      ...raises.filter((r) => r.specifierAt === null),
    ];
    const problems = doc.dependencies.map(({ fact }) => rqFinding(fact, decision, 'pep440', fact.where));
    return {
      edits: [...removeLines(doc.text, ranges), ...raises.flatMap((one) => raiseEdit(one, decision))],
      findings: [...stuck.map(byHand), ...problems.filter((finding) => finding !== null)],
    };
  },
  confirm: (before, after, decision) => {
    const stays = ({ fact, lines }: Requirement) =>
      !schedulerGoes(decision) || fact.name !== SCHEDULER || lines === null;
    return compareListed(
      before.dependencies.filter(stays).map((one) => ({ ...listed(one), specifier: wanted(one, decision) })),
      after.dependencies.map(listed),
    );
  },
};

function listed({ fact }: Requirement): Listed {
  return { section: '', name: fact.name, specifier: fact.specifier };
}

function wanted({ fact, specifierAt }: Requirement, decision: Decision): string {
  return (specifierAt === null ? null : raisedRq(fact, decision, 'pep440')) ?? fact.specifier;
}

function raiseEdit({ fact, specifierAt }: Requirement, decision: Decision): Edit[] {
  const text = raisedRq(fact, decision, 'pep440');
  return text === null || specifierAt === null ? [] : [{ ...specifierAt, text, why: 'raise-rq' }];
}

function byHand({ fact }: Requirement): Finding {
  return { code: 'edit-by-hand', severity: 'warn', ...fact.where, args: { name: fact.name } };
}

/** Quotes of one char, no prefix, no escapes: offsets into the value are offsets into the file. */
function plainString(node: PyNode, value: string | null): boolean {
  return value !== null && node.text.slice(1, -1) === value && /^["']/.test(node.text);
}

function at(base: number, { start, end }: { start: number; end: number }): { start: number; end: number } {
  return { start: base + start, end: base + end };
}

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
