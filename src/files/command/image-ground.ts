import type { ProjectView, SourceFile } from '../types.js';
import { dockerInstructions } from './dockerfile-lines.js';
import { joinPath } from './find.js';
import { folderOf, type Ground, isFolder, NOWHERE } from './ground.js';
import { shellTokens } from './words.js';

interface Stage {
  readonly name: string;
  readonly vars: Map<string, string>;
  readonly mounts: Map<string, string>;
  cwd: string | null;
}

/**
 * Where the commands of an image run: WORKDIR, what COPY and ADD have put where, and PYTHONPATH (the Dockerfile
 * reference). `context` is the build context's folder in the project, null where it cannot be told.
 */
export function imageGround(
  text: string,
  context: string | null,
  target: string | null,
  project: ProjectView,
): Ground {
  const stages: Stage[] = [];
  const global = new Map<string, string>();
  for (const { keyword, args } of dockerInstructions(text)) {
    if (keyword === 'FROM') {
      const [, from = '', name] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(args) ?? [];
      const base = stages.find((one) => one.name === from);
      stages.push({
        name: name ?? String(stages.length),
        vars: new Map(base?.vars ?? global),
        mounts: new Map(base?.mounts ?? []),
        cwd: base === undefined ? '/' : base.cwd,
      });
      continue;
    }
    const stage = stages.at(-1);
    if (keyword === 'ARG' || keyword === 'ENV') setVariables(stage?.vars ?? global, args);
    else if (stage === undefined) continue;
    else if (keyword === 'WORKDIR') stage.cwd = inside(stage, unquoted(args));
    else if (keyword === 'COPY' || keyword === 'ADD') copy(stage, args, context, stages, project);
  }
  const stage = target === null ? stages.at(-1) : stages.find(({ name }) => name === target);
  if (stage === undefined) return NOWHERE;
  return { cwd: stage.cwd, mounts: stage.mounts, pythonPath: stage.vars.get('PYTHONPATH') ?? null };
}

function setVariables(vars: Map<string, string>, args: string): void {
  const old = /^([A-Za-z_]\w*)[ \t]+([^=].*)$/.exec(args);
  const words = old === null ? shellTokens(args) : [];
  if (old?.[1] !== undefined) vars.set(old[1], expanded(vars, unquoted(old[2] ?? '')) ?? '');
  for (const token of words) {
    if (token.type !== 'word') continue;
    const [, name, value] =
      /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(args.slice(token.word.start, token.word.end)) ?? [];
    if (name === undefined || value === undefined) continue;
    const known = expanded(vars, unquoted(value));
    if (known === null) vars.delete(name);
    else vars.set(name, known);
  }
}

/** `$NAME`, `${NAME}` and `${NAME:-x}` put in; null with one that is not known. An unset PYTHONPATH is empty. */
function expanded(vars: ReadonlyMap<string, string>, text: string): string | null {
  let known = true;
  const value = text.replace(
    /\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})/g,
    (_, a?: string, b?: string, or?: string) => {
      const name = a ?? b ?? '';
      const found = vars.get(name) ?? or ?? (name === 'PYTHONPATH' ? '' : undefined);
      known &&= found !== undefined;
      return found ?? '';
    },
  );
  return known ? value : null;
}

/** A path in the image, absolute. */
function inside(stage: Stage, path: string): string | null {
  const known = expanded(stage.vars, path);
  if (known === null || (!known.startsWith('/') && stage.cwd === null)) return null;
  return `/${joinPath(known.startsWith('/') ? known : `${stage.cwd}/${known}`) ?? ''}`;
}

function copy(
  stage: Stage,
  args: string,
  context: string | null,
  stages: readonly Stage[],
  project: ProjectView,
): void {
  const from = /--from=(\S+)/.exec(args)?.[1];
  const words = wordsOf(args).filter((word) => !word.startsWith('--'));
  const to = words.at(-1);
  const dest = to === undefined ? null : inside(stage, to);
  if (to === undefined || dest === null) return;
  for (const word of words.slice(0, -1)) {
    const source = expanded(stage.vars, word);
    if (source === null || /[*?[]/.test(source)) continue;
    if (from !== undefined)
      copyMounts(
        stage,
        stages.find(({ name }) => name === from),
        source,
        dest,
      );
    const path = context === null || from !== undefined ? null : joinPath(context, source);
    // A folder's content goes into the destination; what is no folder here is a file.
    if (path !== null)
      stage.mounts.set(isFolder(path, project) ? dest : fileAt(stage, source, to, dest), path);
  }
}

/** Where a file goes: into a folder that is there already, else it becomes the destination. */
function fileAt({ cwd, mounts }: Stage, source: string, to: string, dest: string): string {
  const folder = /(^|\/)\.?\/?$/.test(to) || dest === cwd || mounts.has(dest);
  return folder ? join(dest, source.split('/').at(-1) ?? '') : dest;
}

/** What another stage has at `source`, put at `dest`. */
function copyMounts(stage: Stage, other: Stage | undefined, source: string, dest: string): void {
  for (const [at, path] of other?.mounts ?? []) {
    const start = `/${joinPath(source) ?? ''}`;
    if (at === start || at.startsWith(`${start}/`)) stage.mounts.set(dest + at.slice(start.length), path);
    else if (start.startsWith(at === '/' ? at : `${at}/`)) {
      const inner = joinPath(path, start.slice(at.length));
      if (inner !== null) stage.mounts.set(dest, inner);
    }
  }
}

function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

function wordsOf(args: string): readonly string[] {
  if (!args.trimStart().startsWith('[')) return args.split(/\s+/).map(unquoted);
  return [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, '$2');
}

/**
 * The build context of a Dockerfile that nothing names: the project's own folder for one that lies there, else the one
 * of the project's and the Dockerfile's in which all that it copies stands; null where that may be either.
 */
export function imageContext({ path, text }: SourceFile, project: ProjectView): string | null {
  const own = folderOf(path);
  if (own === '') return '';
  const sources = dockerInstructions(text)
    .filter(({ keyword, args }) => /^(COPY|ADD)$/.test(keyword) && !/--from=/.test(args))
    .flatMap(({ args }) =>
      wordsOf(args)
        .filter((word) => !word.startsWith('--'))
        .slice(0, -1),
    )
    .filter((word) => !/[$*?[]|:\/\//.test(word));
  const has = (context: string): boolean =>
    sources.every((source) => {
      const at = joinPath(context, source);
      return at !== null && (project.get(at) !== undefined || isFolder(at, project));
    });
  const fitting = [own, ''].filter(has);
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}
