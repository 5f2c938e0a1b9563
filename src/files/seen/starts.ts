import { mentionsStart } from '../command/mentions.js';
import { isWorthSearching } from './paths.js';

/** A line that says something of the scheduler or of a worker. */
export interface SeenLine {
  /** 1-based. */
  readonly line: number;
  /** Byte offsets of the line in the file. */
  readonly start: number;
  readonly end: number;
  readonly what: 'start' | 'named' | 'install' | 'worker' | 'keys' | 'probe';
}

/** rq-scheduler's keys (legacy/keys.ts); RQ's own begin with `rq:scheduler-lock` and `rq:scheduled`. */
const KEYS = /\brq:scheduler(?::scheduled_jobs|_instance:|_lock\b)/;
const WORD = /(?<![\w.@-])rqscheduler(?![\w@-]|\.\w)/;
const COMMENT = /^\s*(#(?!!)|\/\/|;|--\s|<!--|REM\b)/i;
/** What looks at a process or hands it to a manager, but does not start it as a command. */
const ABOUT =
  /\b(?:p?grep|pkill|killall|systemctl|supervisorctl|journalctl|kubectl|service|logs)\b[^|;&"'\n]*\brq(?:scheduler|worker| worker)|\b(?:systemctl|supervisorctl|service)["',\s]+(?:[\w-]+["',\s]+){1,2}rq(?:scheduler|worker)/;
/** Keys whose value is a name. */
const NAMES =
  /["']?\b(name|app|service|services|image|container_name|container|hostname|host|label|role|tier|component|alias|id|user|group|title|unit|job|depends_on|tag|app\.kubernetes\.io\/\w+)["']?\s*[:=]\s*["']?[\w./-]*$/i;
const SURE =
  /manage\.py["',\s]+rqscheduler|django-admin["',\s]+rqscheduler|-m["',\s]+rq_scheduler\b|\bflask\b.*\brq["',\s]+scheduler\b|bin\/rqscheduler(?![\w.-])|(?<![\w.@-])rqscheduler["',]*\s+["']?-{1,2}\w/;
