import type { ProjectView, SourceFile } from '../types.js';
import { type Arg, expandWords, type Scope, type ScriptText } from './expand.js';
import { findConsoleScript, findFile, findModule } from './find.js';
import { afterCd, NOWHERE, rootsAt } from './ground.js';
import { optionValues } from './import-path.js';
import { pythonTarget, shellArgument, shellScript } from './interpreters.js';
import { procfileList, supervisorList } from './lists.js';
import { ownClickCommand, ownManagementCommand, ownRqManagement } from './own-commands.js';
import { sourceOf, wordArg } from './pieces.js';
import { isPreparation } from './preparation.js';
import { importRootOf, PythonBegun, SERVERS } from './python-begun.js';
import { djangoCommand, flaskRqCommand, rqCommand, rqworkerCommand } from './rq.js';
import { summarise } from './summary.js';
import { traceScript } from './trace.js';
import type { Command, CommandAnalysis } from './types.js';
import { shellTokens } from './words.js';
import { programName, unwrap } from './wrappers.js';

const MAX_FOLLOWED = 40;
const MAX_DEPTH = 12;
const ENDS = new Set(['exec', 'exit', 'return']);

/**
 * Decides what a command runs by following it: through shells, wrappers, the project's own scripts,
 * console scripts, Procfiles and supervisor configurations. Pure. The Python grammar must be loaded
 * (`pysource/parser.ts`) when the command can lead to a Python file.
 */
export function analyseCommand(command: Command, project: ProjectView): CommandAnalysis {
  const analyser = new Analyser(command, project);
  analyser.pieces();
  const origins = command.pieces.flatMap(({ origin }) => (origin === null ? [] : [origin]));
  return summarise(analyser.started, analyser.via, origins, analyser.imports);
}

class Analyser extends PythonBegun {
  private depth = 0;
  /** The shell script that is followed, project-relative; null for none. */
  private script: string | null = null;
  protected readonly analyse = analyseCommand;

  /** Reads the pieces as one command line; a shell piece may go on to further commands. */
  pieces(): void {
    const scope: Scope = { args: [], vars: new Map(this.command.vars) };
    let lead: Arg[] = [];
    this.command.pieces.forEach((piece, index) => {
      const source = sourceOf(piece, index);
      if (piece.origin !== null && !this.via.some((seen) => seen.path === piece.origin?.path)) {
        this.via.push(piece.origin);
      }
      const last = index === this.command.pieces.length - 1;
      if (piece.form === 'word') lead.push(wordArg(piece, source));
      else if (!last) lead.push(...this.shellWords(source, scope));
      else {
        const run = piece.origin === null ? this.attached : this.fromScript;
        traceScript(source, scope, run, lead);
        lead = [];
      }
    });
    if (lead.length > 0) this.run(lead, scope);
  }

  private shellWords(source: ScriptText, scope: Scope): Arg[] {
    const words = shellTokens(source.text).flatMap((token) => (token.type === 'word' ? [token.word] : []));
    return expandWords(words, source, scope);
  }

  /** A command of the command line given: what it starts in the background belongs to it. */
  private readonly attached = (args: readonly Arg[], scope: Scope): boolean => this.run(args, scope);

  /** A command of a file that is edited itself. */
  private readonly fromScript = (args: readonly Arg[], scope: Scope, background: boolean): boolean => {
    const outer = this.detached;
    this.detached = outer || background;
    const ended = this.run(args, scope);
    this.detached = outer;
    return ended;
  };

  private run(args: readonly Arg[], scope: Scope): boolean {
    const name = programName(args[0]?.value ?? '');
    if (this.depth >= MAX_DEPTH || this.started.length > MAX_FOLLOWED) return true;
    this.depth++;
    const { interpreter, isolated } = this;
    this.dispatch(name, args, scope);
    this.interpreter = interpreter;
    this.isolated = isolated;
    this.depth--;
    return ENDS.has(name);
  }

  private wrapped(args: readonly Arg[], inner: readonly Arg[], scope: Scope): void {
    const own = args.slice(0, args.length - inner.length);
    const set = own.flatMap(({ value }) => /^PYTHONPATH=(.*)$/.exec(value)?.[1] ?? []);
    const vars = new Map(set.length === 0 ? scope.vars : [...scope.vars, ['PYTHONPATH', set.join(':')]]);
    const [folder] = optionValues(own, '-C', '--chdir', '--directory');
    this.aside(() => {
      if (
        /^(docker|podman|nerdctl|docker-compose|podman-compose|kubectl)$/.test(
          programName(own[0]?.value ?? ''),
        )
      )
        this.ground = NOWHERE;
      else if (folder !== undefined) this.ground = afterCd(this.ground, folder, !folder.includes('$'), null);
      this.run(inner, { args: scope.args, vars });
    });
  }

