import type { AccountedJob } from '../journal/account.js';
import type { Connection } from './connection.js';
import { BATCH } from './entries.js';
import { journalKey, queueKey } from './keys.js';
import { arg, bytes, list, text } from './reply.js';

export interface AccountedPage {
  /** To be passed on to the next call; null after the last entry. */
  readonly next: string | null;
  readonly jobs: readonly AccountedJob[];
}

/** The jobs of the journal entry behind `after` (null: of the first), at most 250. */
export async function accountJournal(
  connection: Connection,
  runId: string,
  after: string | null,
): Promise<AccountedPage> {
  const [next, jobs] = list(await connection.script('account_journal', [journalKey(runId)], [after ?? '']));
  return {
    next: text(next) || null,
    jobs: list(jobs).map((one) => {
      const [op, id, newId, queue, score, series, state, detail] = list(one);
      const renamed = bytes(newId);
      return {
        op: text(op),
        id: bytes(id),
        newId: renamed.length > 0 ? renamed : null,
        queue: text(queue),
        score: text(score),
        seriesId: text(series),
        state: text(state),
        detail: text(detail),
      };
    }),
  };
}

/** Where these jobs are now: state and status, in their order. */
export async function judgeJobs(
  connection: Connection,
  jobs: readonly { readonly queue: string; readonly id: Uint8Array }[],
): Promise<{ state: string; status: string }[]> {
  const out: { state: string; status: string }[] = [];
  for (let from = 0; from < jobs.length; from += BATCH) {
    const part = jobs.slice(from, from + BATCH).flatMap(({ queue, id }) => [queue, arg(id)]);
    for (const one of list(await connection.script('judge_jobs', [], part))) {
      const [state, status] = list(one);
      out.push({ state: text(state), status: text(status) });
    }
  }
  return out;
}

/** Ids waiting in a queue, those that a worker is just taking included; as latin1 text, read in bounded pages. */
export async function queuedIds(connection: Connection, queue: string): Promise<Set<string>> {
  const ids = new Set<string>();
  const key = queueKey(queue);
  for (const name of [key, `${key}:intermediate`]) {
    for (let from = 0; ; from += 1000) {
      const page = list(await connection.call('LRANGE', name, from, from + 999));
      for (const id of page) ids.add(bytes(id).toString('latin1'));
      if (page.length < 1000) break;
    }
  }
  return ids;
}
