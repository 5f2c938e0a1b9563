import type { Edit, Severity } from '../../../plan/types.js';
import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import type { FixLevel } from '../uses.js';
import { type Draft, type Need, sourceWith } from './draft.js';
import { localName } from './local-names.js';
import { makingOf } from './making.js';
import type { PyFile } from './program.js';
import type { Times } from './times.js';
import type { Site } from './value.js';
import type { Values } from './values.js';

/** What all uses of a project have in common. */
export interface CodeContext {
  readonly values: Values;
  readonly times: Times;
  /** RQ's own API is asked for wherever it provably does the same (`--native-api`). */
  readonly nativeApi: boolean;
}

/** One use under work: what it edits, needs and says. */
export class Work {
  readonly edits: Edit[] = [];
  readonly needs: Need[] = [];
  level: FixLevel = 'safe';
  proposal: string | null = null;
  readonly args: Record<string, string | number | boolean | null | readonly string[]> = {};

  constructor(
    readonly file: PyFile,
    readonly context: CodeContext,
  ) {}

  /** For what only `--native-api` changes. */
  onlyIfAsked(): void {
    if (!this.context.nativeApi) this.level = 'none';
  }

  /** The local name of something that the fix needs. */
  name(module: string, name: string): string {
    const { written, need } = localName(this.file, module, name);
    if (need !== null) this.needs.push(need);
    return written;
  }

  edit(start: number, end: number, text: string, why: string): void {
    this.edits.push({ start, end, text, why });
  }

  draft(code: string, node: PyNode, sites: readonly Site[], severity: Severity = 'error'): Draft {
    const { file, level: own, edits, needs, proposal, args } = this;
    const possible = own !== 'none';
    return {
      code,
      severity,
      file,
      node,
      own,
      sites,
      edits: possible ? edits : [],
      needs: possible ? needs : [],
      proposal,
      args,
    };
  }
}

/** The source of an object of which a Queue is made, as it stands after that. */
function receiverText(receiver: PyNode, sites: readonly Site[], file: PyFile): string {
  const inside = sites.filter(
    (site) => site.file === file && site.node.start >= receiver.start && site.node.end <= receiver.end,
  );
  const edits = inside.flatMap((site) => makingOf(site).edits);
  return sourceWith(file.text, receiver.start, receiver.end, edits);
}

/** Source of the Redis connection of a receiver: its `connection`, or what it is made with on the spot. */
export function connectionText(receiver: PyNode, sites: readonly Site[], file: PyFile): string {
  const here = sites.find((site) => site.file === file && site.node === receiver);
  const given = here === undefined ? null : makingOf(here).connection;
  return given ?? `${receiverText(receiver, sites, file)}.connection`;
}

/** The queue of all these schedulers where it is one and written out; null otherwise. */
export function queueOf(sites: readonly Site[]): string | null {
  const queues = new Set(sites.map((site) => makingOf(site).queue));
  const [only] = queues;
  return queues.size === 1 && only !== undefined ? only : null;
}

/** A child that the grammar always has under this field. */
export function field(node: PyNode, name: string): PyNode {
  return fieldOf(node, name) as PyNode;
}
