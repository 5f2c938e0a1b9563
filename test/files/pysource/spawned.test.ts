import { beforeAll, describe, expect, it } from 'vitest';
import { spawnedCommands } from '../../../src/files/pysource/spawned.js';
import { loadPython } from './load.js';

beforeAll(loadPython);

const IMPORTS = 'import asyncio, os, shlex, subprocess, sys\nfrom subprocess import Popen\n';
const spawned = (source: string) => spawnedCommands(IMPORTS + source).map(({ text }) => text);

describe('spawnedCommands', () => {
  it.each([
    ["os.system('rqscheduler -v')", 'rqscheduler -v'],
    ["subprocess.run(['rqscheduler', '--url', url], check=True)", 'rqscheduler --url $_'],
    ["Popen('python manage.py rqscheduler', shell=True)", 'python manage.py rqscheduler'],
    ["Popen([sys.executable, '-m', 'rq.cli', 'worker', 'a b'])", "python -m rq.cli worker 'a b'"],
    ["os.execvp('rqscheduler', ['rqscheduler', '-i', '5'])", 'rqscheduler -i 5'],
    ["os.execlp('rq', 'rq', 'worker', QUEUE)", 'rq worker $_'],
    ["QUEUE = 'mail'\nos.execlp('rq', 'rq', 'worker', QUEUE)", 'rq worker mail'],
    ["subprocess.call(shlex.split('rqworker high'))", 'rqworker high'],
    ["subprocess.call('rqworker high'.split())", 'rqworker high'],
    ["asyncio.create_subprocess_shell('rqworker high')", 'rqworker high'],
    [
      "def line():\n    c = f'rqscheduler --url {u} -i 60'\n    return c\nos.system(line())",
      'rqscheduler --url $_ -i 60',
    ],
    ["subprocess.Popen(args='rqscheduler' ' -v')", 'rqscheduler -v'],
  ])('%s', (source, expected) => {
    expect(spawned(source)).toEqual([expected]);
  });

  it.each([
    "print('rqscheduler')",
    "subprocess.run(['redis-server'])  # before rqscheduler",
    "run(['rqscheduler'])",
    'os.system(command)  # rqscheduler',
    'a = b\nb = a\nos.system(a)  # rqscheduler',
    'os.system(',
  ])('nothing in %s', (source) => {
    expect(spawned(source)).toEqual([]);
  });

  it('says the line of the call', () => {
    expect(spawnedCommands("import os\n\nos.system(\n    'rqscheduler'\n)\n")).toEqual([
      { text: 'rqscheduler', line: 3 },
    ]);
  });
});
