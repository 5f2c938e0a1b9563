import type { Edit } from '../../../plan/types.js';
import { displayText } from '../../bytes.js';
import type { PyNode } from '../../pysource/parser.js';
import type { ProjectView } from '../../types.js';
import type { CodeAnalysis, CodeOptions, CodeUse, FixLevel } from '../uses.js';
import { parseCandidates } from './candidates.js';
import type { CodeContext } from './context.js';
import { djangoReads } from './django.js';
import { type Draft, outermost, sourceWith, within } from './draft.js';
import { flaskDrafts, flaskImports } from './flask.js';
import { covers, Imports } from './imports.js';
import { nativeUses } from './native.js';
import { configLines, keyKind, keyLines, seedings, workerStarts } from './others.js';
import type { OurImport } from './our-imports.js';
import { placeOf } from './place.js';
import { Program, type PyFile } from './program.js';
import type { RawUse } from './raw-use.js';
import { recurringNotes } from './recurring.js';
import { Scanner } from './scan.js';
import { djangoAware } from './settings.js';
import { namedInStrings } from './strings.js';
import { short, Times } from './times.js';
import { Values } from './values.js';

/** Where the drop-in stands unless it lies in a package of the project. */
const RUNTIME = 'rq_recurring';

/** Codes that are notes beside the uses: nothing breaks where they stay. */
const NOTES = new Set([
  'code-seeding',
  'code-legacy-key',
  'code-config-name',
  'code-worker-start',
  'code-schedule',
  'code-cron',
]);

