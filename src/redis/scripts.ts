import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The Lua scripts of scripts/; those marked true get fence.lua in front, `series` series.lua as well. */
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
  move_batch: true,
  rollback_batch: true,
  read_series: 'series',
  repair_series: 'series',
  canary_push: true,
  canary_remove: true,
} as const;

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
    const shared = SCRIPTS[name];
    const series = shared === 'series' ? read('series') : '';
    const lua = (shared ? read('fence') : '') + series + read(name);
    script = { lua, sha: createHash('sha1').update(lua).digest('hex') };
    loaded.set(name, script);
  }
  return script;
}
