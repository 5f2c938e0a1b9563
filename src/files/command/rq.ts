import type { Arg } from './expand.js';

/** What one command line starts, as far as RQ is concerned. */
export type RqStart =
  | { readonly kind: 'scheduler' }
  | { readonly kind: 'pool'; readonly queues: readonly string[] | null }
  | {
      readonly kind: 'worker';
      readonly queues: readonly string[] | null;
      readonly on: boolean;
      /** The word after which `--with-scheduler` goes; null where the command has no such option. */
      readonly after: Arg | null;
    };

/**
 * Options of `rq worker` and `rq worker-pool` that take a value (rq/cli/cli.py and helpers.py at
 * v1.15.1, rq/cli/workers.py at v3.0.0). `-ds` is a long option to click, not `-d -s`.
 */
const RQ_VALUES = new Set(
  (
    '--logging_level --logging-level -l --log-format --date-format --name -n --num-workers --results-ttl ' +
    '--worker-ttl --maintenance-interval --job-monitoring-interval --sentry-ca-certs --sentry-dsn ' +
    '--exception-handler --pid --max-jobs --max-idle-time --dequeue-strategy -ds --url -u --config -c ' +
    '--worker-class -w --job-class -j --queue-class --connection-class --path -P --serializer -S'
  ).split(' '),
);

/** Options of `manage.py rqworker` with a value (django_rq 4.2 rqworker.py, Django's BaseCommand). */
const DJANGO_VALUES = new Set(
  (
    '--worker-class --pid --name --queue-class --job-class --worker-ttl --max-jobs --max-idle-time --serializer ' +
    '--num-workers --logging-level --sentry-dsn --sentry-ca-certs --settings --pythonpath --verbosity -v'
  ).split(' '),
);

/** `rq …`, `rqworker …`, `python -m rq.cli …`: `args[0]` is the subcommand. */
export function rqCommand(args: readonly Arg[]): RqStart | null {
  const at = args.findIndex((arg) => !arg.value.startsWith('-'));
  const name = args[at]?.value;
  const rest = args.slice(at + 1);
  if (name === 'worker') return workerStart(rest, RQ_VALUES, args[at] ?? null);
  if (name === 'worker-pool') return { kind: 'pool', queues: queuesOf(rest, RQ_VALUES) };
  return null;
}

/** `rqworker …`: the program itself takes the options. */
export function rqworkerCommand(args: readonly Arg[]): RqStart {
  return workerStart(args.slice(1), RQ_VALUES, args[0] ?? null);
}

/** `manage.py <args>`: django-rq's commands; null for any other. */
export function djangoCommand(args: readonly Arg[]): RqStart | null {
  const name = args[0]?.value;
  if (name === 'rqscheduler') return { kind: 'scheduler' };
  if (name === 'rqworker') return workerStart(args.slice(1), DJANGO_VALUES, args[0] ?? null);
  if (name === 'rqworker-pool') return { kind: 'pool', queues: queuesOf(args.slice(1), DJANGO_VALUES) };
  return null;
}

/** `flask rq <args>`: Flask-RQ2's worker has no `--with-scheduler` (flask_rq2/cli.py at 18.3). */
export function flaskRqCommand(args: readonly Arg[]): RqStart | null {
  const name = args[0]?.value;
  if (name === 'scheduler') return { kind: 'scheduler' };
  if (name !== 'worker') return null;
  return workerStart(args.slice(1), RQ_VALUES, null);
}

function workerStart(args: readonly Arg[], values: ReadonlySet<string>, after: Arg | null): RqStart {
  return { kind: 'worker', queues: queuesOf(args, values), on: hasFlag(args, values), after };
}

/** Queue arguments; `['default']` for none, null where a settings module or a variable names them. */
function queuesOf(args: readonly Arg[], values: ReadonlySet<string>): readonly string[] | null {
  const queues: string[] = [];
  let known = true;
  let options = true;
  for (let i = 0; i < args.length; i++) {
    const { value, known: plain } = args[i] ?? { value: '', known: true };
    if (options && value === '--') options = false;
    else if (options && value.startsWith('-') && value !== '-') {
      if (values === RQ_VALUES && /^(-c|--config)/.test(value)) known = false;
      if (values.has(value)) i++;
    } else {
      if (!plain) return null;
      if (value !== '') queues.push(value);
    }
  }
  if (queues.length > 0) return queues;
  return known ? ['default'] : null;
}

function hasFlag(args: readonly Arg[], values: ReadonlySet<string>): boolean {
  for (let i = 0; i < args.length; i++) {
    const value = args[i]?.value ?? '';
    if (value === '--') return false;
    if (value === '--with-scheduler') return true;
    if (values.has(value)) i++;
    else if (values === RQ_VALUES && /^-[bvqd]*s/.test(value)) return true;
  }
  return false;
}
