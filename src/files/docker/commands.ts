import type { Edit, Finding } from '../../plan/types.js';
import { cronText, cronWords } from '../command/cron-command.js';
import { editedElsewhere, type Place } from '../command/index.js';
import { parseTree } from '../script/parse-tree.js';
import { type Part, readPart, schedulerEdits } from '../script/part.js';
import type { Decision, ProjectView, SourceFile } from '../types.js';
import type { DockerDoc, ImageStart, PlacedPiece, Stage } from './stages.js';

const FLAG = '--with-scheduler';

/** The id of an image's process fact. */
export function imageId({ path }: SourceFile, { name }: Stage): string {
  return `${path}#${name}`;
}

/**
 * The shell text within an image's command that starts rq-scheduler beside other things: of a shell form, or of
 * `["sh", "-c", "…"]`.
 */
export function scriptParts(doc: DockerDoc, image: ImageStart, project: ProjectView): readonly Part[] {
  return image.pieces.flatMap((placed) => {
    const at = scriptStart(doc, image.pieces, placed);
    const { text } = placed.piece;
    const tree = at === null ? null : parseTree(text);
    if (at === null || tree === null) return [];
    const part = readPart({ file: doc.file, base: at, text, tree, name: doc.file.path }, project);
    const { ranges, stuck } = part.removal;
    const whole = stuck.some(({ reason }) => reason === 'whole');
    return whole || ranges.length + stuck.length === 0 ? [] : [part];
  });
}

/** Where the shell text of a piece starts in the file; null for a piece that is no shell text. */
function scriptStart(
  { file }: DockerDoc,
  pieces: readonly PlacedPiece[],
  placed: PlacedPiece,
): number | null {
  const { element, instruction, piece } = placed;
  if (element === null) return instruction.argsStart;
  const before = pieces[pieces.indexOf(placed) - 1]?.piece.text ?? '';
  const plain = file.text.slice(element.start + 1, element.end - 1) === piece.text;
  return /^-[a-z]*c$/.test(before) && plain ? element.start + 1 : null;
}

/** Edits and findings for what one image starts. */
export function commandEdits(
  doc: DockerDoc,
  image: ImageStart,
  decision: Decision,
  project: ProjectView,
): { readonly edits: readonly Edit[]; readonly findings: readonly Finding[] } {
  const flags = flagEdits(doc, image, decision);
  const scheduler = decision.removeScheduler
    ? schedulerChanges(doc, image, decision, project)
    : { edits: [], findings: [] };
  return {
    edits: [...flags.edits, ...scheduler.edits],
    findings: [...flags.findings, ...scheduler.findings],
  };
}

function schedulerChanges(
  doc: DockerDoc,
  image: ImageStart,
  decision: Decision,
  project: ProjectView,
): { edits: Edit[]; findings: Finding[] } {
  const parts = scriptParts(doc, image, project);
  if (parts.length > 0) {
    const all = parts.map((part) => schedulerEdits(part, decision));
    return { edits: all.flatMap(({ edits }) => edits), findings: all.flatMap(({ findings }) => findings) };
  }
  const { role, alsoRuns, via } = image.analysis;
  const at = { path: doc.file.path, line: image.line };
  if (role !== 'scheduler' || alsoRuns.length > 0 || decision.replaceScheduler === null) {
    return { edits: [], findings: [] };
  }
  const edit = replacement(image, decision.replaceScheduler);
  if (edit !== null) return { edits: [edit], findings: [] };
  // What another file starts is replaced there.
  if (via.some(({ path }) => path !== doc.file.path)) return { edits: [], findings: [] };
  const args = { service: doc.file.path, command: `rq cron ${decision.replaceScheduler}` };
  return { edits: [], findings: [{ code: 'rq-cron-by-hand', severity: 'error', ...at, args }] };
}

function replacement({ pieces }: ImageStart, config: string): Edit | null {
  const why = 'replace-scheduler-command';
  const shell = pieces.find(({ element }) => element === null);
  if (shell !== undefined) {
    const { argsStart } = shell.instruction;
    const text = cronText(shell.piece.text, config);
    return text === null ? null : { start: argsStart, end: argsStart + shell.piece.text.length, text, why };
  }
  const at = pieces.findIndex(({ piece }) => /(^|\/)rqscheduler$/.test(piece.text));
  const rest = pieces.slice(at);
  const words = cronWords(
    rest.map(({ piece }) => piece.text),
    config,
  );
  const [first, last] = [rest[0], rest.at(-1)];
  if (at < 0 || words === null || !first?.element || !last?.element) return null;
  if (first.instruction !== last.instruction) return null;
  const text = words.map((word) => JSON.stringify(word)).join(', ');
  return { start: first.element.start, end: last.element.end, text, why };
}

function flagEdits(
  doc: DockerDoc,
  image: ImageStart,
  decision: Decision,
): { edits: Edit[]; findings: Finding[] } {
  const edits: Edit[] = [];
  const findings: Finding[] = [];
  const { path } = doc.file;
  if (!decision.enableScheduler.has(imageId(doc.file, image.stage))) return { edits, findings };
  for (const worker of image.analysis.workers) {
    const own = worker.where === null || worker.where.path === path;
    if (worker.withScheduler === 'on' || (!own && editedElsewhere(worker))) continue;
    const edit = own && worker.after !== null ? flagEdit(doc, image, worker.after) : null;
    if (edit !== null) edits.push(edit);
    else {
      const where = worker.where ?? { path, line: image.line };
      const args = {
        service: path,
        reason: worker.obstacle === 'script' ? 'computed' : (worker.obstacle ?? 'computed'),
      };
      findings.push({ code: 'worker-flag-manual', severity: 'error', ...where, args });
    }
  }
  return { edits, findings };
}

/** After the word, or an element of its own with the gap that stands between its neighbours. */
function flagEdit({ file }: DockerDoc, { pieces }: ImageStart, place: Place): Edit | null {
  const placed = pieces[place.piece];
  if (placed === undefined || place.path !== null) return null;
  const { element, instruction, piece } = placed;
  const why = 'add-with-scheduler';
  if (element === null) {
    const at = instruction.argsStart + place.end;
    return { start: at, end: at, text: ` ${FLAG}`, why };
  }
  if (!place.item) {
    if (file.text.slice(element.start + 1, element.end - 1) !== piece.text) return null;
    const at = element.start + 1 + place.end;
    return { start: at, end: at, text: ` ${FLAG}`, why };
  }
  const previous = pieces[place.piece - 1];
  const before = previous?.instruction === instruction ? previous.element : null;
  const gap = before === null ? ', ' : file.text.slice(before.end, element.start);
  return { start: element.end, end: element.end, text: `${gap}"${FLAG}"`, why };
}
