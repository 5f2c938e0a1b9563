import { beforeAll, describe, expect, it } from 'vitest';
import { pythonStarts } from '../../../src/files/pysource/starts.js';
import { loadPython } from './load.js';

beforeAll(loadPython);

/** Starts without their line numbers. */
function starts(...lines: string[]) {
  return pythonStarts(`${lines.join('\n')}\n`).map(({ role, queues, withScheduler }) => [
    role,
    queues,
    withScheduler,
  ]);
}

describe('pythonStarts: workers', () => {
  it.each([
    ['w.work()', 'off'],
    ['w.work(burst=True)', 'off'],
    ['w.work(with_scheduler=True)', 'on'],
    ['w.work(with_scheduler=False)', 'off-explicit'],
    ['w.work(with_scheduler=args.scheduler)', 'unknown'],
    ['w.work(**options)', 'unknown'],
    ['w.work(False, "INFO", None, None, 1, None, True)', 'unknown'],
    ['Thread(target=w.work).start()', 'unknown'],
  ])('%s is %s', (call, expected) => {
    expect(starts('from rq import Worker', 'w = Worker(["a"])', call)).toEqual([['worker', ['a'], expected]]);
  });

  it.each([
    ['Worker(["high", "low"])', ['high', 'low']],
    ['Worker("high")', ['high']],
    ['Worker([Queue("a", connection=c), Queue(connection=c)])', ['a', 'default']],
    ['Worker(map(Queue, listen))', ['x', 'y']],
    ['Worker(list(map(Queue, listen)), connection=c)', ['x', 'y']],
    ['Worker(map(lambda n: Queue(n, connection=c), listen))', ['x', 'y']],
    ['Worker([Queue(n, connection=c) for n in listen])', ['x', 'y']],
    ['Worker(queues=[q], connection=c)', ['mail']],
    ['Worker([q], connection=c)', ['mail']],
    ['SimpleWorker((q,))', ['mail']],
    ['rq.worker.Worker([q])', ['mail']],
    ['Worker(sys.argv[1:] or ["default"])', null],
    ['Worker([Queue(n) for n in listen if n])', null],
    ['Worker([Queue(f"{p}-x")])', null],
    ['Worker(grown)', null],
  ])('%s listens to %j', (made, queues) => {
    expect(
      starts(
        'import rq, sys',
        'from rq import Queue, SimpleWorker, Worker',
        'listen = ["x", "y"]',
        'grown = ["x"]',
        'grown.append(name)',
        'q = Queue("mail")',
        `${made}.work()`,
      ),
    ).toEqual([['worker', queues, 'off']]);
  });

  it('follows aliases, subclasses, attributes and factory functions', () => {
    expect(starts('from rq import Worker as W', 'class Mine(W):\n    pass', 'Mine(["a"]).work()')).toEqual([
      ['worker', ['a'], 'off'],
    ]);
    expect(
      starts(
        'from rq.worker import Worker',
        'class App:',
        '    def make(self):\n        return Worker(["a"])',
        '    def run(self):\n        self.w = self.make()\n        self.w.work()',
      ),
    ).toEqual([['worker', ['a'], 'off']]);
    expect(starts('from rq_win import WindowsWorker', 'WindowsWorker(["a"]).work()')).toEqual([
      ['worker', ['a'], 'off'],
    ]);
  });

  it('does not claim to know the switch where the class overrides work', () => {
    expect(
      starts(
        'from rq import Worker',
        'class Mine(Worker):\n    def work(self, *a, **k):\n        return super().work(*a, with_scheduler=True)',
        'Mine(["a"]).work()',
      ),
    ).toEqual([['worker', ['a'], 'unknown']]);
  });

  it('knows a worker handed over as a parameter, without its queues', () => {
    expect(starts('from rq import Worker', 'def go(worker: Worker):\n    worker.work()')).toEqual([
      ['worker', null, 'off'],
    ]);
  });

  it('knows pools, django-rq and Flask-RQ2', () => {
    expect(starts('from rq.worker_pool import WorkerPool', 'WorkerPool(["a"]).start()')).toEqual([
      ['worker', ['a'], 'on'],
    ]);
    expect(starts('import django_rq', 'django_rq.get_worker("a", "b").work()')).toEqual([
      ['worker', ['a', 'b'], 'off'],
    ]);
    expect(starts('from flask_rq2 import RQ', 'rq = RQ(app)', 'rq.get_worker().work()')).toEqual([
      ['worker', null, 'off'],
    ]);
    expect(starts('from django.core.management import call_command', 'call_command("rqworker")')).toEqual([
      ['worker', ['default'], 'off'],
    ]);
    expect(
      starts(
        'from django.core import management',
        'management.call_command("rqworker", "a", "--with-scheduler")',
      ),
    ).toEqual([['worker', ['a'], 'on']]);
  });

  it('gives the line of the call, in a file with CRLF too', () => {
    const text = 'from rq import Worker\r\n\r\nw = Worker(["a"])\r\n(w\r\n  .work())\r\n';
    expect(pythonStarts(text).map((s) => s.line)).toEqual([5]);
  });
});

describe('pythonStarts: schedulers', () => {
  it.each([
    ['from rq_scheduler import Scheduler', 'Scheduler(connection=c).run()'],
    ['from rq_scheduler.scheduler import Scheduler as S', 's = S(connection=c)\ns.run(burst=True)'],
    ['import rq_scheduler', 'rq_scheduler.Scheduler("a").run()'],
    ['import django_rq', 'django_rq.get_scheduler("default").run()'],
    ['from rq_scheduler import Scheduler', 'class Mine(Scheduler):\n    pass\nMine().run()'],
    ['from rq_scheduler import Scheduler', 'def go(scheduler):\n    scheduler.run()'],
    ['from rq_scheduler.scripts.rqscheduler import main', 'main()'],
    ['from django.core.management import call_command', 'call_command("rqscheduler")'],
  ])('%s; %s', (line, rest) => {
    expect(starts(line, rest)).toEqual([['scheduler', null, 'unknown']]);
  });

  it.each([
    'from apscheduler.schedulers.blocking import BlockingScheduler\nBlockingScheduler().start()',
    'from apscheduler.schedulers import Scheduler\ns = Scheduler()\ns.run()',
    'import sched\nscheduler = sched.scheduler()\nscheduler.run()',
    'from celery import Worker\nWorker().work()',
    'from arq import Worker\nWorker(["a"]).run()',
    'from rq_scheduler import Scheduler\ns = Scheduler(connection=c)\ns.enqueue_at(t, f)',
    'from rq import Worker\nWorker.all(c)\nw = Worker(["a"])\nw.register_birth()',
    '# from rq import Worker; Worker(["a"]).work()\n"""Worker(["a"]).work()"""\n',
    'from mine import thing\nthing.work()',
  ])('finds nothing in %j', (text) => {
    expect(pythonStarts(text)).toEqual([]);
  });

  it('finds what follows a syntax error', () => {
    expect(starts('from rq import Worker', 'x = = 1', 'Worker(["a"]).work()')).toEqual([
      ['worker', ['a'], 'off'],
    ]);
  });
});