  private dispatch(name: string, args: readonly Arg[], scope: Scope): void {
    const inner = unwrap(args);
    if (inner !== null) {
      this.wrapped(args, inner, scope);
    } else if (name === 'cd' || name === 'pushd') {
      const to = args[1];
      this.ground = afterCd(this.ground, to?.value ?? '', to?.known ?? false, this.script);
    } else if (/^(sh|bash|dash|ash|zsh|ksh)$/.test(name)) {
      this.aside(() => this.shell(args, scope));
    } else if (/^python[\d.]*$/.test(name)) {
      this.python(args, scope);
    } else if (name === 'newrelic-admin' && args[1]?.value === 'run-python') {
      this.python(args.slice(1), scope);
    } else if (name === 'watchfiles' || name === 'su' || name === 'eval') {
      this.aside(() => this.shellArgument(name, args, scope));
    } else if (name === 'rqscheduler') {
      this.add({ kind: 'scheduler' }, args);
    } else if (name === 'rqworker') {
      this.beginsRq(args, scope);
      this.add(rqworkerCommand(args), args);
    } else if (name === 'rq') {
      this.beginsRq(args, scope);
      this.add(rqCommand(args.slice(1)), args);
    } else if (name === 'flask') {
      this.beginsFlask(args, scope);
      this.flask(args);
    } else if (name === 'manage.py' || name === 'django-admin') {
      const program = args[0]?.value ?? '';
      if (name === 'manage.py')
        this.beginsScript(program, findFile(this.project, program, this.command.places), scope);
      else this.begins(this.pathOptions(args, '--pythonpath'), scope);
      this.django(args.slice(1), args);
    } else if (/^(honcho|foreman|forego|goreman|overmind|hivemind)$/.test(name)) {
      this.programList(procfileList(args), args);
    } else if (name === 'supervisord') {
      this.programList(supervisorList(args), args);
    } else if (SERVERS.has(name)) {
      this.server(args, scope);
    } else {
      this.program(name, args, scope);
    }
  }

  private shell(args: readonly Arg[], scope: Scope): void {
    const { at, inline } = shellScript(args);
    const script = args[at];
    if (script === undefined) return;
    if (inline) this.inline(script, { args: args.slice(at + 2), vars: new Map(scope.vars) });
    else if (!this.file(script, args.slice(at), scope)) this.other(args);
  }

  private inline(script: Arg, scope: Scope): void {
    const source = script.script ?? {
      text: script.value,
      path: null,
      piece: 0,
      offset: null,
      file: null,
    };
    const own = source.path === null && (this.command.pieces[source.piece]?.origin ?? null) === null;
    traceScript(source, scope, own ? this.attached : this.fromScript);
  }

  private shellArgument(name: string, args: readonly Arg[], scope: Scope): void {
    const script = shellArgument(name, args);
    if (script !== undefined) this.inline(script, scope);
  }

  private python(args: readonly Arg[], scope: Scope): void {
    const { what, at } = pythonTarget(args);
    const script = args[at];
    this.isolated = args.slice(1, at).some(({ value }) => /^-[A-Za-z]*[IP]/.test(value));
    this.begins(what === 'script' ? [] : rootsAt('.', this.ground, this.project), scope);
    if (what === 'module') this.module(args.slice(at), args, scope);
    else if (what === 'inline' || script === undefined) this.other(args);
    else if (/^(manage\.py|rq|rqworker|rqscheduler|flask|honcho)$/.test(programName(script.value))) {
      this.run(args.slice(at), scope);
    } else if (!this.file(script, args.slice(at), scope)) {
      this.other(args);
    }
  }

  private module(rest: readonly Arg[], args: readonly Arg[], scope: Scope): void {
    const name = rest[0]?.value ?? '';
    const roots = this.interpreter?.roots ?? [];
    if (name === 'rq' || name === 'rq.cli' || name === 'rq.cli.cli') {
      this.begins([...roots, ...this.pathOptions(rest, '--path')], scope);
      this.add(rqCommand(rest.slice(1)), args);
    } else if (name === 'rq_scheduler' || name.startsWith('rq_scheduler.'))
      this.add({ kind: 'scheduler' }, args);
    else if (name === 'flask') this.flask(rest);
    else if (name === 'django' || name === 'manage') this.django(rest.slice(1), args);
    else if (name === 'honcho' || name === 'dotenv' || name === 'watchfiles') this.run(rest, scope);
    else {
      const file = findModule(this.project, name, this.command.places);
      this.begins(roots, scope, file?.path ?? null);
      if (file === undefined) this.other(args);
      else this.pythonFile(file, 1, args);
    }
  }

