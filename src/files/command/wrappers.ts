import type { Arg } from './expand.js';

interface Wrapper {
  /** The subcommand after which the wrapped command stands. */
  readonly sub?: string;
  /** Options that take a value. */
  readonly values?: readonly string[];
  /** How many arguments of its own come before the command. */
  readonly own?: number;
}

/** Programs that only start another program given as their last arguments. */
const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  exec: { values: ['-a'] },
  nohup: {},
  time: {},
  command: {},
  setsid: {},
  env: { values: ['-u', '--unset', '-C', '--chdir'] },
  sudo: { values: ['-u', '--user', '-g', '--group'] },
  gosu: { own: 1 },
  'su-exec': { own: 1 },
  setpriv: { values: ['--reuid', '--regid'] },
  tini: { values: ['-p', '-e'] },
  'dumb-init': { values: ['-r', '--rewrite'] },
  catatonit: {},
  timeout: { values: ['-k', '--kill-after', '-s', '--signal'], own: 1 },
  nice: { values: ['-n', '--adjustment'] },
  ionice: { values: ['-c', '-n'] },
  stdbuf: { values: ['-i', '-o', '-e'] },
  'ddtrace-run': {},
  'opentelemetry-instrument': {},
  'newrelic-admin': { sub: 'run-program' },
  poetry: { sub: 'run', values: ['-C', '--directory', '-P', '--project'] },
  pipenv: { sub: 'run' },
  pdm: { sub: 'run', values: ['-p', '--project'] },
  rye: { sub: 'run' },
  hatch: { sub: 'run', values: ['-e', '--env'] },
  uv: {
    sub: 'run',
    values: [
      '--with',
      '--extra',
      '--group',
      '--env-file',
      '-p',
      '--python',
      '--project',
      '--directory',
      '--package',
    ],
  },
  honcho: { sub: 'run', values: ['-e', '--env', '-d', '--app-root', '-f', '--procfile'] },
  dotenv: { sub: 'run', values: ['-f', '--file', '-q', '--quote', '-e', '--export'] },
  doppler: { sub: 'run', values: ['-p', '--project', '-c', '--config', '-t', '--token'] },
  infisical: { sub: 'run', values: ['--env', '--path', '--projectId'] },
  watchmedo: {
    sub: 'auto-restart',
    values: ['-d', '--directory', '-p', '--pattern', '--patterns', '-i', '--ignore-patterns', '--signal'],
  },
  dockerize: { values: ['-wait', '-timeout', '-wait-retry-interval', '-template', '-stdout', '-stderr'] },
  'wait-for-it': { values: ['-h', '-p', '-t', '--timeout', '--host', '--port'], own: 1 },
  'wait-for': { values: ['-t'], own: 1 },
};

/** The last part of a program's path. */
export function programName(value: string): string {
  return value.slice(value.lastIndexOf('/') + 1);
}

/** Options of `docker run`, `docker compose run` and `exec` and `kubectl exec` that take a value. */
const CONTAINER_VALUES = new Set(
  (
    '-e --env --env-file --name -v --volume --mount -w --workdir -u --user --network --net -p --publish --label -l ' +
    '-f --file --project-name --profile --project-directory --platform --memory -m --cpus --restart --link --index ' +
    '-c --container -n --namespace --context'
  ).split(' '),
);

/** The command that `docker run IMAGE …`, `docker compose exec SERVICE …` or `kubectl exec POD -- …` runs. */
function inContainer(args: readonly Arg[]): readonly Arg[] | null {
  const values = args.map(({ value }) => value);
  if (!/^(docker|podman|nerdctl|docker-compose|podman-compose|kubectl)$/.test(programName(values[0] ?? '')))
    return null;
  let operands = 0;
  for (let at = 1, verb = false; at < values.length; at++) {
    const value = values[at] ?? '';
    if (verb && value === '--' && at + 1 < values.length) return args.slice(at + 1);
    // The image's own entrypoint gets what follows, whatever it is.
    if (value.startsWith('--entrypoint')) return null;
    if (value.startsWith('-')) {
      if (CONTAINER_VALUES.has(value)) at++;
    } else if (!verb) {
      if (value === 'run' || value === 'exec') verb = true;
      else if (value !== 'compose' && value !== 'container') return null;
    } else if (operands++ > 0) return args.slice(at);
  }
  return null;
}

/** Takes one known wrapper off the front; null when the first word is none or wraps nothing. */
export function unwrap(args: readonly Arg[]): readonly Arg[] | null {
  const contained = inContainer(args);
  if (contained !== null) return contained;
  const name = programName(args[0]?.value ?? '').replace(/\.sh$/, '');
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  // `command -v rqscheduler` only asks where it is.
  const asks = name === 'command' && /^-[vV]/.test(args[1]?.value ?? '');
  if (wrapper === undefined || asks) return null;
  let at = 1;
  if (wrapper.sub !== undefined) {
    at = skipOptions(args, at, wrapper) + 1;
    if (args[at - 1]?.value !== wrapper.sub) return null;
  }
  at = skipOptions(args, at, wrapper);
  for (let own = wrapper.own ?? 0; own > 0 && at < args.length; own--) {
    if (args[at]?.value !== '--') at = skipOptions(args, at + 1, wrapper);
  }
  while (/^[A-Za-z_]\w*=/.test(args[at]?.value ?? '')) at++;
  return at < args.length ? args.slice(at) : null;
}

function skipOptions(args: readonly Arg[], from: number, wrapper: Wrapper): number {
  let at = from;
  for (; at < args.length; at++) {
    const value = args[at]?.value ?? '';
    if (value === '--') return at + 1;
    if (!/^-./.test(value)) break;
    if (wrapper.values?.includes(value)) at++;
  }
  return at;
}
