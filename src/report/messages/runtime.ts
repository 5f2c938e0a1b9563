import { list, type Word } from './words.js';

const names = (value: Parameters<Word>[0][string] | undefined): boolean => list(value) !== '';

/** What is said of the package that runs recurring jobs, and of its place in the project. */
export const RUNTIME: Readonly<Record<string, Word>> = {
  'runtime-name-taken': () => ({
    text: 'is in the way of the package for recurring jobs: it is something else of that name.',
    next: 'Move it away, or choose another folder that all who import the package import from: --runtime-path DIR.',
  }),
  'runtime-place-unknown': (a) => ({
    text: `no folder is known from which all workers, and all code that uses the package for recurring jobs, can import it${names(a.open) ? ` (of ${list(a.open)} it cannot be told where they import from)` : ''}${names(a.folders) ? `; they import from ${list(a.folders)}` : ''}.`,
    next: 'Name one: --runtime-path DIR. Or set the working directory or PYTHONPATH where they are started, or install the package: --recurring-install package.',
  }),
  'runtime-changed': (a) =>
    a.missing === true
      ? {
          text: 'belongs to the package for recurring jobs, and is not there; the package is left as it is.',
          next: 'See that it is not needed, or delete the folder and run again.',
        }
      : {
          text: `was changed by hand; it is left as it is. First difference: ${a.now} (as released: ${a.was})`,
          next: 'See that the change is still wanted; without the folder, run installs it anew.',
        },
  'runtime-newer': (a) => ({
    text: `is version ${a.version}, newer than ${a.own}, which this tool brings; it is left as it is.`,
  }),
  'runtime-vendored': () => ({
    text: 'would be imported in the place of the installed package rq-recurring.',
    next: 'Delete it.',
  }),
  'runtime-not-listed': (a) => ({
    text: 'no list of dependencies could be given the package for recurring jobs.',
    next: `Write ${a.line} beside rq where the workers' packages are listed, or install its files: --recurring-install vendor.`,
  }),
  'install-runtime': () => ({ text: 'the package that runs recurring jobs in the workers' }),
  'update-runtime': () => ({
    text: 'a newer version of the package that runs recurring jobs in the workers',
  }),
  'add-runtime': () => ({ text: 'the package that runs recurring jobs in the workers' }),
};
