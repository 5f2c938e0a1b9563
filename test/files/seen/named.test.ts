import { beforeAll, describe, expect, it } from 'vitest';
import { readProject } from '../../../src/files/project.js';
import { namedFindings } from '../../../src/files/seen/named.js';
import { FILE_KINDS, prepareKinds } from '../../../src/run/file-kinds.js';

beforeAll(prepareKinds);

const SCHEDULERS = [
  {
    path: 'compose.yml',
    text: 'services:\n  clock:\n    command: rqscheduler\n  app-clock:\n    command: rqscheduler\n',
  },
  { path: 'Procfile', text: 'clock: rqscheduler\n' },
  { path: 'supervisord.conf', text: '[program:clock]\ncommand=rqscheduler\n' },
  {
    path: 'k8s/clock.yml',
    text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: clock}\nspec: {template: {spec: {containers: [{name: c, command: [rqscheduler]}]}}}\n',
  },
];

/** What is told of one file when all of these go, as `severity:line`. */
function told(path: string, text: string): string[] {
  const project = readProject([...SCHEDULERS, { path, text }], FILE_KINDS);
  return namedFindings(project, [], []).map(({ severity, line }) => `${severity}:${line}`);
}

describe('commands that name a service or a process that goes', () => {
  it.each([
    ['deploy.sh', 'docker compose up -d web clock', ['error:1']],
    ['deploy.sh', 'docker-compose -f a.yml -f b.yml restart \\\n  web \\\n  clock\n', ['error:3']],
    [
      'Makefile',
      'up:\n\t$(COMPOSE) up -d --scale clock=1 web\nlogs:\n\t$(DC) logs -f clock',
      ['error:2', 'warn:4'],
    ],
    ['.github/workflows/a.yml', 'x:\n- run: docker compose run --rm clock sh', ['error:2']],
    ['package.json', '{"scripts": {"up": "docker compose up web clock"}}', ['error:1']],
    ['Jenkinsfile', "sh 'docker compose stop app-clock'", ['error:1']],
    ['deploy.sh', 'heroku ps:scale web=1 clock=1 -a acme', ['error:1']],
    ['dev.sh', 'honcho start web clock', ['error:1']],
    ['deploy.sh', 'supervisorctl restart jobs:clock\nsupervisorctl status clock', ['error:1', 'warn:2']],
    ['deploy.sh', 'kubectl -n x rollout status deployment/clock', ['error:1']],
    [
      'deploy.sh',
      'kubectl scale deploy clock --replicas=0 && kubectl logs deploy/clock',
      ['error:1', 'warn:1'],
    ],
  ])('%s: %s', (path, text, expected) => {
    expect(told(path, text)).toEqual(expected);
  });

  it.each([
    ['deploy.sh', 'docker compose up -d web && echo clock'],
    ['deploy.sh', 'docker compose run web clock'],
    ['deploy.sh', 'docker compose -p clock up web'],
    ['deploy.sh', '# docker compose up clock'],
    ['deploy.sh', 'docker compose up -d clocks # clock'],
    ['deploy.sh', 'kubectl rollout status deployment/web -n clock\nkubectl delete job/clock'],
    ['deploy.sh', 'supervisorctl restart clock:web'],
    ['README.md', 'docker compose up clock'],
    ['docker-compose.yml', 'services:\n  web:\n    command: docker compose up clock'],
  ])('are none, %s: %s', (path, text) => {
    expect(told(path, text)).toEqual([]);
  });

  it('are none where another file still has the name', () => {
    const project = readProject(
      [...SCHEDULERS, { path: 'x.sh', text: 'docker compose up clock' }],
      FILE_KINDS,
    );
    expect(namedFindings(project, project.facts, [])).toEqual([]);
  });
});
