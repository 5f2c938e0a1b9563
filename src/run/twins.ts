import { createHash } from 'node:crypto';
import { BATCH } from '../redis/entries.js';
import type { JobStep } from '../redis/moves.js';
import type { RedisPort } from '../redis/port.js';
import type { SeriesRead } from '../redis/series.js';

type Rearm = Extract<JobStep, { op: 'rearm' }>;
type Fields = ReadonlyMap<string, string | Uint8Array>;

/**
 * What makes two series the same: the rule, the queue, and the call with what is set for it. Not its timeout: with the
 * first run rq-scheduler writes the queue's default into the job (SEMANTICS §1).
 */
const SAME = [
  ...['kind', 'interval', 'cron', 'tz', 'dialect', 'queue', 'data', 'meta'],
  ...['result_ttl', 'failure_ttl', 'ttl', 'description'],
] as const;

/**
 * What series do already. Many applications cancel all they find in rq-scheduler's schedule at each start and register
 * it again under random ids. They do not find what was moved: taken as new, it would run twice from then on.
 */
export class Twins {
  private constructor(private readonly port: RedisPort) {}

  readonly #series = new Map<string, string>();
  readonly #ids = new Set<string>();

  /** The endless active series that there are; read in bounded pages. */
  static async load(port: RedisPort): Promise<Twins> {
    const twins = new Twins(port);
    const ids = await port.seriesIds();
    for (let from = 0; from < ids.length; from += BATCH) {
      for (const { id, fields, loss } of await port.readSeries(ids.slice(from, from + BATCH), {
        data: true,
      })) {
        const state = Buffer.from(fields.get('state') ?? []).toString();
        if (loss === null && state === 'active') twins.#note(id, fields);
      }
    }
    return twins;
  }

  /** Is there a series of this id, so that what its entry asks for is run already? */
  has(seriesId: string): boolean {
    return this.#ids.has(seriesId);
  }

  /** Id of another series that does what this step would begin, as it is in Redis now; null for none. */
  async of(step: Rearm): Promise<string | null> {
    const wanted = new Map(step.seriesFields);
    const digest = digestOf(wanted);
    const id = digest === null ? undefined : this.#series.get(digest);
    if (digest === null || id === undefined || id === step.seriesId) return null;
    const [now] = await this.port.readSeries([id], { data: true });
    if (now && isActive(now) && (digestOf(now.fields) === digest || isTakenOver(now.fields, wanted)))
      return id;
    this.#series.delete(digest);
    return null;
  }

  /** Notes a step that was carried out. */
  add(step: JobStep): void {
    if (step.op === 'rearm') this.#note(step.seriesId, new Map(step.seriesFields));
  }

  #note(id: string, fields: Fields): void {
    this.#ids.add(id);
    const digest = digestOf(fields);
    if (digest !== null && !this.#series.has(digest)) this.#series.set(digest, id);
  }
}

const textOf = (fields: Fields, name: string): string =>
  Buffer.from(fields.get(name) ?? '').toString('latin1');

function isActive({ fields, loss }: SeriesRead): boolean {
  return loss === null && textOf(fields, 'state') === 'active';
}

/** Has the application registered it with rq_recurring since, by the same rule? That writes the call in other bytes. */
function isTakenOver(now: Fields, wanted: Fields): boolean {
  const same = ['kind', 'interval', 'cron', 'queue'].every(
    (name) => textOf(now, name) === textOf(wanted, name),
  );
  return same && textOf(now, 'name') !== '' && textOf(now, 'legacy_id') !== '';
}

/** rq-scheduler's default, which a series of the tool leaves out and one of the application may name. */
const keepsForEver = (fields: Fields): boolean => textOf(fields, 'result_ttl').startsWith('-');

/** Equal for equal series; null for one with a count of runs, which every registration means anew. */
function digestOf(fields: Fields): string | null {
  if ((fields.get('remaining')?.length ?? 0) > 0) return null;
  const hash = createHash('sha256');
  for (const name of SAME) {
    const value = name === 'result_ttl' && keepsForEver(fields) ? '' : (fields.get(name) ?? '');
    hash.update(`${name} ${Buffer.byteLength(value)} `).update(value);
  }
  return hash.digest('hex');
}