  private flask(args: readonly Arg[]): void {
    const at = args.findIndex((arg, i) => i > 0 && arg.value === 'rq');
    if (at > 0) this.rqGroup(args.slice(at + 1), args);
    else this.other(args);
  }

  /** `… rq worker`, `… rq scheduler`: Flask-RQ2's commands, or the project's own by the same names. */
  private rqGroup(rest: readonly Arg[], args: readonly Arg[]): void {
    const own = ownClickCommand(this.project, rest[0]?.value ?? '');
    const start = flaskRqCommand(rest);
    if (own !== null) this.via.push(own);
    this.add(start, args);
    if (own !== null && start?.kind === 'scheduler') this.other(args);
  }

  private django(rest: readonly Arg[], args: readonly Arg[]): void {
    const name = rest[0]?.value ?? '';
    const file = ownManagementCommand(this.project, name);
    const own = file === undefined ? null : ownRqManagement(file, rest);
    // With rq_recurring's Command in the place of django-rq's it registers what it does, and then waits.
    if (own?.start.kind === 'scheduler' && own.extended?.handles === true) this.other(args);
    else if (own !== null) {
      this.via.push(own.where);
      this.add(own.start, args);
      if (own.start.kind === 'scheduler' && own.extended === null) this.other(args);
    } else if (file !== undefined) this.pythonFile(file, 1, args);
    else if (name === 'rq') this.rqGroup(rest.slice(1), args);
    else this.add(djangoCommand(rest), args);
  }

  private program(name: string, args: readonly Arg[], scope: Scope): void {
    const program = args[0];
    if (program === undefined || isPreparation(name, args)) return;
    if (this.file(program, args, scope)) return;
    const script = findConsoleScript(this.project, program.value, this.command.places);
    if (script !== null && /^rq_scheduler(\.|$)/.test(script.module)) {
      this.via.push({ path: script.path, line: script.line });
      this.add({ kind: 'scheduler' }, args);
      return;
    }
    const file = script === null ? undefined : findModule(this.project, script.module, this.command.places);
    if (script !== null && file !== undefined) {
      const [top = ''] = script.module.split('.');
      const folder = importRootOf(file.path, script.module);
      this.begins(folder === null ? [] : [{ folder, packages: [top] }], scope, file.path);
      this.via.push({ path: script.path, line: script.line });
      this.ownPython(file, args);
      return;
    }
    // A start script that is not in the project (it came with the image) runs its arguments.
    if (/\.sh$|entrypoint|^wait|^start/.test(name) && args.length > 1) {
      this.run(args[1]?.value === '--' ? args.slice(2) : args.slice(1), scope);
    } else {
      this.other(args);
    }
  }

  /** Follows a script of the project; `args[0]` is the script itself. False when there is none. */
  private file(script: Arg, args: readonly Arg[], scope: Scope): boolean {
    if (!script.known || this.via.length > MAX_FOLLOWED) return false;
    const file = findFile(this.project, script.value, this.command.places);
    if (file === undefined) return false;
    if (/\.py$/.test(file.path) || /^#![^\r\n]*python/.test(file.text)) {
      this.beginsScript(script.value, file, scope);
      this.ownPython(file, args);
      return true;
    }
    if (!/\.(sh|bash)$|(^|\/)[^.]+$/.test(file.path) && !/^#![^\r\n]*sh\b/.test(file.text)) return false;
    this.via.push({ path: file.path, line: 1 });
    const source = { text: file.text, path: file.path, piece: 0, offset: 0, file: file.text };
    const inner = { args: args.slice(1), vars: new Map(scope.vars) };
    const outer = this.script;
    this.script = file.path;
    this.aside(() => traceScript(source, inner, this.fromScript));
    this.script = outer;
    return true;
  }

  /** A script with `args[0]` its own name: Django's command line under another name, or any other. */
  private ownPython(file: SourceFile, args: readonly Arg[]): void {
    if (args.length > 1 && /\bexecute_from_command_line\(/.test(file.text)) this.django(args.slice(1), args);
    else this.pythonFile(file, 1, args);
  }
}
