import { beforeAll, describe, expect, it } from 'vitest';
import { readProject } from '../../src/files/project.js';
import { zonesNamed } from '../../src/files/zones.js';
import { FILE_KINDS, prepareKinds } from '../../src/run/file-kinds.js';

beforeAll(prepareKinds);

function zones(files: Readonly<Record<string, string>>): string[] {
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  return zonesNamed(readProject(list, FILE_KINDS));
}

function compose(services: Readonly<Record<string, string>>): string {
  const lines = Object.entries(services).map(
    ([name, body]) => `  ${name}:\n    ${body.replaceAll('\n', '\n    ')}\n`,
  );
  return `services:\n${lines.join('')}`;
}

const SCHEDULER = 'image: acme/app\ncommand: rqscheduler';
const WORKER = 'image: acme/app\ncommand: rq worker';

describe('zones that files name', () => {
  it('are those of the scheduler, not of a database or a web server', () => {
    const services = {
      scheduler: `${SCHEDULER}\nenvironment:\n  TZ: Asia/Shanghai`,
      worker: `${WORKER}\nenvironment:\n  TZ: Europe/Berlin`,
      db: 'image: postgres\nenvironment:\n  TZ: America/New_York',
    };

    expect(zones({ 'compose.yaml': compose(services) })).toEqual(['Asia/Shanghai']);
  });

  it('are none where only a database, an unknown script or another container has one', () => {
    const services = { scheduler: SCHEDULER, db: 'image: postgres\nenvironment:\n- TZ=America/New_York' };
    const files = {
      'compose.yaml': compose(services),
      'backup.sh': 'TZ=Asia/Tokyo date\n',
      'db/Dockerfile': 'FROM postgres\nENV TZ=Asia/Tokyo\n',
      '.env.postgres': 'TZ=Asia/Tokyo\n',
    };

    expect(zones(files)).toEqual([]);
  });

  it("are the workers' where nothing says the scheduler's", () => {
    const services = {
      scheduler: `${SCHEDULER}\nenv_file: lost.env`,
      worker: `${WORKER}\nenvironment:\n- TZ=Asia/Tokyo`,
    };

    expect(zones({ 'compose.yaml': compose(services) })).toEqual(['Asia/Tokyo']);
  });

  it('come from files of variables that the service loads, and from none that it does not', () => {
    const services = { scheduler: `${SCHEDULER}\nenv_file:\n- a.env\n- path: conf/b.env` };
    const files = {
      'compose.yaml': compose(services),
      'a.env': 'TZ=Asia/Tokyo\n',
      'c.env': 'TZ=Asia/Dubai\n',
    };

    expect(zones({ ...files, 'conf/b.env': "export TZ='Asia/Seoul' # local\n" })).toEqual(['Asia/Seoul']);
    expect(zones(files)).toEqual([]);
  });

  it('come from a default or the .env beside the file where TZ is taken from outside', () => {
    const services = { scheduler: `${SCHEDULER}\nenvironment:\n  TZ: \${ZONE:-Asia/Tokyo}` };

    expect(zones({ 'compose.yaml': compose(services) })).toEqual(['Asia/Tokyo']);
    expect(zones({ 'compose.yaml': compose(services), '.env': 'ZONE=Asia/Seoul\n' })).toEqual(['Asia/Seoul']);
  });

  it.each([
    ['ENV TZ=Asia/Shanghai', 'Asia/Shanghai'],
    ['ENV TZ Asia/Shanghai', 'Asia/Shanghai'],
    ['RUN ln -sf /usr/share/zoneinfo/Asia/Shanghai /etc/localtime', 'Asia/Shanghai'],
    ['RUN echo "America/Argentina/Buenos_Aires" > /etc/timezone', 'America/Argentina/Buenos_Aires'],
  ])('come from the image of the scheduler: %s', (line, zone) => {
    const services = { scheduler: 'build: .\ncommand: rqscheduler' };
    const files = { 'compose.yaml': compose(services), Dockerfile: `FROM python:3.12\n${line}\n` };

    expect(zones(files)).toEqual([zone]);
  });

  it('are UTC for a container of an official image for which nothing sets one', () => {
    const scheduler = 'build: .\ncommand: rqscheduler';
    const files = (body: string, from = 'python:3.12-slim AS base\nFROM base') => ({
      'compose.yaml': compose({ scheduler: body }),
      Dockerfile: `FROM ${from}\nCOPY . .\n`,
    });

    expect(zones(files(scheduler))).toEqual(['UTC']);
    expect(zones(files(scheduler, 'acme/python'))).toEqual([]);
    expect(zones(files(`${scheduler}\nenv_file: lost.env`))).toEqual([]);
    expect(zones(files(`${scheduler}\nvolumes:\n- /etc/localtime:/etc/localtime:ro`))).toEqual([]);
    expect(zones(files(`${scheduler}\nenvironment:\n  TZ: \${TZ}`))).toEqual([]);
  });

  it('come from a script that starts the scheduler', () => {
    const files = {
      'compose.yaml': compose({ scheduler: 'build: .\ncommand: ./start.sh' }),
      Dockerfile: 'FROM python:3.12\nCOPY . .\n',
      'start.sh': '#!/bin/sh\n# TZ=Asia/Dubai\nexport TZ=Asia/Tokyo\nexec rqscheduler\n',
    };

    expect(zones(files)).toEqual(['Asia/Tokyo']);
  });

  it.each([
    ['Procfile', 'scheduler: TZ=Asia/Tokyo rqscheduler\nweb: TZ=Asia/Dubai flask run\n'],
    [
      'supervisord.conf',
      '[program:s]\ncommand=rqscheduler\nenvironment=A="1",TZ="Asia/Tokyo"\n[program:db]\ncommand=postgres\nenvironment=TZ="Asia/Dubai"\n',
    ],
    ['supervisord.conf', '[supervisord]\nenvironment=TZ="Asia/Tokyo"\n[program:s]\ncommand=rqscheduler\n'],
    ['rq.service', '[Service]\nEnvironment=TZ=Asia/Tokyo\nExecStart=/usr/bin/rqscheduler\n'],
    [
      'circus.ini',
      '[watcher:s]\ncmd = rqscheduler\n[env:s]\nTZ = Asia/Tokyo\n[env:other]\nTZ = Asia/Dubai\n',
    ],
    [
      'k8s/s.yaml',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: s}\nspec:\n  template:\n    spec:\n      containers:\n      - name: s\n        image: acme/app\n        command: [rqscheduler]\n        env:\n        - {name: TZ, value: Asia/Tokyo}\n      - name: db\n        image: postgres\n        env:\n        - {name: TZ, value: Asia/Dubai}\n',
    ],
  ])('come from what starts it: %s', (path, text) => {
    expect(zones({ [path]: text })).toEqual(['Asia/Tokyo']);
  });

  it('come from the .env of a Procfile', () => {
    expect(
      zones({ 'app/Procfile': 's: rqscheduler\n', 'app/.env': 'TZ=Asia/Tokyo\n', '.env': 'TZ=Asia/Dubai\n' }),
    ).toEqual(['Asia/Tokyo']);
  });

  it("come from Django's settings where django-rq is used, and nowhere else", () => {
    const files = {
      'compose.yaml': compose({ scheduler: 'image: acme/app\ncommand: python manage.py rqscheduler' }),
      'manage.py': '',
      'shop/settings.py': "TIME_ZONE = 'Asia/Tokyo'\n",
    };

    expect(zones({ ...files, 'requirements.txt': 'django-rq==2.10\nrq-scheduler\n' })).toEqual([
      'Asia/Tokyo',
    ]);
    expect(zones({ ...files, 'requirements.txt': 'rq-scheduler\n' })).toEqual([]);
  });
});
