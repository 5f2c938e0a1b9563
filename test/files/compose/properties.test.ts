import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadPython } from '../pysource/load.js';
import { migrate } from './project.js';

beforeAll(loadPython);

interface Shape {
  readonly step: string;
  readonly dash: string;
  readonly eol: string;
  readonly blank: boolean;
  readonly comments: boolean;
  readonly last: boolean;
  readonly order: readonly string[];
  readonly depends: 'list' | 'map' | 'flow';
  readonly env: 'list' | 'map';
  readonly command: 'text' | 'list' | 'flow' | 'folded';
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  step: fc.constantFrom('  ', '    '),
  dash: fc.constantFrom('', '  ', '    '),
  eol: fc.constantFrom('\n', '\r\n'),
  blank: fc.boolean(),
  comments: fc.boolean(),
  last: fc.boolean(),
  order: fc.shuffledSubarray(['web', 'worker', 'scheduler', 'redis'], { minLength: 4 }),
  depends: fc.constantFrom('list', 'map', 'flow'),
  env: fc.constantFrom('list', 'map'),
  command: fc.constantFrom('text', 'list', 'flow', 'folded'),
});

/** One service's lines, without indentation of the service itself. */
function service(name: string, shape: Shape): string[] {
  const { step, dash } = shape;
  const item = (text: string): string => `${step}${dash}- ${text}`;
  const lines = [`${name}:`];
  if (shape.comments) lines.push(`${step}# inside ${name}`);
  if (name === 'redis') return [...lines, `${step}image: redis:7`];
  lines.push(`${step}image: "acme/app"${shape.comments ? '   # pinned' : ''}`);
  if (name === 'worker') {
    const forms = {
      text: [`${step}command: rq worker 'high'`],
      list: [`${step}command:`, item('rq'), item('worker'), item('high')],
      flow: [`${step}command: [ "rq", "worker", "high" ]`],
      folded: [`${step}command: >-`, `${step}  rq`, `${step}  worker high`],
    };
    lines.push(...forms[shape.command]);
  }
  if (name === 'scheduler') lines.push(`${step}command: rqscheduler -i 5`);
  const variables = shape.env === 'list' ? [item('RQ_SCHEDULER_NAME=a'), item('TZ=UTC')] : null;
  lines.push(
    `${step}environment:`,
    ...(variables ?? [`${step}${step}RQ_SCHEDULER_NAME: a`, `${step}${step}TZ: UTC`]),
  );
  if (name === 'scheduler') return lines;
  const depends = {
    list: [`${step}depends_on:`, item('scheduler')],
    flow: [`${step}depends_on: [redis, scheduler]`],
    map: [
      `${step}depends_on:`,
      `${step}${step}scheduler:`,
      `${step}${step}${step}condition: service_started`,
      `${step}${step}redis: {condition: service_healthy}`,
    ],
  };
  return [...lines, ...depends[shape.depends]];
}

function compose(shape: Shape): string {
  const lines = ['# compose file of the project', 'services:'];
  shape.order.forEach((name, index) => {
    if (shape.blank && index > 0) lines.push('');
    if (shape.comments) lines.push(`${shape.step}# about ${name}`);
    lines.push(...service(name, shape).map((line) => shape.step + line));
  });
  return lines.join(shape.eol) + (shape.last ? shape.eol : '');
}

/** The same file written without what the migration takes away. */
function expected(shape: Shape): unknown {
  const root = parse(compose(shape)) as { services: Record<string, Record<string, unknown>> };
  const { services } = root;
  delete services.scheduler;
  for (const [name, one] of Object.entries(services)) {
    if (name === 'redis') continue;
    one.environment = shape.env === 'list' ? ['TZ=UTC'] : { TZ: 'UTC' };
    if (shape.depends === 'list') delete one.depends_on;
    else one.depends_on = shape.depends === 'flow' ? ['redis'] : { redis: { condition: 'service_healthy' } };
    if (name !== 'worker') continue;
    const list = shape.command === 'list' || shape.command === 'flow';
    one.command = list
      ? ['rq', 'worker', '--with-scheduler', 'high']
      : String(one.command).replace('worker', 'worker --with-scheduler');
  }
  return root;
}

describe('generated compose files', () => {
  const path = 'docker-compose.yml';

  it('become exactly what was meant, and stay so', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const text = compose(shape);
        const { files, edits, findings } = migrate({ [path]: text });
        const after = files[path] ?? '';
        expect(findings).toEqual([]);
        expect(parse(after)).toEqual(expected(shape));
        expect(after.endsWith(shape.eol)).toBe(shape.last);
        expect(after.includes('\r')).toBe(shape.eol === '\r\n');
        expect(after.replaceAll('\r\n', '').includes('\r')).toBe(false);
        expect(/scheduler/.test(after.replaceAll('--with-scheduler', ''))).toBe(false);
        const blanks = after.split(shape.eol).filter((line) => line.trim() === '').length;
        expect(blanks).toBe((shape.blank ? 2 : 0) + (shape.last ? 1 : 0));
        for (const name of ['web', 'worker', 'redis']) {
          expect(after.includes(`# about ${name}`)).toBe(shape.comments);
          expect(after.includes(`# inside ${name}`)).toBe(shape.comments);
        }
        expect(edits.get(path)?.length).toBeGreaterThan(0);
        expect(migrate(files).edits.size).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
