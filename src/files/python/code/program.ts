import { hasSyntaxError, type PyNode, parsePython } from '../../pysource/parser.js';
import type { ProjectView } from '../../types.js';
import { isDropIn } from '../drop-in.js';
import { type Names, namesIn } from './scopes.js';

/** One parsed Python file of the project. */
export interface PyFile {
  readonly path: string;
  /** Byte text, a BOM included. */
  readonly text: string;
  readonly root: PyNode;
  readonly names: Names;
  /** Some of it could not be parsed. */
  readonly broken: boolean;
}

/**
 * The Python files of a project, parsed when something asks for them. Every file that was parsed is looked
 * through for uses, so that a scheduler handed to another module is followed there.
 */
export class Program {
  readonly #view: ProjectView;
  readonly #parsed = new Map<string, PyFile>();
  /** Dotted module name, every suffix of it, to the paths that it may mean. */
  readonly #modules = new Map<string, string[]>();
  readonly paths: readonly string[];

  constructor(view: ProjectView) {
    this.#view = view;
    this.paths = view.paths.filter((path) => path.endsWith('.py') && !isDropIn(path, this.text(path)));
    for (const path of this.paths) {
      const parts = path.replace(/(\/__init__)?\.py$/, '').split('/');
      for (let i = 0; i < parts.length; i++) {
        const name = parts.slice(i).join('.');
        const known = this.#modules.get(name);
        if (known === undefined) this.#modules.set(name, [path]);
        else known.push(path);
      }
    }
  }

  /** Files parsed so far, in the order in which they were asked for. */
  get parsed(): readonly PyFile[] {
    return [...this.#parsed.values()];
  }

  text(path: string): string {
    return this.#view.get(path)?.text ?? '';
  }

  /** The file if it has been parsed already. */
  open(path: string): PyFile | null {
    return this.#parsed.get(path) ?? null;
  }

  /** The file, parsed if it has not been yet. */
  file(path: string): PyFile | null {
    const known = this.#parsed.get(path);
    if (known !== undefined) return known;
    const source = this.#view.get(path);
    if (source === undefined) return null;
    const root = parsePython(source.text);
    const names = namesIn(root);
    const { text } = source;
    let broken: boolean | null = null;
    const file: PyFile = {
      path,
      text,
      root,
      names,
      get broken() {
        broken ??= hasSyntaxError(text);
        return broken;
      },
    };
    this.#parsed.set(path, file);
    return file;
  }

  /**
   * The project's file that `import <module>` in `from` loads: relative by folder, absolute the one that
   * shares most folders with `from` (scripts put their own folder on the path, packages the project's).
   * Null for what is not the project's.
   */
  locate(module: string, from: string): string | null {
    const dots = /^\.*/.exec(module)?.[0].length ?? 0;
    if (dots > 0) return this.#relative(module, dots, from);
    const candidates = this.#modules.get(module) ?? [];
    let best: string | null = null;
    let shared = -1;
    for (const path of candidates) {
      if (!this.#reachable(path, module, from)) continue;
      const common = commonFolders(path, from);
      if (common > shared) [best, shared] = [path, common];
    }
    return best;
  }

  /**
   * Does Python look in the folder that holds the module? Not inside of a package, except where a script of
   * the package's own folder is run as it is; there well-known names are more likely those from outside.
   */
  #reachable(path: string, module: string, from: string): boolean {
    const folder = path
      .replace(/(\/__init__)?\.py$/, '')
      .slice(0, -module.length)
      .replace(/\/$/, '');
    if (folder === '' || this.#view.get(`${folder}/__init__.py`) === undefined) return true;
    return from.split('/').slice(0, -1).join('/') === folder && !WELL_KNOWN.test(module);
  }

  #relative(module: string, dots: number, from: string): string | null {
    const folders = from.split('/').slice(0, -1);
    if (dots - 1 > folders.length) return null;
    const base = folders.slice(0, folders.length - (dots - 1));
    const rest = module.slice(dots);
    const stem = [...base, ...(rest === '' ? [] : rest.split('.'))].join('/');
    const packageFile = stem === '' ? '__init__.py' : `${stem}/__init__.py`;
    const candidates = rest === '' ? [packageFile] : [`${stem}.py`, packageFile];
    return candidates.find((path) => this.#view.get(path) !== undefined) ?? null;
  }
}

const WELL_KNOWN =
  /^(rq|redis|rq_scheduler|django_rq|flask_rq2|flask|django|datetime|time|queue|sched|schedule|celery|calendar|types|typing|logging|pytz|arrow|pendulum|apscheduler)(\.|$)/;

function commonFolders(a: string, b: string): number {
  const [x, y] = [a.split('/'), b.split('/')];
  let n = 0;
  while (n < x.length - 1 && n < y.length - 1 && x[n] === y[n]) n++;
  return n;
}

/** Last part of the name of the module in a file: of a package that of its folder. */
export function stemOf(path: string): string {
  return (
    path
      .replace(/(\/__init__)?\.py$/, '')
      .split('/')
      .at(-1) ?? ''
  );
}
