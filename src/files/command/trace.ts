import { type Arg, expandWords, type Scope, type ScriptText, shownWord, wordValue } from './expand.js';
import { type Assign, parseScript, type ShellNode } from './script.js';
import { plainValue, type Word } from './words.js';

/** Called for every command that runs, in the background or not; true when nothing after it runs (`exec`, `exit`). */
export type RunCommand = (args: readonly Arg[], scope: Scope, background: boolean) => boolean;

/**
 * Walks through shell text and hands over each simple command that runs, in order. A branch is left
 * out only when its condition can be decided from the scope; else all branches count.
 * `lead` comes before the words of the first command (an entrypoint before its command).
 */
export function traceScript(
  source: ScriptText,
  scope: Scope,
  run: RunCommand,
  lead: readonly Arg[] = [],
): boolean {
  const tracer = new Tracer(source, scope, run, [...lead]);
  const ended = tracer.walk(parseScript(source.text));
  return tracer.flush() || ended;
}

const MAX_DEPTH = 20;

class Tracer {
  private readonly functions = new Map<string, readonly ShellNode[]>();
  private depth = 0;
  private background = false;

  constructor(
    private readonly source: ScriptText,
    private readonly scope: Scope,
    private readonly run: RunCommand,
    private lead: Arg[],
  ) {}

  walk(nodes: readonly ShellNode[], scope: Scope = this.scope): boolean {
    return nodes.some((node) => this.node(node, scope));
  }

  /** The lead alone, when the text held no command to follow it. */
  flush(): boolean {
    const lead = this.lead.splice(0);
    return lead.length > 0 && this.run(lead, this.scope, false);
  }

  private node(node: ShellNode, scope: Scope): boolean {
    switch (node.type) {
      case 'function':
        this.functions.set(node.name, node.body);
        return false;
      case 'if':
        return this.conditional(node, scope);
      case 'case':
        return this.choice(node, scope);
      case 'run':
        return this.simple(node, scope);
    }
  }

  private simple(node: ShellNode & { type: 'run' }, scope: Scope): boolean {
    if (node.words.length === 0) {
      for (const { name, value } of node.assigns) {
        assign(scope, name, value);
      }
      return false;
    }
    const args = [...this.lead.splice(0), ...expandWords(node.words, this.source, scope)];
    const name = args[0]?.value;
    if (name === undefined || name === '') return false;
    const background = this.background || node.background;
    const body = this.functions.get(name);
    if (body !== undefined) {
      if (this.depth > MAX_DEPTH) return false;
      this.depth++;
      const outer = this.background;
      this.background = background;
      const ended = this.walk(body, { args: args.slice(1), vars: scope.vars });
      this.background = outer;
      this.depth--;
      return ended;
    }
    if (name === 'shift') scope.args.splice(0, Number(args[1]?.value ?? 1) || 1);
    if (name === 'set' && args[1]?.value === '--') scope.args.splice(0, scope.args.length, ...args.slice(2));
    if (name === 'export' || name === 'readonly' || name === 'local') this.assignAll(args.slice(1), scope);
    return this.run(args, node.assigns.length === 0 ? scope : withAssigns(scope, node.assigns), background);
  }

  private assignAll(args: readonly Arg[], scope: Scope): void {
    for (const { value, known } of args) {
      const match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(value);
      if (match?.[1] === undefined || match[2] === undefined) continue;
      if (known || match[1] === 'PYTHONPATH') scope.vars.set(match[1], match[2]);
      else scope.vars.delete(match[1]);
    }
  }

  private conditional(node: ShellNode & { type: 'if' }, scope: Scope): boolean {
    let open = false;
    for (const { test, body } of node.branches) {
      const holds = this.decide(test, scope);
      if (holds === false) continue;
      if (holds === true && !open) return this.walk(body, scope);
      if (holds === null) this.walk(test, scope);
      this.walk(body, copy(scope));
      open = true;
    }
    if (!open) return this.walk(node.otherwise, scope);
    this.walk(node.otherwise, copy(scope));
    return false;
  }

  private choice(node: ShellNode & { type: 'case' }, scope: Scope): boolean {
    const subject = wordValue(node.subject, scope);
    if (subject !== null) {
      const arm = node.arms.find(({ patterns }) => patterns.some((pattern) => matches(pattern, subject)));
      return arm !== undefined && this.walk(arm.body, scope);
    }
    for (const { body } of node.arms) this.walk(body, copy(scope));
    return false;
  }

  /** The truth of a `[ … ]` that compares known strings; null for everything else. */
  private decide(test: readonly ShellNode[], scope: Scope): boolean | null {
    const only = test.length === 1 ? test[0] : undefined;
    if (only?.type !== 'run' || only.words.length === 0) return null;
    const words = only.words.filter((word) => !/^(\[|\]|\[\[|\]\]|test)$/.test(plainValue(word)));
    if (words.length === only.words.length) return null;
    const values = words.map((word) => wordValue(word, scope));
    return compare(words, values);
  }
}

function compare(words: readonly Word[], values: readonly (string | null)[]): boolean | null {
  const [first, second, third] = values;
  const operator = words[1] === undefined ? '' : plainValue(words[1]);
  if (words.length === 2 && second !== undefined && second !== null) {
    if (first === '-n') return second !== '';
    if (first === '-z') return second === '';
  }
  if (words.length !== 3 || first === null || first === undefined || third === null || third === undefined) {
    return null;
  }
  if (operator === '=' || operator === '==') return matches(third, first);
  return operator === '!=' ? !matches(third, first) : null;
}

/** Shell patterns: `*` and `?`; the rest is literal. */
function matches(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[\\s\\S]*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(value);
}

/** Sets a variable, or forgets it where its value is not known. Of a search path each known entry counts. */
function assign(scope: Scope, name: string, value: Word): void {
  const known = wordValue(value, scope) ?? (name === 'PYTHONPATH' ? shownWord(value, scope) : null);
  if (known === null) scope.vars.delete(name);
  else scope.vars.set(name, known);
}

/** The scope of one command that has variables of its own. */
function withAssigns({ args, vars }: Scope, assigns: readonly Assign[]): Scope {
  const own = { args, vars: new Map(vars) };
  for (const { name, value } of assigns) assign(own, name, value);
  return own;
}

function copy(scope: Scope): Scope {
  return { args: [...scope.args], vars: new Map(scope.vars) };
}
