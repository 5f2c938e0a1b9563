import type { Fact } from '../types.js';
import type { CommandAnalysis } from './types.js';

type ProcessFact = Extract<Fact, { type: 'process' }>;
/** What the file says of a process: its id, its name, where it stands; and what it knows better than the command. */
type Own = Pick<ProcessFact, 'id' | 'name' | 'where'> & Partial<ProcessFact>;

/** A process as its command tells it, one copy unless the file says otherwise. */
export function processFact(analysis: CommandAnalysis, own: Own): ProcessFact {
  const { role, queues, withScheduler, alsoRuns, via, starts, imports } = analysis;
  return {
    type: 'process',
    role,
    queues,
    withScheduler,
    alsoRuns,
    replicas: 1,
    via,
    starts,
    imports,
    ...own,
  };
}
