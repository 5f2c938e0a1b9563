import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from './engine-error.js';

/** A lock of another host, or one that died before it wrote its owner, counts as abandoned after this. */
const ABANDONED_MS = 15 * 60_000;
const UNSIGNED_MS = 10_000;

/**
 * Runs `work` while holding the directory `lock`; processes that want the same lock wait for it. A lock whose
 * owner has died is taken over. Throws EngineError `venv-locked` after `timeoutMs`.
 */
export async function withBuildLock<T>(
  lock: string,
  work: () => Promise<T>,
  timeoutMs = ABANDONED_MS + 60_000,
): Promise<T> {
  const owner = `${hostname()} ${process.pid} ${randomUUID()}`;
  const end = Date.now() + timeoutMs;
  while (!(await acquire(lock, owner))) {
    await breakAbandoned(lock);
    if (Date.now() > end) {
      throw new EngineError('venv-locked', `another process holds ${lock}; remove it if none is running`);
    }
    await delay(100);
  }
  try {
    return await work();
  } finally {
    if ((await ownerOf(lock)) === owner) await rm(lock, { recursive: true, force: true });
  }
}

async function acquire(lock: string, owner: string): Promise<boolean> {
  try {
    await mkdir(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(lock, 'owner'), owner);
  return true;
}

async function ownerOf(lock: string): Promise<string | null> {
  return readFile(join(lock, 'owner'), 'utf8').catch(() => null);
}

async function breakAbandoned(lock: string): Promise<void> {
  const owner = await ownerOf(lock);
  const since = await stat(lock).then(
    (info) => Date.now() - info.mtimeMs,
    () => null,
  );
  if (since === null || !isAbandoned(owner, since)) return;
  // A rename has one winner, so only one waiter removes it; what was renamed may by now be a fresh lock
  // of somebody else, which then goes back.
  const aside = `${lock}.${randomUUID()}`;
  if (!(await attempt(rename(lock, aside)))) return;
  if ((await ownerOf(aside)) !== owner && (await attempt(rename(aside, lock)))) return;
  await rm(aside, { recursive: true, force: true });
}

function isAbandoned(owner: string | null, sinceMs: number): boolean {
  if (owner === null || owner === '') return sinceMs > UNSIGNED_MS;
  const [host, pid] = owner.split(' ');
  if (host !== hostname()) return sinceMs > ABANDONED_MS;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function attempt(action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}
