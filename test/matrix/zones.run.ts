import { expect, it } from 'vitest';
import { CRONITER, CRONTAB } from '../legacy/cron/expressions.js';
import {
  caseOf,
  outcomeOf,
  randomExpression,
  randomFrom,
  randomInstant,
  ZONES,
} from '../legacy/cron/zone-cases.js';

/** Expressions made up besides the lists, and moments for each expression. */
const MADE_UP = 120;
const INSTANTS = 3;

const random = randomFrom(Number(process.env.ZONES_SEED ?? 10));
const expressions = [
  ...CRONTAB.map((text) => [text, '0.13.1'] as const),
  ...CRONITER.map((text) => [text, '0.11.0'] as const),
  ...Array.from({ length: MADE_UP }, () => [randomExpression(random), '0.13.1'] as const),
];

it('infers no zone conclusively whose fire times are wrong', () => {
  const counts = { scores: 0, questions: 0, right: 0, wrong: 0, inconclusive: 0, asked: 0, untaken: 0 };
  const wrong: unknown[] = [];
  const other = () => ZONES[random(ZONES.length)] ?? 'UTC';
  for (const [expression, version] of expressions) {
    for (let i = 0; i < INSTANTS; i++) {
      const instant = randomInstant(other(), random);
      for (const zone of ZONES) {
        const one = caseOf(expression, version, zone, instant);
        if (one === null) continue;
        counts.scores++;
        for (const candidates of [[], [zone], [other(), zone, other()], [other(), 'UTC', other()]]) {
          const outcome = outcomeOf(one, candidates);
          counts.questions++;
          if (!outcome.answer.ok) counts.asked++;
          else if (!outcome.answer.conclusive) counts.inconclusive++;
          else if (outcome.wrong) wrong.push({ ...one, candidates, answer: outcome.answer });
          else counts.right++;
          if (candidates.length === 1 && !outcome.answer.ok) counts.untaken++;
        }
      }
    }
  }
  counts.wrong = wrong.length;
  process.stdout.write(
    `${expressions.length} expressions x ${ZONES.length} zones x ${INSTANTS} instants: ${counts.scores} scores, ` +
      `${counts.questions} questions\nconclusive and right ${counts.right}, conclusive and wrong ${counts.wrong}, ` +
      `inconclusive ${counts.inconclusive}, asked ${counts.asked}; right zone alone not taken ${counts.untaken}\n`,
  );
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(counts.untaken).toBe(0);
});
