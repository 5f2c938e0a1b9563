import type { FileChange, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import type { Project } from '../project.js';
import type { Fact } from '../types.js';
import { isToldOf } from './paths.js';

/** A program that is told by name what to start, and which of its subcommands fail for a name that is gone. */
interface Manager {
  /** The kind of file in which the names stand. */
  readonly kind: string;
  /** Its command, to the end of it; the first group is what follows the program. */
  readonly command: RegExp;
  /** Subcommands that something else waits for, and those that only show something. */
  readonly acts: RegExp;
  readonly shows: RegExp;
  /** The name in a word of the command, or null. */
  nameIn(word: string, before: string): string | null;
  /** Does its subcommand have, behind the first name, a command of something else? */
  readonly runs?: RegExp;
}

const REST = '((?:\\\\\\r?\\n|[^\\n;&|#`])*)';
const NONE = /^(?!)/;

const MANAGERS: readonly Manager[] = [
  {
    kind: 'compose',
    // Written out, or in a variable: `$(COMPOSE)`, `${DC}`.
    command: new RegExp(
      `(?:\\b(?:docker|podman)[- ]compose\\b|\\$[({]?(?:\\w*COMPOSE\\w*|DC)[)}]?)${REST}`,
      'gi',
    ),
    acts: /^(up|start|restart|stop|run|exec|build|create|pull|push|scale|rm|kill|pause)$/,
    shows: /^(logs|ps|top|port|attach|events|images)$/,
    runs: /^(run|exec)$/,
    nameIn: (word) => word.replace(/=\d+$/, ''),
  },
  {
    kind: 'procfile',
    command: new RegExp(`\\b(?:heroku|honcho|foreman|forego|overmind|hivemind)\\b${REST}`, 'g'),
    acts: /^(start|ps:\w+)$/,
    shows: /^logs$/,
    nameIn: (word) => word.replace(/[=:]\S*$/, ''),
  },
  {
    kind: 'supervisor',
    command: new RegExp(`\\bsupervisorctl\\b${REST}`, 'g'),
    acts: /^(start|restart|stop|signal)$/,
    shows: /^(status|tail|pid|fg)$/,
    nameIn: (word) => word.slice(word.indexOf(':') + 1),
  },
  {
    kind: 'kubernetes',
    command: new RegExp(`\\b(?:kubectl|oc)\\b${REST}`, 'g'),
    acts: /^(rollout|scale|exec|delete|set|patch|wait|restart|autoscale)$/,
    shows: /^(logs|get|describe|top|port-forward)$/,
    nameIn: (word, before) => {
      const object = /^(?:deploy|deployments?|sts|statefulsets?)(?:\.apps)?$/;
      const [type = '', name] = word.split('/');
      if (name !== undefined) return object.test(type) ? name : null;
      return object.test(before) ? word : null;
    },
  },
];

/**
 * Commands, in scripts, Makefiles and build steps, that name a service or a process that goes: they would fail.
 * `then` are the facts after the changes.
 */
export function namedFindings(
  project: Project,
  then: readonly Fact[],
  changes: readonly FileChange[],
): readonly Finding[] {
  const kinds = new Map(project.docs.map(({ file, kind }) => [file.path, kind.id]));
  const managers = MANAGERS.map((manager) => ({
    manager,
    gone: goneNames(manager.kind, kinds, project, then),
  }));
  const known = managers.filter(({ gone }) => gone.size > 0);
  if (known.length === 0) return [];
  const edited = new Map(changes.map((change) => [change.path, change]));
  const files = [...project.view.paths.flatMap((path) => project.view.get(path) ?? []), ...project.others];
  return files.flatMap(({ path, text }) => {
    const change = edited.get(path);
    if (kinds.get(path) === 'compose' || !isToldOf(path) || change?.action === 'delete') return [];
    const edits = change?.edits ?? [];
    return known
      .flatMap(({ manager, gone }) => commandsIn(text, manager, gone))
      .filter(({ at }) => !edits.some((edit) => edit.start <= at && at < edit.end))
      .map(({ at, service, severity }): Finding => {
        return { code: 'service-is-named', severity, path, line: lineOf(text, at), args: { service } };
      });
  });
}

/** Names of one kind of file that no such file has any more. */
function goneNames(
  kind: string,
  kinds: ReadonlyMap<string, string>,
  { facts }: Project,
  then: readonly Fact[],
): ReadonlySet<string> {
  const names = (all: readonly Fact[]) =>
    all.flatMap((fact) => {
      if (fact.type !== 'process' || kinds.get(fact.where.path) !== kind) return [];
      // Of a container among several the object stays: `worker/clock`.
      return [kind === 'kubernetes' ? (fact.name.split('/')[0] ?? '') : fact.name];
    });
  const left = new Set(names(then));
  return new Set(names(facts).filter((name) => !left.has(name)));
}

interface Named {
  readonly at: number;
  readonly service: string;
  readonly severity: Finding['severity'];
}

function commandsIn(text: string, manager: Manager, gone: ReadonlySet<string>): readonly Named[] {
  return [...text.matchAll(manager.command)].flatMap(({ 0: command, 1: rest = '', index }): Named[] => {
    const before = text.slice(text.lastIndexOf('\n', index) + 1, index);
    const found = /(^|\s)(#|\/\/|REM\b)/.test(before) ? null : nameIn(rest, manager, gone);
    return found === null ? [] : [{ ...found, at: index + command.length - rest.length + found.at }];
  });
}

/** The first word behind a subcommand that is one of the names. */
function nameIn(rest: string, manager: Manager, gone: ReadonlySet<string>): Named | null {
  let verb: string | null = null;
  let before = '';
  for (const { 0: word, index } of rest.matchAll(/[^\s"',[\]\\]+/g)) {
    if (verb === null) {
      if (manager.acts.test(word) || manager.shows.test(word)) verb = word;
      continue;
    }
    const service = manager.nameIn(word, before);
    if (service !== null && gone.has(service)) {
      return { service, at: index, severity: manager.acts.test(verb) ? 'error' : 'warn' };
    }
    if ((manager.runs ?? NONE).test(verb) && !word.startsWith('-')) return null;
    before = word;
  }
  return null;
}
