import { type Command, InvalidArgumentError, Option } from 'commander';

/** Commands that options can belong to; `*` means every one of them. */
export type CommandName =
  | 'run'
  | 'dry-run'
  | 'code'
  | 'verify'
  | 'rollback'
  | 'status'
  | 'repair'
  | 'rehearse'
  | 'runbook'
  | 'demo';

/** One row of the option table: the single source of parsing, help and docs/options.md. */
export interface OptionRow {
  readonly flags: string;
  readonly about: string;
  readonly commands: readonly CommandName[] | '*';
  readonly fallback?: string | number | boolean;
  readonly choices?: readonly string[];
  readonly parse?: (value: string, previous: unknown) => unknown;
}

function seconds(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(value.trim());
  if (!match) throw new InvalidArgumentError('give a number of seconds, or 30s, 5m, 1h');
  return Number(match[1]) * { s: 1, m: 60, h: 3600 }[(match[2] ?? 's') as 's' | 'm' | 'h'];
}

function collect(value: string, previous: unknown): string[] {
  const items = value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
  return [...(Array.isArray(previous) ? (previous as string[]) : []), ...items];
}

const STRATEGIES: readonly string[] = ['rearm', 'repeat', 'cron', 'keep'];

function override(value: string, previous: unknown): unknown[] {
  const at = value.lastIndexOf('=');
  const strategy = value.slice(at + 1);
  if (at < 1 || !STRATEGIES.includes(strategy)) {
    throw new InvalidArgumentError(`give PATTERN=STRATEGY, the strategy one of ${STRATEGIES.join(', ')}`);
  }
  return [...(Array.isArray(previous) ? previous : []), { pattern: value.slice(0, at), strategy }];
}

function rqVersion(value: string): string {
  if (!/^\d+(\.\d+){0,3}$/.test(value)) throw new InvalidArgumentError('give a version such as 1.15.1');
  return value;
}

function dottedName(value: string): string {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(value)) throw new InvalidArgumentError('give a dotted name');
  return value;
}

function entries(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('give a number of entries');
  return Number(value);
}

const APPLYING: readonly CommandName[] = ['run', 'dry-run'];
/** Commands that decide about jobs. */
const DECIDING: readonly CommandName[] = [...APPLYING, 'rehearse'];
/** All but those that look at files only, and `demo`, which has a Redis of its own. */
const WITH_REDIS: readonly CommandName[] = [
  'run',
  'dry-run',
  'verify',
  'rollback',
  'status',
  'repair',
  'rehearse',
];
/** Commands that read the project's code. */
const READING: readonly CommandName[] = [...APPLYING, 'code'];

