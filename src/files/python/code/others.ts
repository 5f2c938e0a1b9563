import type { Finding, Severity } from '../../../plan/types.js';
import type { PyNode } from '../../pysource/parser.js';
import { pythonStarts } from '../../pysource/starts.js';
import { fieldOf, walk } from '../../pysource/syntax.js';
import type { Draft } from './draft.js';
import type { PyFile } from './program.js';
import type { RawUse } from './raw-use.js';

/** rq-scheduler's keys in Redis (SEMANTICS §1, §7); RQ's own begin with `rq:scheduler:` and `rq:scheduler-lock:` too. */
export const LEGACY_KEY = /rq:scheduler(:scheduled_jobs|_instance\b|_lock\b)|^rq:scheduler$/;

/** A use that is only told of. */
export function note(
  file: PyFile,
  node: PyNode,
  code: string,
  severity: Severity,
  args: Finding['args'],
): Draft {
  return { code, severity, file, node, own: 'none', sites: [], edits: [], needs: [], proposal: null, args };
}

/** Functions that run when an application, a worker or a deployment starts. */
const STARTUP =
  /^(ready|main|handle|create_app|init_app|lifespan|__init__|(on_)?start(up)?|before_first_request)$|init|setup|seed|register|bootstrap|schedule_(jobs|tasks|all)|on_startup/i;
const MAKING = new Set(['schedule', 'cron', 'enqueue_at', 'enqueue_in', 'enqueue_periodic']);
const CLEARING = new Set(['cancel', 'get_jobs']);

interface Place {
  readonly file: PyFile;
  readonly node: PyNode;
  readonly methods: Set<string>;
  readonly name: string;
}

/**
 * Code that makes or clears schedules whenever something starts (R12): it must go on running somewhere.
 */
export function seedings(uses: readonly RawUse[]): Draft[] {
  const places = new Map<PyNode, Place>();
  for (const use of uses) {
    if (use.is !== 'call' || !(MAKING.has(use.method) || CLEARING.has(use.method))) continue;
    const fn = functionAround(use.node, use.file);
    const name = fn === null ? '' : (fieldOf(fn, 'name')?.text ?? '');
    if (fn !== null && !STARTUP.test(name)) continue;
    const key = fn ?? use.file.root;
    const { file, node: call } = use;
    const known = places.get(key) ?? { file, node: call, methods: new Set<string>(), name };
    known.methods.add(use.method);
    places.set(key, known);
  }
  return [...places.values()]
    .filter(({ methods }) => [...methods].some((method) => MAKING.has(method)))
    .filter(
      ({ methods, name }) =>
        name === '' || methods.has('cron') || methods.has('schedule') || methods.has('get_jobs'),
    )
    .map(({ file, node, methods, name }) =>
      note(file, node, 'code-seeding', 'info', {
        function: name,
        methods: [...methods],
        clears: methods.has('get_jobs') || methods.has('cancel'),
      }),
    );
}

function functionAround(node: PyNode, file: PyFile): PyNode | null {
  for (let at = file.names.parents.get(node); at !== undefined; at = file.names.parents.get(at)) {
    if (at.type === 'function_definition') return at;
  }
  return null;
}

/** Workers that are started without their scheduler. */
export function workerStarts(file: PyFile): Draft[] {
  return pythonStarts(file.text).flatMap((start): Draft[] => {
    if (start.role !== 'worker' || (start.withScheduler !== 'off' && start.withScheduler !== 'off-explicit'))
      return [];
    const node = workCall(file, start.line);
    if (node === null) return [];
    const place = start.turnOn;
    const edits =
      place === null ? [] : [{ start: place.at, end: place.at, text: place.text, why: 'add-with-scheduler' }];
    const args = { switch: start.withScheduler, queues: start.queues ?? [] };
    return [
      {
        ...note(file, node, 'code-worker-start', 'warn', args),
        own: edits.length > 0 ? 'safe' : 'none',
        edits,
      },
    ];
  });
}

/** The call on this line that starts a worker. */
function workCall(file: PyFile, line: number): PyNode | null {
  let found: PyNode | null = null;
  for (const node of walk(file.root)) {
    if (node.type !== 'call') continue;
    const callee = fieldOf(node, 'function');
    const name = callee === undefined ? undefined : (fieldOf(callee, 'attribute') ?? callee);
    if (
      name !== undefined &&
      lineAt(file.text, name.start) === line &&
      (found === null || /^(work|call_command)$/.test(name.text))
    )
      found = node;
  }
  return found;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|\n|\r/).length;
}

/** Sections of configuration files in which names of modules stand that are no dependencies. */
const NAMING_SECTION =
  /^\[+\s*(tool[.:](mypy|pytest|ruff|isort|pylint|pyright|coverage|flake8|vulture|deptry)|mypy|pytest|tool:pytest|isort|flake8|pylint|coverage|ruff|tox|testenv|loggers?|logger_|lint)/;
const CONFIG_FILE =
  /(^|\/)(setup\.cfg|pyproject\.toml|tox\.ini|\.?mypy\.ini|pytest\.ini|\.?ruff\.toml|\.?flake8|\.isort\.cfg|\.?pylintrc|pyrightconfig\.json|logging\.(ini|conf|cfg|ya?ml|json))$/;

/** What rq-scheduler keeps under a key. */
export function keyKind(key: string): string {
  return key.includes('scheduled_jobs') ? 'jobs' : key.includes('lock') ? 'lock' : 'instances';
}

/** A line that names rq_scheduler, or one of its keys. */
export interface NamingLine {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** Lines of a linter's, test runner's or logger's configuration that name rq_scheduler; `text` is byte text. */
export function configLines(path: string, text: string): NamingLine[] {
  if (!CONFIG_FILE.test(path) || !text.includes('rq_scheduler')) return [];
  const found: NamingLine[] = [];
  const sectioned = /(^|\/)(setup\.cfg|pyproject\.toml)$/.test(path);
  let naming = !sectioned;
  text.split(/\r\n|\n|\r/).forEach((line, i) => {
    if (/^\s*\[/.test(line) && !/^\s*\[\s*["']/.test(line))
      naming = !sectioned || NAMING_SECTION.test(line.trim());
    const at = line.indexOf('rq_scheduler');
    if (naming && at >= 0 && !/^\s*[#;]/.test(line))
      found.push({ name: 'rq_scheduler', line: i + 1, column: at + 1, text: line.trim() });
  });
  return found;
}

/** Lines of any file, health checks and monitoring above all, that name rq-scheduler's keys; `text` is byte text. */
export function keyLines(text: string): NamingLine[] {
  if (!text.includes('rq:scheduler')) return [];
  return text.split(/\r\n|\n|\r/).flatMap((line, i) => {
    const match = /rq:scheduler(?::scheduled_jobs|_instance|_lock)/.exec(line);
    if (match === null || /^\s*#/.test(line)) return [];
    return [{ name: match[0], line: i + 1, column: match.index + 1, text: line.trim() }];
  });
}
