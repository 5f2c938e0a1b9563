import type { RunLock } from '../redis/lock.js';
import type { RedisPort } from '../redis/port.js';
import type { Context } from './context.js';
import type { FollowLog } from './follow-log.js';
import { checkImport } from './import-check.js';
import { Refusal } from './outcome.js';

/** A queue whose workers could not run rq_recurring is asked again after this long. */
const AGAIN_MS = 15_000;

/**
 * Lets recurring jobs of a queue through only when its workers were seen to run rq_recurring, as `run` does before it
 * moves anything. The check goes on beside the following: it may take half a minute, one-shot jobs must not wait.
 */
export class ImportGate {
  readonly #ready: Set<string>;
  readonly #checking = new Map<string, Promise<void>>();
  readonly #failedAt = new Map<string, number>();

  /** `checked`: queues whose workers were asked already; `module`: the dotted name of the package. */
  constructor(
    private readonly context: Context,
    private readonly port: RedisPort,
    private readonly lock: RunLock,
    private readonly log: FollowLog,
    checked: readonly string[],
    private readonly module: string,
  ) {
    this.#ready = new Set(checked);
  }

  /** May recurring jobs of this queue be moved? If nobody knows yet, the check is begun. */
  ready(queue: string): boolean {
    if (this.context.options.skipImportCheck || this.#ready.has(queue)) return true;
    const failedAt = this.#failedAt.get(queue);
    const waits = failedAt !== undefined && Date.now() - failedAt < AGAIN_MS;
    if (!waits && !this.#checking.has(queue)) this.#checking.set(queue, this.#check(queue));
    return false;
  }

  /** Resolves when no check is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#checking.values());
  }

  async #check(queue: string): Promise<void> {
    try {
      await checkImport(this.context, this.port, this.lock, [queue], this.module);
      this.#ready.add(queue);
    } catch (error) {
      const first = !this.#failedAt.has(queue);
      this.#failedAt.set(queue, Date.now());
      // A lost lock or connection shows in the next look; a check that Ctrl-C cut short says nothing.
      if (first && this.context.stop.signal === null && error instanceof Refusal) {
        await this.log.stays([{ ...error.finding, code: 'series-wait-for-module', severity: 'warn' }]);
      }
    } finally {
      this.#checking.delete(queue);
    }
  }
}
