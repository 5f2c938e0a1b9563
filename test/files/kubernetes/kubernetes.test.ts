import { beforeAll, describe, expect, it } from 'vitest';
import { decisionOf, type Files, factsOf, migrate } from '../compose/project.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

function workload(name: string, pod: string, kind = 'Deployment'): string {
  return (
    `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n  replicas: 2\n` +
    `  template:\n    metadata: {labels: {app: ${name}}}\n    spec:\n${pod.replace(/^/gm, '      ')}\n`
  );
}

const SCHEDULER = workload('clock', 'containers: [{name: c, image: a, command: [rqscheduler, -i, "5"]}]');
const WORKER = workload('w', 'containers:\n- name: w\n  command: [rq]\n  args:\n  - worker\n  - high');

function codes(files: Files): string[] {
  return migrate(files).findings.map(({ code, path, line }) => `${code} ${path}:${line}`);
}

describe('manifests', () => {
  it('say what each container runs', () => {
    const facts = factsOf({ 'k8s/a.yml': `${SCHEDULER}---\n${WORKER}` });
    expect(facts).toMatchObject([
      {
        id: 'k8s/a.yml#Deployment/clock/c',
        role: 'scheduler',
        name: 'clock',
        replicas: 2,
        where: { line: 9 },
      },
      {
        id: 'k8s/a.yml#Deployment/w/w',
        role: 'worker',
        queues: ['high'],
        withScheduler: 'off',
        where: { line: 20 },
      },
    ]);
  });

  it.each([
    [
      'CronJob',
      'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec:\n  jobTemplate: {spec: {template: {spec: {containers: [{name: c, args: [rqscheduler, --burst]}]}}}}\n',
    ],
    [
      'Pod',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: c}\nspec: {containers: [{name: c, args: [python, manage.py, rqscheduler]}]}\n',
    ],
    [
      'StatefulSet',
      workload(
        'c',
        'containers: [{name: c, command: [/bin/sh, -ec], args: ["exec rqscheduler"]}]',
        'StatefulSet',
      ),
    ],
  ])('of a %s go', (_, text) => {
    expect(migrate({ 'k8s/c.yaml': text }).files).toEqual({});
  });

  it('follow arguments through the entrypoint of the only Dockerfile', () => {
    const files = {
      Dockerfile: 'FROM python\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n',
      'run.sh': '#!/bin/sh\ncase "$1" in\n  clock) exec rqscheduler ;;\n  *) exec gunicorn app ;;\nesac\n',
      'k8s/web.yaml': workload('web', 'containers: [{name: c, image: acme, args: [web]}]'),
    };
    const clock = workload('clock', 'containers: [{name: c, image: acme, args: [clock]}]');
    expect(factsOf({ ...files, 'k8s/clock.yaml': clock })).toContainEqual(
      expect.objectContaining({ name: 'clock', role: 'scheduler' }),
    );
    expect(factsOf(files)).toContainEqual(expect.objectContaining({ name: 'web', role: 'other' }));
  });

  it('tell of objects that are about nothing else, and of no others', () => {
    const service = (app: string): string =>
      `apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {app: ${app}}}\n`;
    const scaler = (name: string): string =>
      `apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: k}\nspec: {scaleTargetRef: {name: ${name}}}\n`;
    expect(
      codes({
        'clock.yaml': SCHEDULER,
        'w.yaml': WORKER,
        'a.yaml': `${service('clock')}---\n${scaler('clock')}`,
        'b.yaml': `${service('w')}---\n${scaler('w')}`,
      }),
    ).toEqual(['object-without-target a.yaml:1', 'object-without-target a.yaml:6']);
  });

  it('lose the patches that are written into a kustomization', () => {
    const patch = (name: string): string =>
      `|-\n    kind: Deployment\n    metadata: {name: ${name}}\n    spec: {replicas: 3}\n`;
    const text = (names: readonly string[]): string =>
      `resources: [w.yaml]\npatches:\n${names.map((name) => `- patch: ${patch(name)}`).join('')}` +
      `patchesStrategicMerge:\n${names.map((name) => `- ${patch(name)}`).join('')}`;
    const files = { 'clock.yaml': SCHEDULER, 'w.yaml': WORKER };
    const result = migrate({ ...files, 'kustomization.yaml': text(['w', 'clock', 'other']) });
    expect(result.files['kustomization.yaml']).toBe(text(['w', 'other']));
  });

  it('keep a kustomization from being emptied', () => {
    const files = { 'k8s/clock.yaml': SCHEDULER, 'k8s/kustomization.yaml': 'resources:\n- ./clock.yaml\n' };
    expect(codes(files)).toEqual(['kustomization-emptied k8s/kustomization.yaml:1']);
  });

  it.each([
    [
      'both in one container',
      'containers: [{name: c, command: [sh, -c, "rqscheduler & rq worker -s"]}]',
      'scheduler-also-runs',
    ],
    [
      'a container that others refer to',
      'containers:\n- {name: c, command: [rqscheduler]}\n- name: w\n  command: [gunicorn, a]\n  env: [{name: L, valueFrom: {resourceFieldRef: {containerName: c, resource: limits.cpu}}}]',
      'edit-by-hand',
    ],
    [
      'a command behind an alias',
      'volumes: [&cmd [rq, worker]]\ncontainers: [{name: c, command: *cmd}]',
      'worker-flag-manual',
    ],
  ])('are left alone: %s', (_, pod, code) => {
    const text = workload('x', pod);
    const { files, findings } = migrate({ 'k8s/x.yaml': text });
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(files).toEqual({ 'k8s/x.yaml': text });
  });

  it('are no templates, no definitions and no other YAML', () => {
    expect(
      factsOf({
        'templates/a.yaml': `${SCHEDULER}# {{ .Values.x }}\n`,
        'crd.yaml': SCHEDULER.replace('kind: Deployment', 'kind: X'),
      }),
    ).toEqual([]);
  });
});

