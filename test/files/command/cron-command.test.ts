import { describe, expect, it } from 'vitest';
import { cronText, cronWords } from '../../../src/files/command/cron-command.js';

describe('rq cron in the place of rqscheduler', () => {
  it.each([
    ['rqscheduler', 'rq cron c.py'],
    ['rqscheduler --url redis://r:6379/0 -i 1 -v', 'rq cron -u redis://r:6379/0 c.py'],
    ['rqscheduler --url=$REDIS_URL', 'rq cron -u $REDIS_URL c.py'],
    ['rqscheduler -H r -p 6380 -d 2 -P $' + '{PW}', 'rq cron -u redis://:$' + '{PW}@r:6380/2 c.py'],
    [
      'wait-for r:6379 -- /venv/bin/rqscheduler -H r',
      'wait-for r:6379 -- /venv/bin/rq cron -u redis://r:6379/0 c.py',
    ],
    ['>\n      rqscheduler\n      --url redis://r\n', '>\n      rq cron -u redis://r c.py\n'],
  ])('%s', (before, after) => {
    expect(cronText(before, 'c.py')).toBe(after);
  });

  it.each([
    'rqscheduler -b',
    'sh -c "rqscheduler -H r"',
    'rqscheduler && echo',
    'my-rqscheduler',
    'python scheduler.py',
    'rqscheduler --new-option 1',
  ])('nothing for %s', (before) => {
    expect(cronText(before, 'c.py')).toBeNull();
  });

  it('leaves the words in front of it', () => {
    expect(cronWords(['tini', '--', 'rqscheduler', '-u', 'redis://r'], 'c.py')).toEqual(
      'tini -- rq cron -u redis://r c.py'.split(' '),
    );
  });
});
