import { describe, expect, it } from 'vitest';
import { cronConfigText, missingJobs } from '../../src/files/cron-config.js';

const job = (id: string) => ({
  head: [`'${id}'`, "'tasks.f'", "'default'"],
  options: [['interval', '60']] as const,
});

describe('cron_config.py', () => {
  it('is the same for the same jobs, and lacks none of them', () => {
    const text = cronConfigText([job('a'), job('三')]);
    expect(text).toBe(cronConfigText([job('a'), job('三')]));
    expect(missingJobs(text, [job('三'), job('a')])).toBe('');
  });

  it('gets further jobs at its end and keeps what is there', () => {
    const both = cronConfigText([job('a'), job('b')]);
    const one = cronConfigText([job('a')]);
    expect(one + missingJobs(one, [job('b')])).toBe(both);
    expect(missingJobs(`${one}# mine`, [job('b')])).toMatch(/^\n\n\njob\(/);
  });

  it('of somebody else is not touched', () => {
    expect(missingJobs('from rq import cron\n', [job('a')])).toBeNull();
  });
});
