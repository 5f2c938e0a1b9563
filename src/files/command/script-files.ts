import type { SourceFile } from '../types.js';

/** Dockerfiles and Containerfiles by their name. */
export function isDockerfile(path: string): boolean {
  return /(^|\/)((Dockerfile|Containerfile)([._-](?!dockerignore$)[^/]*)?|[^/]+\.(Dockerfile|Containerfile))$/i.test(
    path,
  );
}

/** Makefiles by their name. */
export function isMakefile(path: string): boolean {
  return /(^|\/)((GNU)?[Mm]akefile|[^/]+\.mk)$/.test(path);
}

/** By extension, by name, or with no extension at all: then the first line decides. */
const SHELL_PATH =
  /\.(sh|bash)$|(^|\/)(docker-)?(entrypoint|start|run|boot|worker|scheduler|rq)[\w-]*$|(^|\/)[^/.]+$/;

/** Paths at which shell scripts stand. */
export function mayBeShellScript(path: string): boolean {
  return SHELL_PATH.test(path);
}

/** A shell script: by extension, else by its first line. */
export function isShellScript({ path, text }: SourceFile): boolean {
  const first = /^(?:\xef\xbb\xbf)?#!([^\r\n]*)/.exec(text)?.[1];
  if (first !== undefined) return mayBeShellScript(path) && /\b(ba|da|a|k|z)?sh\b/.test(first);
  return /\.(sh|bash)$/.test(path);
}

/** A file whose commands are edited where they stand, and not by the kind of file that leads to it. */
export function isCommandFile(file: SourceFile | undefined): boolean {
  if (file === undefined) return false;
  return isDockerfile(file.path) || isMakefile(file.path) || isShellScript(file);
}
