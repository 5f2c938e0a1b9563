import type { Programs, Stack } from '../files/stacks.js';
import { composeFlags } from './next-steps.js';
import type { Paint } from './paint.js';

/** One step: why, and what to type; no commands where a person has to know better. */
export interface RunbookStep {
  readonly text: string;
  readonly commands: readonly string[];
}

export type Situation = 'maintenance-window' | 'rolling-deploy' | 'blue-green';

/** The order of the move in one situation. */
export interface Runbook {
  readonly situation: Situation;
  readonly when: string;
  readonly steps: readonly RunbookStep[];
}

const FOLLOW = 'migrate-scheduler run --only redis --follow --until-quiet 10m';
const VERIFY = 'migrate-scheduler verify --wait 60';

const step = (text: string, ...commands: readonly string[]): RunbookStep => ({ text, commands });

const LOOK = step(
  'Look at it days before, and rehearse on a copy of the jobs: it tells how long the move takes.',
  'migrate-scheduler dry-run',
  'migrate-scheduler rehearse',
);
const FILES = step(
  'In the repository: change the files (where jobs recur, --runtime-path DIR names a folder that workers import from), review the diff, commit, and bring it to the host.',
  'migrate-scheduler run --only files',
);

/** Services that hold data and are shared; by name, which is only good enough to be read by a person. */
const STORE = /redis|valkey|postgres|mysql|maria|mongo|rabbit|memcache|elastic/i;

/** The words for one project: its own services, or what a person has to fill in. */
function wordsFor(stack: Stack | null, programs: Programs) {
  const apps = stack?.others.filter((name) => !STORE.test(name)) ?? [];
  const stores = stack?.others.filter((name) => STORE.test(name)) ?? [];
  const compose = (rest: string, project = '') =>
    stack ? [`docker compose${project}${composeFlags(stack.path)} ${rest}`] : [];
  const named = (names: readonly string[]) => names.join(' ');
  const elsewhere = programs.paths.length > 0 ? ` (also what ${programs.paths.join(', ')} starts)` : '';
  return { stack, apps, stores, compose, named, elsewhere };
}

type Words = ReturnType<typeof wordsFor>;

/** The three orders of GUIDE G6 and of deploys without downtime, with the commands of this project. */
export function runbooks(stack: Stack | null, programs: Programs): Runbook[] {
  const words = wordsFor(stack, programs);
  return [window(words), rolling(words), blueGreen(words)];
}

function window({ stack, apps, stores, compose, named, elsewhere }: Words): Runbook {
  const all = stack ? [...stack.schedulers, ...stack.workers, ...apps] : [];
  const stays = stores.length > 0 ? `${stores.join(', ')} stays up` : 'Redis stays up';
  return {
    situation: 'maintenance-window',
    when: 'Nothing adds or runs jobs during the move: the simplest order.',
    steps: [
      LOOK,
      step(`Stop what adds and runs jobs${elsewhere}; ${stays}.`, ...compose(`stop ${named(all)}`)),
      step('Migrate the files and the jobs.', 'migrate-scheduler run'),
      step(
        `Build and start the new world${elsewhere}.`,
        ...compose('build'),
        ...compose('up -d --remove-orphans'),
      ),
      step('Check that every schedule has somebody who runs it.', VERIFY),
      step(
        'To go back: undo it, then build and start again.',
        'migrate-scheduler rollback',
        ...compose('build'),
        ...compose('up -d --remove-orphans'),
      ),
    ],
  };
}

