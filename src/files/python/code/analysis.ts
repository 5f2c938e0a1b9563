import type { Edit } from '../../../plan/types.js';
import { displayText } from '../../bytes.js';
import { importsOf } from '../../pysource/imports.js';
import type { PyNode } from '../../pysource/parser.js';
import type { ProjectView } from '../../types.js';
import { schedulerModules } from '../modules.js';
import type { CodeAnalysis, CodeOptions, CodeUse, FixLevel } from '../uses.js';
import { parseCandidates } from './candidates.js';
import type { CodeContext } from './context.js';
import { type Draft, outermost, sourceWith, within, worse } from './draft.js';
import { draftsOf, makesOf, namesQueue } from './drafts.js';
import { Imports } from './imports.js';
import { withoutLeftovers } from './leftover.js';
import { makingOf } from './making.js';
import { configLines, keyKind, keyLines, namedInStrings, seedings, workerStarts } from './others.js';
import { placeOf } from './place.js';
import { Program, type PyFile } from './program.js';
import type { RawUse } from './raw-use.js';
import { Scanner } from './scan.js';
import { cronReading, djangoAware } from './settings.js';
import { short, Times } from './times.js';
import { type Standing, standings } from './units.js';
import { Values } from './values.js';

/** Codes that are notes beside the uses: nothing breaks where they stay. */
const NOTES = new Set(['code-seeding', 'code-legacy-key', 'code-config-name', 'code-worker-start']);

/** Reads the whole project. */
export function analyse(view: ProjectView, options: CodeOptions): CodeAnalysis {
  const program = new Program(view);
  const values = new Values(program);
  parseCandidates(program, values);
  const raw = scanAll(program, values);
  const context = contextOf(raw, values, view, options);
  const drafts = raw.flatMap((use) => draftsOf(use, context)).map(unlessBroken);
  const uses = [...withoutLeftovers(distinctDrafts(drafts), values), ...seedings(raw)];
  const any =
    raw.length > 0 ||
    program.parsed.some((file) => schedulerModules(file.root, importsOf(file.root)).length > 0);
  for (const file of program.parsed) uses.push(...namedInStrings(file));
  if (any) for (const path of program.paths) uses.push(...startsIn(path, program));
  return new Analysis(program, values, distinctDrafts(uses), namedElsewhere(view));
}

/** Places in a file that does not parse are guesses: nothing in it is edited. */
function unlessBroken(draft: Draft): Draft {
  if (!draft.file.broken) return draft;
  const why = 'syntax-error';
  return { ...draft, own: 'none', args: { ...draft.args, why } };
}

/** A parsed file may lead to others: they are looked through as well, until there are no more. */
function scanAll(program: Program, values: Values): RawUse[] {
  const scanner = new Scanner(values);
  for (let round = 0; ; round++) {
    const files = program.parsed;
    const found = files.flatMap((file) => [...scanner.usesIn(file)]);
    if (program.parsed.length === files.length || round > 5) return found;
    values.forget();
  }
}

function startsIn(path: string, program: Program): Draft[] {
  if (!/\.work\(|rqworker/.test(program.text(path))) return [];
  const file = program.file(path);
  return file === null ? [] : workerStarts(file);
}

function contextOf(
  raw: readonly RawUse[],
  values: Values,
  view: ProjectView,
  options: CodeOptions,
): CodeContext {
  const made = raw.map(makesOf);
  const sites = raw.flatMap((use) => (use.is === 'construct' ? [use.site] : []));
  const queues = new Set(sites.map((site) => makingOf(site).queue ?? site));
  return {
    values,
    times: new Times(values, djangoAware(view)),
    cron: cronReading(view, options),
    makes: { once: made.includes('once'), recurring: made.includes('recurring') },
    oneQueue: queues.size <= 1 && !raw.some(namesQueue),
  };
}

/** A use may be found on several ways: the least certain reading counts. */
function distinctDrafts(drafts: readonly Draft[]): Draft[] {
  const seen = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = `${draft.file.path} ${draft.node.start} ${draft.node.end} ${draft.code}`;
    const known = seen.get(key);
    if (known === undefined || worse(known.own, draft.own) !== known.own) seen.set(key, draft);
  }
  return [...seen.values()];
}

/** Lines of files of other kinds that name rq-scheduler's modules or keys. */
function namedElsewhere(view: ProjectView): CodeUse[] {
  return view.paths
    .filter((path) => !path.endsWith('.py'))
    .flatMap((path) => {
      const source = view.get(path)?.text ?? '';
      return [...configLines(path, source), ...keyLines(source)].map(
        ({ line, column, text, name }): CodeUse => ({
          code: name === 'rq_scheduler' ? 'code-config-name' : 'code-legacy-key',
          severity: name === 'rq_scheduler' ? 'info' : 'warn',
          path,
          line,
          column,
          endLine: line,
          endColumn: column + name.length,
          call: short(text),
          replacement: null,
          fix: 'none',
          args: name === 'rq_scheduler' ? { name } : { key: name, what: keyKind(name) },
        }),
      );
    });
}

class Analysis implements CodeAnalysis {
  readonly uses: readonly CodeUse[];
  readonly scanned: number;
  readonly parsed: number;
  readonly #program: Program;
  readonly #standings: ReadonlyMap<Draft, Standing>;
  readonly #byFile = new Map<PyFile, Draft[]>();
  readonly #imports: Imports;

