import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The Lua scripts of scripts/; those marked true get fence.lua in front, the others what else they share. */
const SCRIPTS = {
  take_run_lock: false,
  take_legacy_lock: true,
  renew_locks: true,
  release_lock: false,
  page_zset: false,
  read_jobs: false,
  dump_keys: false,
  restore_keys: false,
  probe_writes: true,
  begin_run: true,
  finish_run: true,
  move_batch: 'series_again',
  rollback_batch: 'undo',
  read_series: 'series',
  repair_series: 'listed_series',
  repair_entries: true,
  account_journal: 'job_state',
  judge_jobs: 'job_state',
  canary_push: true,
  canary_schedule: true,
  canary_look: true,
  canary_remove: true,
} as const;

const SHARED: Readonly<Record<string, readonly string[]>> = {
  true: ['fence'],
  undo: ['fence', 'listing', 'job_ids', 'undo_entries', 'undo_series'],
  series: ['fence', 'series'],
  listed_series: ['fence', 'series', 'listing'],
  series_again: ['fence', 'series', 'listing', 'job_ids', 'series_again'],
  job_state: ['fence', 'series', 'job_state'],
};

export type ScriptName = keyof typeof SCRIPTS;

export interface LoadedScript {
  readonly lua: string;
  readonly sha: string;
}

const loaded = new Map<ScriptName, LoadedScript>();

const read = (name: string): string =>
  readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');

/** The text of a script and the SHA1 under which Redis caches it. */
export function loadScript(name: ScriptName): LoadedScript {
  let script = loaded.get(name);
  if (!script) {
    const lua = [...(SHARED[String(SCRIPTS[name])] ?? []), name].map(read).join('');
    script = { lua, sha: createHash('sha1').update(lua).digest('hex') };
    loaded.set(name, script);
  }
  return script;
}
