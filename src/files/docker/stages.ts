import { execForm } from '../command/dockerfile.js';
import { dockerInstructions, type Instruction } from '../command/dockerfile-lines.js';
import type { CommandAnalysis, CommandPiece } from '../command/index.js';
import { analyseCommand, imageContext, imageGround, readDockerfile } from '../command/index.js';
import { placesOf } from '../script/part.js';
import type { ProjectView, SourceFile } from '../types.js';

/** A Dockerfile. */
export interface DockerDoc {
  readonly file: SourceFile;
  readonly instructions: readonly Instruction[];
  readonly stages: readonly Stage[];
}

/** A build stage with what it says about the command of its image. */
export interface Stage {
  /** Its name, else its number. */
  readonly name: string;
  readonly from: string;
  readonly last: boolean;
  readonly entrypoint: Instruction | null;
  readonly command: Instruction | null;
}

/** One piece of an image's command and where it stands in the file. */
export interface PlacedPiece {
  readonly piece: CommandPiece;
  readonly instruction: Instruction;
  /** Of an element of an exec form, quotes included; null for a shell form. */
  readonly element: { readonly start: number; readonly end: number; readonly index: number } | null;
}

/** The command of a stage's image. */
export interface ImageStart {
  readonly stage: Stage;
  readonly pieces: readonly PlacedPiece[];
  readonly analysis: CommandAnalysis;
  /** 1-based line of the instruction that starts it. */
  readonly line: number;
}

export function parseDockerfile(file: SourceFile): DockerDoc {
  const instructions = dockerInstructions(file.text);
  const stages: {
    name: string;
    from: string;
    entrypoint: Instruction | null;
    command: Instruction | null;
  }[] = [];
  for (const instruction of instructions) {
    const { keyword, args } = instruction;
    const stage = stages.at(-1);
    if (keyword === 'FROM') {
      const [, from, name] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(args) ?? [];
      stages.push({ name: name ?? String(stages.length), from: from ?? '', entrypoint: null, command: null });
    } else if (keyword === 'CMD' && stage !== undefined) stage.command = instruction;
    else if (keyword === 'ENTRYPOINT' && stage !== undefined) {
      stage.entrypoint = instruction;
      stage.command = null;
    }
  }
  return {
    file,
    instructions,
    stages: stages.map((stage, i) => ({ ...stage, last: i === stages.length - 1 })),
  };
}

const known = new WeakMap<ProjectView, WeakMap<DockerDoc, readonly ImageStart[]>>();

/** What the images of a Dockerfile start: one for each stage that says so itself. Kept per project view. */
export function imageStarts(doc: DockerDoc, project: ProjectView): readonly ImageStart[] {
  const cache = known.get(project) ?? new WeakMap<DockerDoc, readonly ImageStart[]>();
  known.set(project, cache);
  const before = cache.get(doc);
  if (before !== undefined) return before;
  const starts = doc.stages
    .filter(({ entrypoint, command }) => entrypoint !== null || command !== null)
    .map((stage) => startOf(doc, stage, project));
  cache.set(doc, starts);
  return starts;
}

function startOf(doc: DockerDoc, stage: Stage, project: ProjectView): ImageStart {
  const { path, text } = doc.file;
  const entrypoint = inherited(doc, stage, 'entrypoint');
  const shell = entrypoint !== null && execForm(entrypoint) === null;
  const command = shell ? null : inherited(doc, stage, 'command');
  const pieces = [entrypoint, command].flatMap((one) => (one === null ? [] : placedPieces(one, path)));
  const { copies } = readDockerfile(path, text, '', null);
  const analysis = analyseCommand(
    {
      pieces: pieces.map(({ piece }) => piece),
      vars: new Map(),
      places: { ...placesOf(path), copies },
      ground: imageGround(text, imageContext(doc.file, project), stage.name, project),
    },
    project,
  );
  const origins = new Set([entrypoint?.line, command?.line]);
  const started = analysis.starts.find((where) => where.path === path && origins.has(where.line));
  const elsewhere = analysis.starts.some((where) => where.path !== path);
  const line = (elsewhere ? undefined : started?.line) ?? stage.command?.line ?? stage.entrypoint?.line ?? 1;
  return { stage, pieces, analysis, line };
}

/**
 * A script without arguments starts the scheduler among other things: that script is edited or reported, and the
 * image goes on running it.
 */
export function isScriptsAffair({ pieces, analysis }: ImageStart): boolean {
  const own = new Set(pieces.map(({ piece }) => piece.origin?.path));
  const scripts = analysis.starts.filter(({ path }) => !own.has(path)).map(({ path }) => nameOf(path));
  const words = pieces.flatMap(({ piece }) => piece.text.split(/\s+/)).map(nameOf);
  return scripts.length > 0 && scripts.includes(words.at(-1) ?? '');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function inherited(doc: DockerDoc, stage: Stage, key: 'entrypoint' | 'command'): Instruction | null {
  let one: Stage | undefined = stage;
  for (let steps = doc.stages.length; one !== undefined && steps > 0; steps--) {
    if (one[key] !== null) return one[key];
    // An ENTRYPOINT resets the CMD that a base image has.
    if (key === 'command' && one.entrypoint !== null) return null;
    const { from }: Stage = one;
    one = doc.stages.find((other) => other.name === from && other !== one);
  }
  return null;
}

function placedPieces(instruction: Instruction, path: string): PlacedPiece[] {
  const origin = { path, line: instruction.line };
  const elements = execForm(instruction);
  if (elements === null) {
    return [{ piece: { form: 'shell', text: instruction.args, origin }, instruction, element: null }];
  }
  return elements.map(({ text, start, end }, index) => {
    return { piece: { form: 'word', text, origin }, instruction, element: { start, end, index } };
  });
}
