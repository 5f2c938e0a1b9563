import { runToEnd } from './engines/managed.js';

/** Compiles and throws the result away: nothing of the text is executed. */
const PROGRAM = `
import json, sys
bad = {}
for path, text in json.load(sys.stdin).items():
    try:
        compile(text.encode('latin-1'), path, 'exec', dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        bad[path] = str(error)
print(json.dumps(bad))
`;

/**
 * What the Python on PATH says against each file (byte text by path): the compiler's reason, by path, for those that
 * do not compile. Null where there is no Python 3 to ask.
 */
export async function compileErrors(
  files: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>> | null> {
  try {
    const arguments_ = ['-I', '-S', '-W', 'ignore', '-c', PROGRAM];
    const { code, stdout } = await runToEnd('python3', arguments_, { input: JSON.stringify(files) });
    return code === 0 ? (JSON.parse(stdout) as Record<string, string>) : null;
  } catch {
    return null;
  }
}