  constructor(program: Program, values: Values, drafts: readonly Draft[], config: readonly CodeUse[]) {
    this.#program = program;
    this.scanned = program.paths.length;
    this.#standings = standings(drafts);
    for (const draft of drafts) {
      const list = this.#byFile.get(draft.file);
      if (list === undefined) this.#byFile.set(draft.file, [draft]);
      else list.push(draft);
    }
    this.#imports = new Imports(values, (file, level) => this.#active(file, level));
    const imports = program.parsed.flatMap((file) => this.#importUses(file));
    this.uses = [...drafts.map((draft) => this.#use(draft)), ...imports, ...config].sort(byPlace);
    this.parsed = program.parsed.length;
  }

  edits(path: string, level: 'safe' | 'unsafe'): readonly Edit[] {
    const file = this.#program.parsed.find((one) => one.path === path);
    if (file === undefined) return [];
    return outermost([
      ...this.#active(file, level).flatMap((one) => one.edits),
      ...this.#imports.edits(file, level),
    ]);
  }

  left(level: FixLevel): readonly CodeUse[] {
    return this.uses
      .filter(({ fix }) => !within(fix, level))
      .sort((a, b) => orderOf(a) - orderOf(b) || byPlace(a, b));
  }

  #active(file: PyFile, level: FixLevel): readonly Draft[] {
    return (this.#byFile.get(file) ?? []).filter((one) =>
      within(this.#standings.get(one)?.level ?? one.own, level),
    );
  }

  #use(draft: Draft): CodeUse {
    const { level, heldBy } = this.#standings.get(draft) ?? { level: draft.own, heldBy: null };
    const held =
      heldBy === null ? {} : { heldBy: this.#where(heldBy), heldWhy: String(heldBy.args.why ?? '') };
    return {
      code: draft.code,
      severity: draft.severity,
      ...placeOf(draft.file, draft.node),
      call: short(draft.node.text),
      replacement: this.#replacement(draft),
      fix: level,
      args: { ...draft.args, ...held },
    };
  }

  #where({ file, node }: Draft): string {
    const { path, line } = placeOf(file, node);
    return `${path}:${line}`;
  }

  /** The source of the use with all that is changed in it, the changes of other uses within included. */
  #replacement({ file, node, own, edits, proposal }: Draft): string | null {
    if (edits.length === 0 && own === 'none') return proposal === null ? null : displayText(proposal);
    if (edits.some(({ start, end, text }) => start <= node.start && end >= node.end && !text.trim()))
      return '';
    const inside = (this.#byFile.get(file) ?? [])
      .flatMap((one) => one.edits)
      .filter(({ start, end }) => start >= node.start && end <= node.end);
    return displayText(sourceWith(file.text, node.start, node.end, inside));
  }

  #importUses(file: PyFile): CodeUse[] {
    return schedulerModules(file.root, importsOf(file.root)).flatMap(
      ({ module, optional, start }): CodeUse[] => {
        if (module === 'rq.Connection') return [];
        const node = statementAt(file, start);
        if (node === null) return [];
        const statement = /^import/.test(node.type);
        if (!statement && module === 'django_rq.get_scheduler') return [];
        const level =
          statement && /^(rq_scheduler|django_rq)/.test(module) ? this.#imports.level(file, node) : 'none';
        const edits = level === 'none' ? [] : this.#imports.edits(file, level);
        const inside = edits.filter((edit) => edit.start < node.end && edit.end > node.start);
        const replaced =
          level === 'none'
            ? null
            : sourceWith(
                file.text,
                node.start,
                node.end,
                inside.filter((edit) => edit.start >= node.start && edit.end <= node.end),
              );
        const gone = inside.some(
          (edit) => edit.text === '' && edit.start <= node.start && edit.end >= node.end,
        );
        return [
          {
            code: 'code-import',
            severity: 'error',
            ...placeOf(file, node),
            call: short(node.text),
            replacement: gone ? '' : replaced === null ? null : displayText(replaced),
            fix: level,
            args: { module, optional, ...(optional ? { why: 'optional' } : {}) },
          },
        ];
      },
    );
  }
}

function statementAt(file: PyFile, start: number): PyNode | null {
  let found: PyNode | null = null;
  for (const node of file.names.parents.keys()) {
    if (node.start !== start) continue;
    if (/^import(_from)?_statement$/.test(node.type)) return node;
    if (node.type === 'call') found ??= node;
  }
  return found;
}

function byPlace(a: CodeUse, b: CodeUse): number {
  return a.path < b.path
    ? -1
    : a.path > b.path
      ? 1
      : a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1);
}

/** Calls that hold others back come first, then those held, the objects, the imports; notes come last. */
function orderOf({ code, args }: CodeUse): number {
  if (NOTES.has(code)) return 4;
  if (code === 'code-import') return 3;
  if (code === 'code-scheduler-object' || code === 'code-get-scheduler') return 2;
  return args.heldBy === undefined ? 0 : 1;
}

/** Does it break, or go on filling rq-scheduler's schedule, once the package is gone? */
export function isBlocking({ code }: CodeUse): boolean {
  return !NOTES.has(code) && code !== 'code-naive-datetime';
}
