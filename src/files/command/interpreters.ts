import type { Arg } from './expand.js';

/** What a shell is given: a script at `args[at]`, `inline` for text behind `-c`. */
export function shellScript(args: readonly Arg[]): { readonly at: number; readonly inline: boolean } {
  let at = 1;
  let inline = false;
  for (; /^[-+]./.test(args[at]?.value ?? ''); at++) {
    const value = args[at]?.value ?? '';
    if (value === '--') continue;
    if (/^-[a-z]*c[a-z]*$/.test(value)) inline = true;
    if (/^[-+][a-z]*o$/.test(value) || value === '--rcfile' || value === '--init-file') at++;
  }
  return { at, inline };
}

/** The shell text among the arguments of `su app -c '…'`, `watchfiles '…' dir`, `eval …`. */
export function shellArgument(name: string, args: readonly Arg[]): Arg | undefined {
  const option = args.findIndex((arg) => arg.value === '-c' || arg.value === '--command');
  const at = name === 'su' ? option + 1 : args.findIndex((arg, i) => i > 0 && !arg.value.startsWith('-'));
  return at > 0 ? args[at] : undefined;
}

/** Options of the Python interpreter with a value (`python --help`). */
const PYTHON_VALUES = new Set(['-W', '-X']);

/** What Python is given: a script or a module's name at `args[at]`, or text behind `-c`. */
export function pythonTarget(args: readonly Arg[]): {
  readonly what: 'script' | 'module' | 'inline';
  readonly at: number;
} {
  let at = 1;
  for (; /^-./.test(args[at]?.value ?? ''); at++) {
    const value = args[at]?.value ?? '';
    if (value === '-c') return { what: 'inline', at };
    if (/^-[A-Za-z]*m$/.test(value)) return { what: 'module', at: at + 1 };
    if (PYTHON_VALUES.has(value)) at++;
  }
  return { what: 'script', at };
}
