import { beforeAll, describe, expect, it } from 'vitest';
import { python } from '../../../src/files/python/python.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

const view = { get: () => undefined, paths: [] };

function facts(text: string) {
  const doc = python.parse({ path: 'app.py', text });
  return python.facts(doc, view).map((fact) => {
    if (fact.type === 'import') return `${fact.where.line} ${fact.module}${fact.optional ? ' optional' : ''}`;
    return fact.type === 'env-read' ? `${fact.where.line} $${fact.name}` : fact.type;
  });
}

describe('python imports', () => {
  it.each([
    ['import rq_scheduler', ['1 rq_scheduler']],
    ['import rq_scheduler.utils as u, os', ['1 rq_scheduler.utils']],
    ['from rq_scheduler import (\n  Scheduler as S,\n)', ['1 rq_scheduler']],
    ['def f():\n    from rq_scheduler.scheduler import Scheduler', ['2 rq_scheduler.scheduler']],
    ['try:\n  import rq_scheduler\nexcept ImportError:\n  rq_scheduler = None', ['2 rq_scheduler optional']],
    ['try:\n  pass\nfinally:\n  import rq_scheduler', ['4 rq_scheduler']],
    ['from django_rq import get_scheduler', ['1 django_rq.get_scheduler']],
    ['import django_rq\n\ns = django_rq.get_scheduler("x")', ['3 django_rq.get_scheduler']],
    ['from flask_rq2 import RQ', ['1 flask_rq2']],
    ['from rq import Connection, Queue', ['1 rq.Connection']],
    ['import importlib\nimportlib.import_module("rq_scheduler")', ['2 rq_scheduler']],
  ])('%j', (text, expected) => {
    expect(facts(text)).toEqual(expected);
  });

  it.each([
    '# import rq_scheduler',
    '"""\nimport rq_scheduler\n"""',
    'from django_rq_scheduler import x',
    'import rq_schedulers',
    'from scheduler import Scheduler',
    'from . import rq_scheduler_jobs',
    'import django_rq\ndjango_rq.get_queue("x")',
  ])('nothing in %j', (text) => {
    expect(facts(text)).toEqual([]);
  });

  it('reads on after a syntax error', () => {
    expect(facts('print "x"\nclass :\nimport rq_scheduler\n')).toEqual(['3 rq_scheduler']);
  });
});

describe('python environment reads', () => {
  it.each([
    ['import os\nos.environ["A"]', ['2 $A']],
    ['import os\nx = int(os.environ.get("A", 5))', ['2 $A']],
    ["from os import getenv as g\ng('A')", ['2 $A']],
    ['from os import environ\n"A" in environ', ['2 $A']],
    ['from decouple import config\nconfig("A", cast=int)', ['2 $A']],
    ['from environs import Env\nenv = Env()\nenv.int("A")', ['3 $A']],
    ['import environ\nenv = environ.Env()\nenv("A")', ['3 $A']],
    ['from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n  a_b: int = 5', ['2 $A_B']],
  ])('%j', (text, expected) => {
    expect(facts(text)).toEqual(expected);
  });

  it.each([
    'import os\nos.environ["A"] = "1"',
    'import os\nos.environ[name]',
    '# os.environ["A"]',
    'app.config.get("A")',
    'env("A")',
  ])('nothing in %j', (text) => {
    expect(facts(text)).toEqual([]);
  });
});
