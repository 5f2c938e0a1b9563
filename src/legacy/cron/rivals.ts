import { type Divergence, divergence, horizonOf, isEveryHour } from './divergence.js';
import type { Cron } from './expression.js';
import { fitsScore, zonesThatFit } from './fits.js';

/** How many answers are kept: many entries of one schedule have the same next time. */
const KEPT = 2000;

interface Known {
  /** How far ahead fire times are compared. */
  readonly until: number;
  readonly fitting: readonly string[];
  readonly alike: Map<string, boolean>;
}

const known = new Map<string, Known>();

function look(cron: Cron, score: number): Known {
  const until = horizonOf(cron, score);
  return { until, fitting: zonesThatFit(cron, score, until), alike: new Map() };
}

/** The zones of the database that could have produced the score of an entry, and how their fire times compare. */
export class Rivals {
  readonly #cron: Cron;
  readonly #score: number;
  readonly #known: Known;

  constructor(cron: Cron, score: number) {
    this.#cron = cron;
    this.#score = Math.floor(score);
    const key = `${cron.dialect} ${this.#score} ${cron.expression}`;
    const found = known.get(key) ?? look(cron, this.#score);
    if (known.size >= KEPT) known.clear();
    known.set(key, found);
    this.#known = found;
  }

  /** One of each set of zones whose clocks go alike, UTC before others; empty where the score was set by hand. */
  get fitting(): readonly string[] {
    return this.#known.fitting;
  }

  /** Does the expression run in every hour of every day? */
  get everyHour(): boolean {
    return isEveryHour(this.#cron);
  }

  fits(zone: string): boolean {
    return fitsScore(this.#cron, this.#score, zone);
  }

  /** It fits, or the score says nothing. */
  mayBe(zone: string): boolean {
    return this.fitting.length === 0 || this.fits(zone);
  }

  between(a: string, b: string): Divergence {
    return divergence(this.#cron, a, b, this.#score, this.#known.until);
  }

  /** Do all zones that fit, of which there are some, have the fire times of this one? */
  allAlike(zone: string): boolean {
    const before = this.#known.alike.get(zone);
    if (before !== undefined) return before;
    const { fitting } = this;
    const alike = fitting.length > 0 && fitting.every((other) => this.between(zone, other) === 'none');
    this.#known.alike.set(zone, alike);
    return alike;
  }
}