describe('rq cron in the place of rq-scheduler', () => {
  const clock = { 'clock.service': '[Service]\nExecStart=/srv/bin/rqscheduler -u redis://r -i 5\n' };
  it.each([
    [{ 'k8s/a.yaml': SCHEDULER }, '[rqscheduler, -i, "5"]', '[rq, cron, jobs.py]'],
    [
      { 'k8s/a.yaml': workload('c', 'containers: [{name: c, args: [sh, -c, "exec rqscheduler"]}]') },
      'exec rqscheduler',
      'exec rq cron jobs.py',
    ],
    [clock, '/srv/bin/rqscheduler -u redis://r -i 5', '/srv/bin/rq cron -u redis://r jobs.py'],
    [{ 'circus.ini': '[watcher:c]\ncmd = rqscheduler\n' }, 'rqscheduler', 'rq cron jobs.py'],
    [{ 'package.json': '{"scripts": {"clock": "rqscheduler"}}' }, 'rqscheduler', 'rq cron jobs.py'],
    [{ 'heroku.yml': 'run:\n  clock: rqscheduler\n' }, 'rqscheduler', 'rq cron jobs.py'],
  ] as [Files, string, string][])('%j', (files, before, after) => {
    const decision = { ...decisionOf(factsOf(files)), replaceScheduler: 'jobs.py' };
    const [[path, text] = ['', '']] = Object.entries(files);
    const result = migrate(files, decision);
    expect(result.findings).toEqual([]);
    expect(result.files).toEqual({ [path]: text.replace(before, after) });
  });

  it.each([
    { 'clock.service': '[Service]\nExecStartPre=/bin/sleep 5\nExecStart=/srv/bin/rqscheduler\n' },
    { 'circus.ini': '[watcher:c]\ncmd = rqscheduler\nnumprocesses = 1\nargs = -i 5\n' },
    { 'heroku.yml': 'run:\n  clock: rqscheduler > log\n' },
  ] as Files[])('by hand: %j', (files) => {
    const decision = { ...decisionOf(factsOf(files)), replaceScheduler: 'jobs.py' };
    const result = migrate(files, decision);
    expect(result.findings.map(({ code }) => code)).toEqual(['rq-cron-by-hand']);
    expect(result.files).toEqual(files);
  });
});
