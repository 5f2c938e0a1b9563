import type { Finding } from '../plan/types.js';
import type { Fact } from './types.js';

/** Reason code of every variable in `Decision.removeEnv`. */
export const ENV_REASON = 'scheduler-setting';

/**
 * Settings of the polling loop that goes (GUIDE G11). rq-scheduler itself reads none of them (R7): they
 * are a project's own convention. RQ_REDIS_* stay: `rq worker` reads RQ_REDIS_URL, and the others go with
 * the service that has them.
 */
const SETTINGS = new Set(['RQ_SCHEDULER_INTERVAL', 'RQ_SCHEDULER_NAME', 'PUSH_CHECK_FREQUENCY']);

/**
 * Names, as the files spell them, of variables that nothing reads any more; `env-still-read` for each
 * place where Python reads one that is set. Flask-RQ2 has settings of the same names: with it all stay.
 */
export function removableEnv(facts: readonly Fact[]): {
  names: readonly string[];
  findings: readonly Finding[];
} {
  if (facts.some((fact) => fact.type === 'dependency' && fact.name === 'flask-rq2'))
    return { names: [], findings: [] };
  const set = facts.filter((fact) => fact.type === 'env-set' && SETTINGS.has(fact.name.toUpperCase()));
  const names = new Set(set.map((fact) => ('name' in fact ? fact.name : '')));
  const upper = new Set([...names].map((name) => name.toUpperCase()));
  const reads = facts
    .filter((fact) => fact.type === 'env-read')
    .filter(({ name }) => upper.has(name.toUpperCase()));
  const read = new Set(reads.map(({ name }) => name.toUpperCase()));
  const findings = reads.map(
    ({ name, where }): Finding => ({ code: 'env-still-read', severity: 'warn', ...where, args: { name } }),
  );
  return { names: [...names].filter((name) => !read.has(name.toUpperCase())), findings };
}
