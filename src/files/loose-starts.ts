import { isDockerfile, isMakefile, mayBeShellScript } from './command/script-files.js';

/** A file whose commands people run by hand: what a unit, a Procfile or a compose file starts counts before it. */
export function mayBeLoose(path: string): boolean {
  if (isDockerfile(path) || /(^|\/)Procfile([._-][^/]*)?$/.test(path)) return false;
  return isMakefile(path) || /(^|\/)package\.json$/.test(path) || mayBeShellScript(path);
}
