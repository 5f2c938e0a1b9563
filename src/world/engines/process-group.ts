import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * A shell that outlives this process just long enough to kill what it left behind. It reads
 * `+ <pgid>`, `- <pgid>` and `d <directory>` lines; the end of its input means that this process is
 * gone - by exit, Ctrl-C or kill -9 alike - and then it kills the groups and removes the directories.
 */
const REAPER = `
trap '' INT TERM HUP
live=' '
dirs=''
while read -r op what; do
  case $op in
    +) live="$live$what " ;;
    -) live="\${live%% $what *} \${live#* $what }" ;;
    d) dirs="$dirs$what
" ;;
  esac
done
for group in $live; do kill -s KILL -- "-$group" 2>/dev/null; done
printf %s "$dirs" | while read -r dir; do rm -rf -- "$dir"; done
`;

let reaper: ChildProcess | null = null;

function tellReaper(line: string): void {
  if (!reaper) {
    reaper = spawn('/bin/sh', ['-c', REAPER], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    reaper.on('error', () => {});
    reaper.stdin?.on('error', () => {});
    reaper.unref();
    // The pipe must not keep this process alive; only its end matters.
    (reaper.stdin as unknown as { unref(): void } | null)?.unref();
  }
  reaper.stdin?.write(`${line}\n`);
}

/** Has `directory` (absolute, without line breaks) removed when this process ends, however it ends. */
export function removeAtExit(directory: string): void {
  tellReaper(`d ${directory}`);
}

/** Spawns `command` as leader of its own process group, which dies with this process at the latest. */
export function spawnGroup(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true });
  const { pid } = child;
  if (pid !== undefined) {
    tellReaper(`+ ${pid}`);
    child.once('close', () => tellReaper(`- ${pid}`));
  }
  return child;
}

/**
 * SIGKILL for the group of `pid`, its descendants and their groups: an RQ work horse leads a group of its
 * own (rq 1.15.1 worker.py `setsid`, 3.0 worker_classes.py `setpgrp`), as a container that dies takes all.
 */
export function killTree(pid: number): void {
  for (const member of [pid, ...descendants(pid)]) {
    for (const target of [-member, member]) {
      try {
        process.kill(target, 'SIGKILL');
      } catch {
        // Already gone, or not the leader of a group.
      }
    }
  }
}

/** Descendants by /proc; empty where there is none (macOS), where groups have to do. */
function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  let entries: string[];
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  for (const entry of entries) {
    try {
      // "pid (name, with anything in it) state ppid …"
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // Ended meanwhile.
    }
  }
  const found: number[] = [];
  for (const queue = [root]; queue.length > 0; ) {
    const below = children.get(queue.pop() ?? -1) ?? [];
    found.push(...below);
    queue.push(...below);
  }
  return found;
}
