import { spawnSync } from 'node:child_process';

/** Compiles without running anything; without the user's site packages and environment. */
const SCRIPT = `
import base64, json, sys, warnings
warnings.simplefilter('ignore')
out = []
for one in json.load(sys.stdin):
    try:
        compile(base64.b64decode(one['source']), one['path'], 'exec', dont_inherit=True)
        out.append(None)
    except Exception as error:
        out.append('%s: %s' % (type(error).__name__, error))
json.dump(out, sys.stdout)
`;

/** Milliseconds for all files together. */
const PATIENCE = 60_000;

/** A source to compile; `text` is byte text. */
export interface PythonSource {
  readonly path: string;
  readonly text: string;
}

/**
 * What the Python on PATH says of each source: null for one that compiles, else its error. Null as a whole where
 * there is no Python, or it does not answer. Nothing of the sources is executed.
 */
export function compilePython(sources: readonly PythonSource[]): readonly (string | null)[] | null {
  const input = sources.map(({ path, text }) => ({
    path,
    source: Buffer.from(text, 'latin1').toString('base64'),
  }));
  const done = spawnSync('python3', ['-I', '-S', '-c', SCRIPT], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    timeout: PATIENCE,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status !== 0) return null;
  try {
    const answers: unknown = JSON.parse(done.stdout);
    return Array.isArray(answers) && answers.length === sources.length
      ? (answers as (string | null)[])
      : null;
  } catch {
    return null;
  }
}
