import { beforeAll, describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/files/types.js';
import { loadPython } from '../pysource/load.js';
import { decisionOf, type Files, factsOf, migrate } from './project.js';

beforeAll(loadPython);

const PATH = 'docker-compose.yml';

function replaced(files: Files) {
  const decision: Decision = { ...decisionOf(factsOf(files)), replaceScheduler: 'cron_config.py' };
  return migrate(files, decision);
}

describe('rq cron in the place of the scheduler', () => {
  it.each([
    ['command: rqscheduler -u redis://r -i 1 # c', 'command: rq cron -u redis://r cron_config.py # c'],
    ['command: "rqscheduler -H r"', 'command: "rq cron -u redis://r:6379/0 cron_config.py"'],
    ['command: [rqscheduler, --url, "redis://r"]', 'command: [rq, cron, -u, redis://r, cron_config.py]'],
    ['command: ["tini", "rqscheduler"]', 'command: ["tini", "rq", "cron", "cron_config.py"]'],
    [
      'command:\n      - rqscheduler\n      - --url\n      - redis://r',
      'command:\n      - rq\n      - cron\n      - -u\n      - redis://r\n      - cron_config.py',
    ],
    [
      'command: >\n      rqscheduler\n      -H r',
      'command: >\n      rq cron -u redis://r:6379/0 cron_config.py',
    ],
  ])('%j', (before, after) => {
    const rest = '\n    volumes: [v:/v]\n  w:\n    command: rq worker\n    depends_on: [s]\nvolumes: {v: }\n';
    const result = replaced({ [PATH]: `services:\n  s:\n    ${before}${rest}` });
    expect(result.findings).toEqual([]);
    const flagged = rest.replace('rq worker', 'rq worker --with-scheduler');
    expect(result.files[PATH]).toBe(`services:\n  s:\n    ${after}${flagged}`);
  });

  it.each([
    'services:\n  s:\n    command: sh -c "rqscheduler -H r"\n  w: {image: a}\n',
    'services:\n  s:\n    command: rqscheduler -b\n  w: {image: a}\n',
    'x-c: &c rqscheduler -H r\nservices:\n  s:\n    command: *c\n  w: {image: a}\n',
    'services:\n  s:\n    entrypoint: rqscheduler\n  w: {image: a}\n',
  ])('is left to people where it is no plain call: %j', (text) => {
    const result = replaced({ [PATH]: text });
    expect(result.findings).toMatchObject([{ code: 'rq-cron-by-hand', severity: 'error', path: PATH }]);
    expect(result.files[PATH]).toBe(text);
  });

  it('in a Procfile and a supervisor configuration', () => {
    const result = replaced({
      Procfile: 'web: g\nclock: rqscheduler -u $REDIS_URL -i 5\n',
      'supervisord.conf':
        '[program:s]\ncommand=rqscheduler -H r\n[program:x]\ncommand=x\n[group:g]\nprograms=s,x\n',
    });
    expect(result.findings).toEqual([]);
    expect(result.files).toEqual({
      Procfile: 'web: g\nclock: rq cron -u $REDIS_URL cron_config.py\n',
      'supervisord.conf':
        '[program:s]\ncommand=rq cron -u redis://r:6379/0 cron_config.py\n[program:x]\ncommand=x\n[group:g]\nprograms=s,x\n',
    });
  });
});
