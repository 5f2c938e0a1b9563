import { afterAll, expect, it } from 'vitest';
import { CRONITER, CRONTAB } from '../legacy/cron/expressions.js';
import {
  caseOf,
  outcomeOf,
  randomExpression,
  randomFrom,
  randomInstant,
  ZONES,
} from '../legacy/cron/zone-cases.js';

/** Expressions made up besides the lists; moments for each expression, the same for every zone. */
const MADE_UP = 60;
const INSTANTS = Number(process.env.ZONES_INSTANTS ?? 1);

const random = randomFrom(Number(process.env.ZONES_SEED ?? 10));
const expressions = [
  ...CRONTAB.map((text) => [text, '0.13.1'] as const),
  ...CRONITER.map((text) => [text, '0.11.0'] as const),
  ...Array.from({ length: MADE_UP }, () => [randomExpression(random), '0.13.1'] as const),
];
const counts = { scores: 0, questions: 0, right: 0, wrong: 0, inconclusive: 0, asked: 0 };

it.each(expressions)('no zone is wrong and conclusive: %s (%s)', (expression, version) => {
  const other = () => ZONES[random(ZONES.length)] ?? 'UTC';
  const wrong: unknown[] = [];
  const untaken: unknown[] = [];
  for (let i = 0; i < INSTANTS; i++) {
    const instant = randomInstant(other(), random);
    for (const zone of ZONES) {
      const one = caseOf(expression, version, zone, instant);
      if (one === null) continue;
      counts.scores++;
      const named = [[zone], [other(), zone, other()], [other(), 'UTC', other()]][counts.scores % 3] ?? [];
      for (const candidates of [[], named]) {
        const outcome = outcomeOf(one, candidates);
        counts.questions++;
        if (!outcome.answer.ok) counts.asked++;
        else if (!outcome.answer.conclusive) counts.inconclusive++;
        else if (outcome.wrong) wrong.push({ ...one, candidates, answer: outcome.answer });
        else counts.right++;
        if (candidates.length === 1 && !outcome.answer.ok) untaken.push({ ...one, answer: outcome.answer });
      }
    }
  }
  counts.wrong += wrong.length;
  expect(wrong.slice(0, 3)).toEqual([]);
  // The right zone alone is always taken.
  expect(untaken.slice(0, 3)).toEqual([]);
});

afterAll(() => {
  process.stdout.write(
    `${expressions.length} expressions x ${ZONES.length} zones x ${INSTANTS} instants: ${counts.scores} scores, ` +
      `${counts.questions} questions\nconclusive and right ${counts.right}, conclusive and wrong ${counts.wrong}, ` +
      `inconclusive ${counts.inconclusive}, asked ${counts.asked}\n`,
  );
});
