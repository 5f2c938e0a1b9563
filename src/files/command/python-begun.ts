import type { SourceFile } from '../types.js';
import type { Arg, Scope } from './expand.js';
import { findModule } from './find.js';
import { FollowedFiles } from './followed.js';
import { folderOf, type ImportRoot, pathThere, rootsAt } from './ground.js';
import { distinctRoots, optionValues, pythonPathRoots } from './import-path.js';

/** Servers of web applications and others that import what they are told from the working directory. */
export const SERVERS: ReadonlySet<string> = new Set(['gunicorn', 'uvicorn', 'hypercorn', 'daphne', 'celery']);

/** What a Python process that a command starts has on its import path, by how it is started. */
export abstract class PythonBegun extends FollowedFiles {
  /** `-I` and `-P`: Python puts nothing onto its path by itself, or not even PYTHONPATH. */
  protected isolated = false;

  /** The command has started Python like this: `first` comes before PYTHONPATH. */
  protected begins(first: readonly ImportRoot[], scope: Scope, script: string | null = null): void {
    const path = pythonPathRoots(scope.vars.get('PYTHONPATH'), this.ground, this.project);
    this.interpreter = { roots: this.isolated ? [] : distinctRoots([...first, ...path]), script };
  }

  /** What RQ's command line adds: `--path`, else the working directory (rq/cli/helpers.py). */
  protected beginsRq(args: readonly Arg[], scope: Scope): void {
    const given = optionValues(args, '-P', '--path');
    this.begins(
      (given.length > 0 ? given : ['.']).flatMap((path) => rootsAt(path, this.ground, this.project)),
      scope,
    );
  }

  /** Python has put the folder of the script that it runs onto its path. */
  protected beginsScript(value: string, file: SourceFile | undefined, scope: Scope): void {
    const at = value.lastIndexOf('/');
    const there = pathThere(value, this.ground);
    const stands = there !== null && !there.startsWith('/') && this.project.get(there) !== undefined;
    const placed =
      this.ground.mounts.size > 0 && (at === 0 || value.startsWith('/') || this.ground.cwd !== null);
    const folder = file === undefined ? null : folderOf(stands && there !== null ? there : file.path);
    const roots = placed
      ? rootsAt(at < 0 ? '.' : value.slice(0, Math.max(at, 1)), this.ground, this.project)
      : folder === null
        ? []
        : [{ folder, packages: null }];
    this.begins(roots, scope, file?.path ?? null);
  }

  /** Follows what does not change where the commands after it run. */
  protected aside(follow: () => void): void {
    const { ground } = this;
    follow();
    this.ground = ground;
  }

  protected pathOptions(args: readonly Arg[], name: string): readonly ImportRoot[] {
    return optionValues(args, name).flatMap((path) => rootsAt(path, this.ground, this.project));
  }

  /** Flask's command line imports an application by name from the working directory (flask/cli.py). */
  protected beginsFlask(args: readonly Arg[], scope: Scope): void {
    const [app] = [...optionValues(args, '-A', '--app'), scope.vars.get('FLASK_APP') ?? ''];
    this.begins(app?.includes('/') ? [] : rootsAt('.', this.ground, this.project), scope);
  }

  /** `gunicorn app.web:app`: the working directory, or what `--chdir`, `--app-dir` and `--pythonpath` say. */
  protected server(args: readonly Arg[], scope: Scope): void {
    const given = ['--chdir', '--app-dir'].flatMap((name) => this.pathOptions(args, name));
    const first = given.length > 0 ? given : rootsAt('.', this.ground, this.project);
    const named = args.flatMap(({ value }) => /^([A-Za-z_][\w.]*):[\w.()]+$/.exec(value)?.[1] ?? []);
    const file = named[0] === undefined ? undefined : findModule(this.project, named[0], this.command.places);
    this.begins([...first, ...this.pathOptions(args, '--pythonpath')], scope, file?.path ?? null);
    this.other(args);
  }
}

/** Where a module is imported from by its name: its path without that; null where the two do not fit. */
export function importRootOf(path: string, module: string): string | null {
  const parts = module.split('.').join('/');
  const at = [`${parts}.py`, `${parts}/__init__.py`, `${parts}/__main__.py`].find(
    (tail) => path === tail || path.endsWith(`/${tail}`),
  );
  return at === undefined ? null : path.slice(0, Math.max(0, path.length - at.length - 1));
}