/** Reads the whole project. */
export function analyse(view: ProjectView, options: CodeOptions): CodeAnalysis {
  const runtime = options.runtimeModule ?? RUNTIME;
  const program = new Program(view);
  const values = new Values(program);
  parseCandidates(program, values);
  const raw = scanAll(program, values);
  const times = new Times(values, djangoAware(view));
  const context: CodeContext = { values, times, nativeApi: options.nativeApi ?? false };
  const files = [...program.parsed];
  const strings = files.flatMap((file) => [...namedInStrings(file, runtime)]);
  const imports = new Imports(values, runtime);
  const unsure = files.some(({ broken }) => broken) || strings.some(namesClass);
  const native = unsure ? [] : nativeUses(raw, context, (file, drafts) => imports.loses(file, drafts));
  const reads = files
    .flatMap((file) => djangoReads(file, values, runtime))
    .filter((one) => !isWithin(one, native));
  const any = raw.length > 0 || files.some((file) => imports.of(file).length > 0);
  const drafts = distinctDrafts([
    ...native,
    ...reads,
    ...flaskDrafts(raw, native, context),
    ...(any ? recurringNotes(values) : []),
    ...seedings(raw),
    ...strings,
    ...(any ? startsIn(program) : []),
  ]);
  return new Analysis(program, imports, files, drafts, namedElsewhere(view));
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

/** Workers without their scheduler. */
function startsIn(program: Program): Draft[] {
  return program.paths
    .filter((path) => /\.work\(|rqworker/.test(program.text(path)))
    .flatMap((path) => program.file(path) ?? [])
    .flatMap((file) => workerStarts(file))
    .map((draft) => (draft.file.broken ? { ...draft, own: 'none' } : draft));
}

/** A string that names the class, as a mock does: code is meant to go on using it. */
function namesClass({ args }: Draft): boolean {
  return /Scheduler\b/.test(String(args.name ?? ''));
}

/** Is the place within a call that becomes something else as a whole? */
function isWithin({ file, node }: Draft, native: readonly Draft[]): boolean {
  return native.some((one) => one.file === file && one.edits.some((edit) => touches(edit, node)));
}

function touches(edit: Edit, node: PyNode): boolean {
  return covers(edit, node) || (edit.end > edit.start && node.start <= edit.start && edit.end <= node.end);
}

/** A use may be found on several ways. */
function distinctDrafts(drafts: readonly Draft[]): Draft[] {
  const seen = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = `${draft.file.path} ${draft.node.start} ${draft.node.end} ${draft.code}`;
    if (!seen.has(key)) seen.set(key, draft);
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
  readonly importers: readonly string[];
  readonly #files: ReadonlyMap<string, PyFile>;
  readonly #imports: Imports;
  readonly #byFile = new Map<PyFile, Draft[]>();

  constructor(
    program: Program,
    imports: Imports,
    files: readonly PyFile[],
    drafts: readonly Draft[],
    config: readonly CodeUse[],
  ) {
    this.#imports = imports;
    this.#files = new Map(program.parsed.map((file) => [file.path, file]));
    this.scanned = program.paths.length;
    this.parsed = program.parsed.length;
    for (const draft of drafts)
      this.#byFile.set(draft.file, [...(this.#byFile.get(draft.file) ?? []), draft]);
    const imported = files.flatMap((file) => this.#importUses(file));
    this.uses = [
      ...drafts.map((draft) => this.#use(draft)),
      ...imported,
      ...files.flatMap((file) => flaskImports(file)),
      ...config,
    ].sort(byPlace);
    this.importers = files
      .filter((file) => this.#importsRuntime(file))
      .map(({ path }) => path)
      .sort();
  }

  edits(path: string, level: 'safe' | 'unsafe'): readonly Edit[] {
    const file = this.#files.get(path);
    return file === undefined ? [] : this.#edits(file, level);
  }

  left(level: FixLevel): readonly CodeUse[] {
    return this.uses
      .filter(({ fix }) => !within(fix, level))
      .sort((a, b) => orderOf(a) - orderOf(b) || byPlace(a, b));
  }

  #edits(file: PyFile, level: 'safe' | 'unsafe'): Edit[] {
    const active = this.#active(file, level);
    return outermost([...active.flatMap(({ edits }) => edits), ...this.#imports.edits(file, active)]);
  }

  #active(file: PyFile, level: FixLevel): readonly Draft[] {
    return (this.#byFile.get(file) ?? []).filter(({ own }) => within(own, level));
  }

  /** Does the file, once fixed, import the drop-in? */
  #importsRuntime(file: PyFile): boolean {
    const active = this.#active(file, 'safe');
    const { runtime } = this.#imports;
    const isRuntime = (module: string) => module === runtime || module.startsWith(`${runtime}.`);
    return (
      active.some(({ code, edits }) => code === 'code-import' && edits.length > 0) ||
      active.some(({ needs }) => needs.some(({ module }) => isRuntime(module))) ||
      this.#imports.swapped(file, active).length > 0
    );
  }

  #use(draft: Draft): CodeUse {
    return {
      code: draft.code,
      severity: draft.severity,
      ...placeOf(draft.file, draft.node),
      call: short(draft.node.text),
      replacement: this.#replacement(draft),
      fix: draft.own,
      args: draft.args,
    };
  }

  /** The source of the use with all that is changed in it, the changes of other uses within included. */
  #replacement({ file, node, own, proposal }: Draft): string | null {
    if (own === 'none') return proposal === null ? null : displayText(proposal);
    const inside = this.#active(file, own)
      .flatMap(({ edits }) => edits)
      .filter(({ start, end }) => start >= node.start && end <= node.end);
    return displayText(sourceWith(file.text, node.start, node.end, inside));
  }

  #importUses(file: PyFile): CodeUse[] {
    const statements = new Map<PyNode, OurImport[]>();
    for (const one of this.#imports.of(file))
      statements.set(one.statement, [...(statements.get(one.statement) ?? []), one]);
    return [...statements].map(([node, names]): CodeUse => {
      const { runtime } = this.#imports;
      const why = names.find((one) => one.need === null)?.why ?? '';
      const inside = this.#edits(file, 'safe').filter(
        ({ start, end }) => start >= node.start && end <= node.end,
      );
      const replaced = why === '' ? sourceWith(file.text, node.start, node.end, inside) : null;
      return {
        code: 'code-import',
        severity: 'error',
        ...placeOf(file, node),
        call: short(node.text),
        replacement: replaced === null ? null : displayText(replaced),
        fix: why === '' ? 'safe' : 'none',
        args: { module: names[0]?.item.module ?? '', runtime, ...(why === '' ? {} : { why }) },
      };
    });
  }
}

function byPlace(a: CodeUse, b: CodeUse): number {
  return a.path < b.path
    ? -1
    : a.path > b.path
      ? 1
      : a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1);
}

/** Objects and calls come first, then the imports; notes come last. */
function orderOf({ code }: CodeUse): number {
  return NOTES.has(code) ? 2 : code === 'code-import' ? 1 : 0;
}

/** Does it break, or go on filling rq-scheduler's schedule, once the package is gone? */
export function isBlocking({ code }: CodeUse): boolean {
  return !NOTES.has(code) && code !== 'code-naive-datetime';
}
