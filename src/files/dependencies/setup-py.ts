import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { type PyNode, parsePython } from '../pysource/parser.js';
import { stringValue, walk } from '../pysource/syntax.js';
import type { Decision, Fact, FileKind } from '../types.js';
import { linesOf, removeLines } from './lines.js';
import { parseRequirement } from './pep508.js';
import {
  compareListed,
  type Listed,
  RUNTIME,
  RUNTIME_SPECIFIER,
  raisedRq,
  rqFinding,
  SCHEDULER,
  schedulerGoes,
} from './policy.js';

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
  /** The string without its quotes; null for one that is not plain. */
  readonly inside: { readonly start: number; readonly end: number } | null;
  /** Its lines, where they hold nothing but this member of a list; null where it cannot be taken out. */
  readonly lines: { readonly start: number; readonly end: number } | null;
}

/** Packages that a decision asks for. */
const NAMES = new Set([
  SCHEDULER,
  'rq',
  'django-rq',
  'flask-rq2',
  'django-rq-scheduler',
  'croniter',
  RUNTIME,
]);

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
      const plain = plainString(node, value);
      const specifierAt = plain ? at(node.start + 1, found) : null;
      const inside = plain ? { start: node.start + 1, end: node.end - 1 } : null;
      return [{ fact, specifierAt, inside, lines: removable.has(node.start) ? ownLine(text, node) : null }];
    });
    return { text, dependencies };
  },
  facts: (doc) => doc.dependencies.map(({ fact }) => fact),
  edits: (doc, decision) => {
    const { replaced, below } = runtimeAnchors(doc, decision);
    const gone = doc.dependencies.filter((one) => goes(one, decision) && !replaced.includes(one));
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
      edits: [
        ...removeLines(doc.text, ranges),
        ...raises.flatMap((one) => raiseEdit(one, decision)),
        ...replaced.flatMap(({ inside }) => (inside === null ? [] : [{ ...inside, ...RUNTIME_LINE }])),
        ...below.flatMap((one) => lineBelow(doc.text, one)),
      ],
      findings: [...stuck.map(byHand), ...problems.filter((finding) => finding !== null)],
    };
  },
  confirm: (before, after, decision) => {
    const { replaced, below } = runtimeAnchors(before, decision);
    const stays = (one: Requirement) =>
      !replaced.includes(one) && (!goes(one, decision) || one.lines === null);
    const kept = before.dependencies
      .filter(stays)
      .map((one) => ({ ...listed(one), specifier: wanted(one, decision) }));
    const added = [...replaced, ...below].map(() => ({
      section: '',
      name: RUNTIME,
      specifier: RUNTIME_SPECIFIER,
    }));
    return compareListed([...kept, ...added], after.dependencies.map(listed));
  },
};

const RUNTIME_LINE = { text: `${RUNTIME}${RUNTIME_SPECIFIER}`, why: 'add-runtime' };

function goes({ fact }: Requirement, decision: Decision): boolean {
  return schedulerGoes(decision) && fact.name === SCHEDULER;
}

/** Requirements that become rq-recurring, and those below which it gets a line of its own. */
function runtimeAnchors(
  { dependencies }: SetupPyDoc,
  decision: Decision,
): { readonly replaced: readonly Requirement[]; readonly below: readonly Requirement[] } {
  const { addRuntime } = decision;
  if (addRuntime == null || dependencies.some(({ fact }) => fact.name === RUNTIME))
    return { replaced: [], below: [] };
  const anchors = dependencies.filter(({ fact, inside }) => fact.name === addRuntime && inside !== null);
  return {
    replaced: anchors.filter((one) => goes(one, decision)),
    below: anchors.filter((one) => !goes(one, decision) && one.lines !== null),
  };
}

function lineBelow(text: string, { inside, lines }: Requirement): Edit[] {
  if (inside === null || lines === null) return [];
  const before = text.slice(lines.start, inside.start);
  const quote = text[inside.end] ?? '';
  const newline = /(\r\n|\r|\n)$/.exec(text.slice(0, lines.end))?.[0] ?? '\n';
  return [
    {
      start: lines.end,
      end: lines.end,
      why: RUNTIME_LINE.why,
      text: `${before}${RUNTIME_LINE.text}${quote},${newline}`,
    },
  ];
}

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
