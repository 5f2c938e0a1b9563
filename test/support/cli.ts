import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import {
  type Finished,
  type ManagedProcess,
  runToEnd,
  startManaged,
} from '../../src/world/engines/managed.js';
import { ROOT, TEST_CACHE } from './paths.js';

const BIN = `${ROOT}bin/migrate-scheduler.js`;
const FIXTURE = `${ROOT}fixtures/projects/flask-subscriptions`;

if (!existsSync(`${ROOT}dist/cli/main.js`))
  throw new Error('These tests drive the built tool: npm run build first');

/** Where the tool is started unless a test says otherwise: no project is here. */
const EMPTY = `${TEST_CACHE}/empty`;
mkdirSync(EMPTY, { recursive: true });

/** The environment of a shell that names no Redis and asks for no colours. */
function cleanEnv(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { MIGRATE_SCHEDULER_REDIS_URL, RQ_REDIS_URL, REDIS_URL, FORCE_COLOR, NO_COLOR, ...rest } =
    process.env;
  return { ...rest, TZ: 'Asia/Shanghai', ...extra };
}

export interface CliOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/**
 * Runs the built tool to its end, without a terminal. Every call also checks what holds for all of them:
 * no escape codes, and with `--format json` nothing on stdout or exactly one document.
 */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<Finished> {
  const { env = {}, cwd = EMPTY } = options;
  const done = await runToEnd(process.execPath, [BIN, ...args], { env: cleanEnv(env), cwd });
  expect(done.stdout + done.stderr).not.toContain('\u001b');
  if (args.includes('json') && done.stdout !== '') JSON.parse(done.stdout);
  return done;
}

/** Runs the tool with `--format json`, checks its exit code and returns the document. */
export async function cliJson<T>(
  code: number,
  args: readonly string[],
  options: CliOptions = {},
): Promise<T> {
  const done = await cli([...args, '--format', 'json'], options);
  expect({ code: done.code, stderr: code === done.code ? '' : done.stderr }).toEqual({ code, stderr: '' });
  return JSON.parse(done.stdout) as T;
}

/** Starts the tool in the background; gone after the test at the latest. */
export async function startCli(args: readonly string[]): Promise<ManagedProcess> {
  const name = `migrate-scheduler ${args[0]}`;
  const started = await startManaged(process.execPath, [BIN, ...args], {
    name,
    env: cleanEnv({}),
    cwd: EMPTY,
  });
  onTestFinished(async () => void (await started.kill()));
  return started;
}

/** An empty folder of the test's own. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrate-scheduler-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of the sample project as it is before the migration. */
export async function sampleProject(): Promise<string> {
  const folder = await tempFolder();
  await cp(`${FIXTURE}/before`, folder, { recursive: true });
  return folder;
}

/** Bytes (as latin1) and permission bits of every file below a folder, by relative path. */
export function tree(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.map((path) => join(folder, path)).filter((path) => statSync(path).isFile());
  return Object.fromEntries(
    files.sort().map((path) => {
      const mode = (statSync(path).mode & 0o777).toString(8);
      return [relative(folder, path), `${mode} ${readFileSync(path, 'latin1')}`];
    }),
  );
}

/** The same without the tool's own folder. */
export function projectTree(folder: string): Record<string, string> {
  const entries = Object.entries(tree(folder));
  return Object.fromEntries(entries.filter(([path]) => !path.startsWith('.migrate-scheduler/')));
}

export const sampleBefore = (): Record<string, string> => tree(`${FIXTURE}/before`);
export const sampleAfter = (): Record<string, string> => tree(`${FIXTURE}/after`);

/** Paths of the sample project whose bytes the migration changes. */
export function sampleEdited(): string[] {
  const [before, after] = [sampleBefore(), sampleAfter()];
  return Object.keys(before).filter((path) => before[path] !== after[path]);
}

/** Polls until the check answers something true; throws after `timeoutMs`. */
export async function until(check: () => Promise<unknown>, timeoutMs = 30_000, pauseMs = 5): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await check()); await delay(pauseMs)) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${check}`);
  }
}

/** Checks and findings as documents show them. */
export interface FindingDocument {
  readonly code: string;
  readonly severity: string;
  readonly path?: string;
  readonly line?: number;
  readonly jobId?: string;
}

export interface PlanDocument {
  readonly schema: string;
  readonly redis: string | null;
  readonly target: { readonly rq: string | null; readonly source: string };
  readonly jobs: {
    readonly total: number;
    readonly byKind: Readonly<Record<string, number>>;
    readonly byAction: Readonly<Record<string, number>>;
    readonly items: readonly {
      readonly id: string;
      readonly newId: string | null;
      readonly queue: string | null;
      readonly kind: string | null;
      readonly scheduledAt: number;
      readonly func: string | null;
      readonly action: string;
      readonly reasons: readonly string[];
    }[];
  };
  readonly files: readonly { readonly path: string; readonly action: string; readonly diff: string }[];
  readonly containers: readonly { readonly path: string; readonly before: number; readonly after: number }[];
  readonly coverage: readonly {
    readonly queue: string;
    readonly jobs: number;
    readonly covered: string;
    readonly workers: readonly { readonly scheduler: string }[];
  }[];
  readonly findings: readonly FindingDocument[];
}

export interface RunDocument {
  readonly schema: string;
  readonly runId: string | null;
  readonly resumed: boolean;
  readonly jobs: Readonly<Record<string, number>>;
  readonly files: readonly { readonly path: string; readonly action: string }[];
  readonly findings: readonly FindingDocument[];
}

export interface RollbackDocument {
  readonly schema: string;
  readonly runId: string;
  readonly jobs: { readonly restored: number; readonly alreadyRun: number; readonly missing: number };
  readonly files: readonly {
    readonly path: string;
    readonly action: string;
    readonly reason: string | null;
  }[];
  readonly findings: readonly FindingDocument[];
}

export interface VerifyDocument {
  readonly schema: string;
  readonly ok: boolean;
  readonly checks: readonly {
    readonly code: string;
    readonly status: string;
    readonly where: string | null;
  }[];
}