/** Every option of every command. Durations are seconds unless suffixed. */
export const OPTIONS: readonly OptionRow[] = [
  { flags: '--project <dir>', about: "the project's folder", commands: '*', fallback: '.' },
  {
    flags: '--redis-url <url>',
    about: 'Redis to work on (default: $MIGRATE_SCHEDULER_REDIS_URL, $RQ_REDIS_URL, $REDIS_URL, localhost)',
    commands: WITH_REDIS,
  },
  {
    flags: '--format <format>',
    about: 'how to print data',
    commands: ['run', 'dry-run', 'rollback', 'status', 'repair', 'rehearse', 'runbook'],
    fallback: 'text',
    choices: ['text', 'json'],
  },
  {
    flags: '--format <format>',
    about: 'how to print data; sarif is for code scanning',
    commands: ['code'],
    fallback: 'text',
    choices: ['text', 'json', 'sarif'],
  },
  { flags: '--fix', about: 'make the safe fixes (rollback undoes them)', commands: ['code'] },
  { flags: '--diff', about: 'print the fixes as one unified diff', commands: ['code'] },
  {
    flags: '--format <format>',
    about: 'how to print data; github adds a job summary where GITHUB_STEP_SUMMARY names a file',
    commands: ['verify'],
    fallback: 'text',
    choices: ['text', 'json', 'junit', 'github'],
  },
  { flags: '--yes', about: 'do not ask', commands: WITH_REDIS },
  { flags: '--no-color', about: 'no colours (NO_COLOR works too)', commands: '*' },
  { flags: '--quiet', about: 'only data and errors', commands: '*' },
  { flags: '--verbose', about: 'say more on the way', commands: '*' },
  { flags: '--debug', about: 'a stack trace with an unexpected error', commands: '*' },
  {
    flags: '--only <part>',
    about: 'only the files, or only Redis',
    commands: [...APPLYING, 'verify'],
    choices: ['files', 'redis'],
  },
  {
    flags: '--plan <file>',
    about: 'apply this saved plan, or refuse it when it is stale',
    commands: ['run'],
  },
  { flags: '--out <file>', about: 'save the plan', commands: ['dry-run'] },
  {
    flags: '--out <file>',
    about: 'write what --format asks for to this file, and text to stdout',
    commands: ['verify'],
  },
  { flags: '--detailed-exitcode', about: 'exit 2 when there is something to do', commands: ['dry-run'] },
  {
    flags: '--allow <codes>',
    about: 'go on in spite of these findings (comma-separated codes)',
    commands: DECIDING,
    parse: collect,
  },
  {
    flags: '--keep-scheduler',
    about: 'leave the scheduler service and the dependency in place',
    commands: APPLYING,
  },
  {
    flags: '--unsafe-fixes',
    about: 'also change Python code where the change must be reviewed: schedulers of Flask-RQ2',
    commands: READING,
  },
  {
    flags: '--native-api',
    about:
      "write RQ's own Queue API for every call that provably means the same, also beside recurring calls, which stay",
    commands: READING,
  },
  {
    flags: '--raise-rq',
    about: 'raise rq where the files name one that rq_recurring cannot use',
    commands: READING,
  },
  { flags: '--rename-ids', about: 'give job ids that RQ cannot hold a valid new name', commands: DECIDING },
  {
    flags: '--rq-version <version>',
    about: 'the RQ version to aim at',
    commands: [...DECIDING, 'verify', 'repair'],
    parse: rqVersion,
  },
  {
    flags: '--recurring <strategy>',
    about:
      'recurring jobs: rearm (native series), repeat (finite intervals, by RQ itself), cron (rq cron), keep (with rq-scheduler)',
    commands: DECIDING,
    choices: STRATEGIES,
  },
  {
    flags: '--recurring-for <pattern=strategy>',
    about: 'the strategy for jobs whose id or function matches (repeatable)',
    commands: DECIDING,
    parse: override,
  },
  {
    flags: '--tz <zone>',
    about: 'the time zone in which rq-scheduler read cron strings',
    commands: DECIDING,
  },
  {
    flags: '--rq-scheduler-version <version>',
    about: 'the rq-scheduler version that wrote the jobs, where the files do not tell',
    commands: [...DECIDING, 'code'],
    parse: rqVersion,
  },
  {
    flags: '--recurring-install <way>',
    about:
      'how rq_recurring comes to the workers: vendor (its files in the project), package (a requirement, rq-recurring)',
    commands: READING,
    fallback: 'vendor',
    choices: ['package', 'vendor'],
  },
  {
    flags: '--runtime-path <dir>',
    about: 'the folder in which the folder rq_recurring goes (one that all who import it import from)',
    commands: READING,
  },
  {
    flags: '--runtime-module <name>',
    about: 'the dotted name under which workers import rq_recurring, where the files are not looked at',
    commands: DECIDING,
    parse: dottedName,
  },
  {
    flags: '--skip-import-check',
    about: 'do not prove that workers can import rq_recurring',
    commands: ['run'],
  },
  {
    flags: '--follow',
    about:
      'stay after the move and move what clients still add to the legacy schedule, until Ctrl-C; then verify',
    commands: ['run'],
  },
  { flags: '--for <time>', about: 'follow this long', commands: ['run'], parse: seconds },
  {
    flags: '--until-quiet <time>',
    about: 'follow until no client has added anything for this long',
    commands: ['run'],
    parse: seconds,
  },
  { flags: '--all', about: 'list every job and show new files whole', commands: APPLYING },
  {
    flags: '--include <patterns>',
    about: 'look at these files although git ignores them (patterns as in .gitignore)',
    commands: [...READING, 'runbook'],
    parse: collect,
  },
  {
    flags: '--exclude <patterns>',
    about: 'leave these files out',
    commands: [...READING, 'runbook'],
    parse: collect,
  },
  { flags: '--interactive', about: 'ask about every single edit', commands: ['run'] },
  { flags: '--explain', about: 'say the reason of every edit', commands: APPLYING },
  {
    flags: '--wait <time>',
    about: 'go on checking until all pass, this long',
    commands: ['verify'],
    parse: seconds,
  },
  {
    flags: '--interval <time>',
    about: 'pause between two tries of --wait (default: 1s)',
    commands: ['verify'],
    parse: seconds,
  },
  {
    flags: '--fail-on <status>',
    about: 'from which status on a check makes the exit code 1',
    commands: ['verify'],
    fallback: 'fail',
    choices: ['warn', 'fail'],
  },
  {
    flags: '--canary',
    about: 'let a test job run in every queue and measure how late it is; writes, and removes what it wrote',
    commands: ['verify'],
  },
  {
    flags: '--grace <time>',
    about: 'how late a job may be before it counts as overdue',
    commands: ['verify'],
    fallback: 5,
    parse: seconds,
  },
  {
    flags: '--limit <entries>',
    about: 'copy only so many entries of the legacy schedule, the earliest',
    commands: ['rehearse'],
    parse: entries,
  },
  { flags: '--force', about: 'restore files that were edited since, too', commands: ['rollback'] },
];

/** Adds the rows that belong to a command to its commander object. */
export function addOptions(command: Command, name: CommandName): Command {
  for (const row of OPTIONS) {
    if (row.commands !== '*' && !row.commands.includes(name)) continue;
    const option = new Option(row.flags, row.about);
    if (row.choices) option.choices([...row.choices]);
    if (row.parse) option.argParser(row.parse);
    if (row.fallback !== undefined) option.default(row.fallback);
    command.addOption(option);
  }
  return command;
}