const BEFORE =
  /^\s*@\w+\s+(?:\w+\s+)?(?:\S+\/)?rqscheduler(?![\w.-])|\b(exec|nohup|run|sudo|then|do|env|time|wait)\s+(?:\S+\/)?rqscheduler(?![\w.-])|(&&|\|\||;|\()\s*(?:\S+\/)?rqscheduler(?![\w.-])/;
/** The same on Windows: `start "title" /b rqscheduler`, `Start-Process rqscheduler`. */
const WINDOWS =
  /^\s*(?:start(?:\s+(?:"[^"]*"|\/\w+))*|call|start-process(?:\s+-filepath)?)\s+["']?(?:\S+[\\/])?rqscheduler(?:\.exe)?["']?(?:\s|$)/i;
/** A check that a process of that name runs. */
const PROBE = /\b(?:pgrep|pidof|grep)\b[^|;&\n]*\brq_?scheduler(?![\w.])/;
const COMMAND_KEY =
  /\b(commands?|cmds?|args|arguments|entry_?point|run|exec\w*|start\w*|scripts?|program|process\w*|docker_?command)\b["']?\s*[:=]/i;
const INSTALL =
  /\b(pip[\d.]*|uv|poetry|pipenv|pdm|conda|mamba)\b[^\n]*\b(install|add)\b[^\n]*\brq[-_.]scheduler\b/;
const WORKER = /(?<![\w.@-])(?:rqworker(?![\w.@-])|rq["',\s]+worker(?![\w-]))/;
const SCHEDULED = /with[-_]scheduler|(?<![\w-])-[a-z]*s\b/;

/** Lines beyond this length, bytes, are looked at only this far around the words that matter. */
const LONG = 2000;
const AROUND = 300;
const MAX_WINDOWS = 20;

/** Looks through a text line by line; comment lines say nothing. */
export function seenLines(text: string): readonly SeenLine[] {
  if (!isWorthSearching(text)) return [];
  const lines = linesOf(text);
  return lines.flatMap(({ 0: line, index }, i): SeenLine[] => {
    if (COMMENT.test(line) || !isWorthSearching(line)) return [];
    const before = lines.slice(Math.max(0, i - 6), i).map((one) => one[0].slice(0, LONG));
    const after = lines.slice(i + 1, i + 8).map((one) => one[0].slice(0, LONG));
    const seen = windowsOf(line).map((part) => whatOf(part, [...before, part, ...after], before.length));
    return [...new Set(seen)].flatMap((what) =>
      what === null ? [] : [{ line: i + 1, start: index, end: index + line.length, what }],
    );
  });
}

/** Lines by which something that stays looks for a process of rq-scheduler, which runs no more. */
export function probingLines(text: string): readonly SeenLine[] {
  return linesOf(text).flatMap(({ 0: line, index }, i): SeenLine[] =>
    PROBE.test(line) && !COMMENT.test(line)
      ? [{ line: i + 1, start: index, end: index + line.length, what: 'probe' }]
      : [],
  );
}

/** What in Python starts a command, or Django's: `os.system(…)`, `subprocess.run([…])`, a task runner's `c.run(…)`. */
const CALLS =
  /\b(?:system|popen|Popen|run|call|check_call|check_output|local|sudo|spawn\w*|exec[lv]\w*|call_command|create_subprocess_\w+)\(/;
const QUOTED =
  /["'](?:[^"'\n]*[\s/&;])?rqscheduler(?:["']|\s+-|\s*[&;>|])|["']-m["']\s*,\s*["']rq_scheduler\b|-m rq_scheduler\b/;

/** Looked for, stopped, or handed to a manager of processes. */
const MANAGED = /\b(?:p?grep|pidof|pkill|killall|systemctl|supervisorctl|service)\b.*rq_?scheduler/;

/** Lines of Python that start rq-scheduler as a command, in a call that begins there or a few lines above. */
export function pythonLines(text: string): readonly SeenLine[] {
  if (!/rq_?scheduler/.test(text)) return [];
  const lines = linesOf(text);
  return lines.flatMap(({ 0: line, index }, i): SeenLine[] => {
    if (COMMENT.test(line) || !QUOTED.test(line) || MANAGED.test(line)) return [];
    const around = lines.slice(Math.max(0, i - 3), i + 1).map(({ 0: one }) => one);
    return around.some((one) => CALLS.test(one))
      ? [{ line: i + 1, start: index, end: index + line.length, what: 'start' }]
      : [];
  });
}

/** Line numbers (1-based) of the images that compose files build from `dockerfile_inline`. */
export function inlineImageLines(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  let inside: number | null = null;
  linesOf(text).forEach(({ 0: line }, i) => {
    const depth = /^ */.exec(line)?.[0].length ?? 0;
    if (inside !== null && line.trim() !== '' && depth <= inside) inside = null;
    if (inside !== null || /^\s*dockerfile_inline\s*:/.test(line)) found.add(i + 1);
    if (inside === null && /^\s*dockerfile_inline\s*:\s*[|>]/.test(line)) inside = depth;
  });
  return found;
}

function linesOf(text: string): readonly RegExpExecArray[] {
  return [...text.matchAll(/[^\n]*(?:\n|$)/g)].filter(({ 0: line }) => line !== '');
}

/** The line, or the parts of a long one that are worth a look. */
function windowsOf(line: string): readonly string[] {
  if (line.length <= LONG) return [line];
  const hits = [...line.matchAll(/rq[-_.:\s]?(?:scheduler|worker)/g)].slice(0, MAX_WINDOWS);
  return hits.map(({ index }) => line.slice(Math.max(0, index - AROUND), index + AROUND));
}

function whatOf(line: string, around: readonly string[], at: number): SeenLine['what'] | null {
  if (KEYS.test(line)) return 'keys';
  if (INSTALL.test(line)) return 'install';
  if (WORD.test(line) || SURE.test(line)) return startOf(line, around, at);
  if (!WORKER.test(line) || ABOUT.test(line) || isName(line, 'rqworker')) return null;
  return around.slice(at).some((one) => SCHEDULED.test(one)) ? null : 'worker';
}

function startOf(line: string, around: readonly string[], at: number): 'start' | 'named' {
  if (WINDOWS.test(line)) return 'start';
  if (ABOUT.test(line)) return 'named';
  if (SURE.test(line) || BEFORE.test(line)) return 'start';
  if (isName(line, 'rqscheduler')) return 'named';
  if (COMMAND_KEY.test(line) || /^\s*(?:CMD|ENTRYPOINT)\s/.test(line)) return 'start';
  // The whole line in a shell script or in a block of one.
  if (/^\s*(?:\S+\/)?rqscheduler\s*(?:$|[&|>])/.test(line)) return 'start';
  if (/^\s*(-\s+|["'])/.test(line)) return inCommandList(around, at) ? 'start' : 'named';
  return /[:=]\s*["']?(?:\S+\/)?rqscheduler["']?\s*,?\s*$/.test(line) && mentionsStart(line)
    ? 'start'
    : 'named';
}

function isName(line: string, word: string): boolean {
  const index = line.indexOf(word);
  return (
    NAMES.test(line.slice(0, index)) || new RegExp(`^\\s*["']?[\\w-]*${word}[\\w-]*["']?\\s*[:=]`).test(line)
  );
}

/** An item of a list under a key such as `command:`, or one that options follow. */
function inCommandList(around: readonly string[], at: number): boolean {
  if (/^\s*(-\s+)?["']?--?\w/.test(around[at + 1] ?? '')) return true;
  for (let i = at - 1; i >= 0; i--) {
    const line = around[i] ?? '';
    if (COMMAND_KEY.test(line)) return true;
    if (!/^\s*(-\s+|["']|#)/.test(line)) return false;
  }
  return false;
}
