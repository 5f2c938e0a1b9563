import { beforeAll, describe, expect, it } from 'vitest';
import { registrationZones } from '../../src/files/decide-zone.js';
import { readProject } from '../../src/files/project.js';
import { FILE_KINDS, prepareKinds } from '../../src/run/file-kinds.js';

beforeAll(prepareKinds);

function decided(files: Readonly<Record<string, string>>, option: string | null = null) {
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  const { zones, findings } = registrationZones(readProject(list, FILE_KINDS), option);
  return { zones: Object.fromEntries(zones), findings };
}

const service = (name: string, ...lines: readonly string[]) =>
  [`  ${name}:`, ...lines.map((line) => `    ${line}`)].join('\n');
const compose = (...services: readonly string[]) => `services:\n${services.join('\n')}\n`;
const TOKYO = 'environment: {TZ: Asia/Tokyo}';
const scheduler = service('scheduler', 'image: acme/app', 'command: rqscheduler', TOKYO);
const worker = service('worker', 'image: acme/app', 'command: rq worker');

describe('the zone for those who register', () => {
  it('is that of the scheduler, unless they run in it', () => {
    const same = service('same', 'image: acme/app', 'command: rq worker', TOKYO);

    expect(decided({ 'compose.yaml': compose(scheduler, worker, same) })).toEqual({
      zones: { 'compose.yaml#worker': 'Asia/Tokyo' },
      findings: [],
    });
  });

  it('goes to programs that import rq_scheduler and to what runs the image of the scheduler, to nobody else', () => {
    const files = {
      'compose.yaml': compose(
        scheduler,
        service('seed', 'image: acme/tools', 'command: python seed.py'),
        service('web', 'image: acme/app', 'command: gunicorn app'),
        service('proxy', 'image: nginx'),
      ),
      'seed.py': 'from rq_scheduler import Scheduler\n',
    };

    expect(Object.keys(decided(files).zones).sort()).toEqual(['compose.yaml#seed', 'compose.yaml#web']);
  });

  it('is UTC where that is what the scheduler ran in', () => {
    const files = {
      'compose.yaml': compose(
        service('scheduler', 'build: .', 'command: rqscheduler'),
        service('worker', 'build: .', 'command: rq worker', TOKYO),
      ),
      Dockerfile: 'FROM python:3.12\n',
    };

    expect(decided(files).zones).toEqual({ 'compose.yaml#worker': 'UTC' });
  });

  it('is not told where the scheduler has none that is known, or two', () => {
    const unknown = service('scheduler', 'image: acme/app', 'command: rqscheduler');
    const other = service('late', 'image: acme/app', 'command: rqscheduler', 'environment: {TZ: Asia/Dubai}');

    expect(decided({ 'compose.yaml': compose(unknown, worker) }).zones).toEqual({});
    expect(decided({ 'compose.yaml': compose(scheduler, other, worker) }).zones).toEqual({});
  });

  it('is not told where Django sets the zone of its processes', () => {
    const files = { 'compose.yaml': compose(scheduler, worker), 'requirements.txt': 'django-rq\n' };

    expect(decided(files).zones).toEqual({});
  });

  it('is that of --tz where that is given', () => {
    expect(decided({ 'compose.yaml': compose(scheduler, worker) }, 'Asia/Seoul').zones).toEqual({
      'compose.yaml#worker': 'Asia/Seoul',
    });
  });

  it('is written in the base file only', () => {
    const files = {
      'docker-compose.prod.yml': compose(service('worker', 'command: rq worker high')),
      'docker-compose.yml': compose(scheduler, worker),
    };

    expect(decided(files).zones).toEqual({ 'docker-compose.yml#worker': 'Asia/Tokyo' });
  });

  it('is named where the process is no compose service', () => {
    const text =
      '[program:s]\ncommand=rqscheduler\nenvironment=TZ="Asia/Tokyo"\n' +
      '[program:w]\ncommand=rq worker\nenvironment=TZ="Asia/Dubai"\n[program:v]\ncommand=rq worker\n';

    expect(decided({ 'supervisord.conf': text })).toMatchObject({
      zones: {},
      findings: [
        {
          code: 'registration-zone-differs',
          severity: 'error',
          path: 'supervisord.conf',
          args: { service: 'w', zone: 'Asia/Tokyo', variable: 'RQ_RECURRING_TZ' },
        },
      ],
    });
  });
});