function rolling({ stack, compose, named, elsewhere }: Words): Runbook {
  const workers = stack?.workers ?? [];
  return {
    situation: 'rolling-deploy',
    when: 'Everything stays up; old and new code run side by side for a while.',
    steps: [
      LOOK,
      FILES,
      step(
        `New workers first${elsewhere}: they schedule what will be moved, while rq-scheduler still runs its own jobs.`,
        ...compose('build'),
        ...(workers.length > 0 ? compose(`up -d --no-deps ${named(workers)}`) : []),
      ),
      step(
        'Where Redis can be reached, in a terminal that stays open: rq-scheduler is held off from here on, and what old clients still add is moved at once.',
        FOLLOW,
      ),
      step(
        `While it follows, deploy the rest${elsewhere}; ${oldScheduler(stack)} goes.`,
        ...compose('up -d --remove-orphans'),
      ),
      step(
        'It ends when no old client has written for ten minutes (or at Ctrl-C), and checks; look again later.',
        VERIFY,
      ),
      step('To go back, jobs first, then the old code.', 'migrate-scheduler rollback'),
    ],
  };
}

function blueGreen({ stack, apps, stores, compose, named, elsewhere }: Words): Runbook {
  const workers = stack?.workers ?? [];
  const shared = stores.length > 0 ? named(stores) : 'Redis';
  const old = stack ? [...stack.schedulers, ...apps] : [];
  const green = (names: readonly string[]) =>
    names.length > 0 ? compose(`up -d --no-deps ${named(names)}`, ' -p green') : [];
  return {
    situation: 'blue-green',
    when: `Two stacks side by side on the same Redis (${shared} is blue's, and green must reach it there: by a network that both share, or by its address). Jobs are not carried from one Redis to another.`,
    steps: [
      LOOK,
      FILES,
      step(
        `Build green and start its workers only${elsewhere}.`,
        ...compose('build', ' -p green'),
        ...green(workers),
      ),
      step('Where Redis can be reached, in a terminal that stays open.', FOLLOW),
      step('Start the rest of green and switch the traffic over.', ...green(apps)),
      step(
        `Stop blue's clients, ${oldScheduler(stack)}, and at last its workers, when their queues are empty (in blue's checkout).`,
        ...(old.length > 0 ? compose(`stop ${named(old)}`) : []),
        ...(workers.length > 0 ? compose(`stop ${named(workers)}`) : []),
      ),
      step('Following ends by itself and checks; look again later.', VERIFY),
      step('To go back: switch the traffic back, then the jobs.', 'migrate-scheduler rollback'),
    ],
  };
}

function oldScheduler(stack: Stack | null): string {
  const names = stack?.schedulers ?? [];
  return names.length > 0 ? `the old scheduler (${names.join(', ')})` : 'the old scheduler';
}

const TITLES: Readonly<Record<Situation, string>> = {
  'maintenance-window': 'Maintenance window',
  'rolling-deploy': 'Rolling deploy',
  'blue-green': 'Blue and green',
};

/** The three orders by their commands alone, a line each: what `run` shows before it asks. */
export function ordersText(books: readonly Runbook[], paint: Paint): string {
  const width = Math.max(...Object.values(TITLES).map((title) => title.length));
  const lines = books.map(({ situation, steps }) => {
    // Looking comes before any of it, and going back is no part of the order.
    const commands = steps.slice(1, -1).flatMap((one) => one.commands);
    const told = commands.map((command) =>
      command === FOLLOW ? `${command} (stays; go on beside it)` : command,
    );
    return `  ${TITLES[situation].padEnd(width)}  ${told.join(paint.dim(' → '))}`;
  });
  const head = `${paint.bold('Order')}  in production, by situation (migrate-scheduler runbook explains each step)`;
  return [head, ...lines].join('\n');
}

/** The runbooks for a person. `further`: compose files for which the same holds. */
export function runbookText(books: readonly Runbook[], further: readonly string[], paint: Paint): string {
  const lines = books.flatMap(({ situation, when, steps }) => [
    `${paint.bold(TITLES[situation])}  ${when}`,
    ...steps.flatMap(({ text, commands }, i) => [
      `  ${i + 1}. ${text}`,
      ...commands.map((command) => `       ${paint.cyan(command)}`),
    ]),
    '',
  ]);
  const same = further.length > 0 ? [`The same for ${further.join(', ')} (docker compose -f …).`] : [];
  return [...lines, ...same].join('\n').trimEnd();
}
