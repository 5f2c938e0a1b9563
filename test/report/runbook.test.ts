import { describe, expect, it } from 'vitest';
import { programsOf, stacksOf } from '../../src/files/stacks.js';
import type { Fact, ProcessRole } from '../../src/files/types.js';
import { ordersText, runbooks } from '../../src/report/runbook.js';
import { openTerminal } from '../../src/world/terminal.js';

function service(path: string, name: string, role: ProcessRole): Fact {
  return {
    ...{ type: 'process', id: `${path}#${name}`, name, role, queues: null, withScheduler: 'off' },
    ...{ alsoRuns: [], replicas: 1, via: [], where: { path, line: 1 } },
  } as Fact;
}

const compose = (path: string, roles: Readonly<Record<string, ProcessRole>>): Fact[] => [
  ...Object.entries(roles).map(([name, role]) => service(path, name, role)),
  { type: 'containers', path, services: Object.keys(roles) },
];

const ROLES = { web: 'other', redis: 'other', jobs: 'worker', cron: 'scheduler' } as const;

describe('runbooks', () => {
  const facts = [
    ...compose('docker-compose.dev.yml', ROLES),
    ...compose('docker-compose.yml', ROLES),
    ...compose('deploy/prod.yml', ROLES),
    ...compose('docs.yml', { docs: 'other' }),
    service('Procfile', 'worker', 'worker'),
    { ...service('docker-compose.yml', 'mail', 'worker'), via: [{ path: 'entrypoint.sh', line: 3 }] } as Fact,
    service('entrypoint.sh', 'entrypoint.sh', 'worker'),
  ];
  const stacks = stacksOf(facts);

  it('are about the compose files that start workers, production first', () => {
    expect(stacks.map(({ path }) => path)).toEqual([
      'deploy/prod.yml',
      'docker-compose.yml',
      'docker-compose.dev.yml',
    ]);
    expect(programsOf(facts)).toEqual({ paths: ['Procfile'] });
  });

  it('name the services of the project, in the order of each situation', () => {
    const commands = runbooks(stacks[1] ?? null, programsOf(facts)).map(({ situation, steps }) => [
      situation,
      steps.flatMap((step) => step.commands),
    ]);
    const before = ['migrate-scheduler dry-run', 'migrate-scheduler rehearse'];
    const follow = 'migrate-scheduler run --only redis --follow --until-quiet 10m';
    const verify = 'migrate-scheduler verify --wait 60';
    const [build, up] = ['docker compose build', 'docker compose up -d --remove-orphans'];
    const back = 'migrate-scheduler rollback';
    expect(Object.fromEntries(commands)).toEqual({
      'maintenance-window': [
        ...[...before, 'docker compose stop cron jobs web', 'migrate-scheduler run'],
        ...[build, up, verify, back, build, up],
      ],
      'rolling-deploy': [
        ...[...before, 'migrate-scheduler run --only files', build],
        ...['docker compose up -d --no-deps jobs', follow, up, verify, back],
      ],
      'blue-green': [
        ...[...before, 'migrate-scheduler run --only files', 'docker compose -p green build'],
        ...['docker compose -p green up -d --no-deps jobs', follow],
        ...['docker compose -p green up -d --no-deps web', 'docker compose stop cron web'],
        ...['docker compose stop jobs', verify, back],
      ],
    });
  });

  it('are shown by their commands in three lines, without looking first and going back', () => {
    const { color } = openTerminal({ color: false, verbosity: 0 });
    const [, ...lines] = ordersText(runbooks(stacks[1] ?? null, programsOf(facts)), color).split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toContain('migrate-scheduler verify --wait 60');
    expect(lines.join()).not.toMatch(/rollback|rehearse/);
  });

  it('do without compose', () => {
    const [window] = runbooks(null, { paths: [] });
    expect(window?.steps.flatMap(({ commands }) => commands)).not.toContainEqual(
      expect.stringContaining('docker'),
    );
  });
});
