import { beforeAll, describe, expect, it } from 'vitest';
import { readProject } from '../../../src/files/project.js';
import { namedServices } from '../../../src/files/seen/named-services.js';
import { FILE_KINDS, prepareKinds } from '../../../src/run/file-kinds.js';

beforeAll(prepareKinds);

/** What is told of one file when the services `clock` and `app-clock` go, as `severity:line`. */
function told(path: string, text: string): string[] {
  const project = readProject([{ path, text }], FILE_KINDS);
  const found = namedServices(project, new Set(['clock', 'app-clock']), []);
  return found.map(({ severity, line }) => `${severity}:${line}`);
}

describe('commands of compose that name a service that goes', () => {
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
  ])('%s: %s', (path, text, expected) => {
    expect(told(path, text)).toEqual(expected);
  });

  it.each([
    ['deploy.sh', 'docker compose up -d web && echo clock'],
    ['deploy.sh', 'docker compose run web clock'],
    ['deploy.sh', 'docker compose -p clock up web'],
    ['deploy.sh', '# docker compose up clock'],
    ['deploy.sh', 'docker compose up -d clocks # clock'],
    ['README.md', 'docker compose up clock'],
    ['docker-compose.yml', 'services:\n  web:\n    command: docker compose up clock'],
  ])('are none, %s: %s', (path, text) => {
    expect(told(path, text)).toEqual([]);
  });
});
