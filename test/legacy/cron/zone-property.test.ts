import { expect, it } from 'vitest';
import { CRONITER, CRONTAB } from './expressions.js';
import { caseOf, outcomeOf, randomExpression, randomFrom, randomInstant, ZONES } from './zone-cases.js';

/** `npm run test:zones` looks at many more. */
const CASES = 150;

it('infers no zone conclusively whose fire times are wrong', () => {
  const random = randomFrom(20261123);
  const other = () => ZONES[random(ZONES.length)] ?? 'UTC';
  let answered = 0;
  for (let i = 0; i < CASES; i++) {
    const old = random(4) === 0;
    const known = old ? CRONITER : CRONTAB;
    const expression = random(2) === 0 ? (known[random(known.length)] ?? '') : randomExpression(random);
    const zone = ZONES[i % ZONES.length] ?? 'UTC';
    const one = caseOf(expression, old ? '0.11.0' : '0.13.1', zone, randomInstant(zone, random));
    if (one === null) continue;
    for (const candidates of [[], [other(), zone, other()], [other(), 'UTC', other()]]) {
      const outcome = outcomeOf(one, candidates);
      if (!outcome.answer.ok) continue;
      answered++;
      if (outcome.answer.conclusive)
        expect({ ...one, candidates, wrong: outcome.wrong }).toMatchObject({ wrong: false });
    }
    // The right zone alone is taken, and nothing else in its place.
    const { answer, wrong } = outcomeOf(one, [zone]);
    expect({ ...one, answer, wrong }).toMatchObject({ answer: { ok: true, how: 'candidate' }, wrong: false });
  }
  expect(answered).toBeGreaterThan(CASES / 3);
}, 180_000);
