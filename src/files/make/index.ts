import type { Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { folderOf, inProject } from '../command/ground.js';
import { isMakefile } from '../command/script-files.js';
import { applyEdits } from '../edit.js';
import { installsOf } from '../script/installs.js';
import { parseTree } from '../script/parse-tree.js';
import { flagEdits, type Part, partFacts, readPart, stuckFacts } from '../script/part.js';
import type { Decision, FileKind, ProjectView, SourceFile } from '../types.js';

/** A Makefile: its recipes, one for each line that make hands to a shell. */
export interface MakeDoc {
  readonly file: SourceFile;
  readonly recipes: readonly Recipe[];
}

interface Recipe {
  readonly target: string;
  /** Offset of the text's first char. */
  readonly base: number;
  /** One char for each of the file's: the prefix (`@`, `-`) is blank, as are continuations. */
  readonly text: string;
}

/**
 * Makefiles: what their recipes start is reported; a worker gets its option. The Python grammar must be loaded
 * (commands are followed into Python scripts).
 */
export const makeKind: FileKind<MakeDoc> = {
  id: 'makefile',
  match: isMakefile,
  parse: (file) => ({ file, recipes: recipesOf(file.text) }),
  facts: (doc, project) =>
    partsOf(doc, project).flatMap((part) => [...partFacts(part), ...stuckFacts(part, null)]),
  edits(doc, decision, project) {
    const flags = partsOf(doc, project).map((part) => flagEdits(part, decision));
    const installs = partsOf(doc, project).flatMap((part) => installFindings(part, decision));
    return {
      edits: flags.flatMap(({ edits }) => edits),
      findings: [...flags.flatMap(({ findings }) => findings), ...installs],
    };
  },
  confirm(before, after, decision, project) {
    const edits = partsOf(before, project).flatMap((part) => flagEdits(part, decision).edits);
    const expected = recipesOf(applyEdits(before.file.text, edits));
    const same = (recipe: Recipe, i: number) =>
      recipe.text === after.recipes[i]?.text && recipe.target === after.recipes[i]?.target;
    const readable = after.recipes.filter(({ text }) => parseTree(text) === null).length;
    if (readable > before.recipes.filter(({ text }) => parseTree(text) === null).length)
      return 'a recipe cannot be read';
    return expected.length === after.recipes.length && expected.every(same) ? null : 'recipes';
  },
};

/** Recipes that may have to do with RQ; what a recipe starts is never taken out, so that every start is stuck. */
function partsOf({ file, recipes }: MakeDoc, project: ProjectView): readonly Part[] {
  const ground = inProject(folderOf(file.path));
  return recipes
    .filter(({ text }) => /rq|sched|work|queue|\.(py|sh)\b|manage|honcho|supervis/i.test(text))
    .map(({ base, text, target }) => {
      const part = readPart({ file, base, text, tree: parseTree(text), name: target, ground }, project);
      const { ranges, stuck } = part.removal;
      const starts = [...ranges.map(({ start }) => start), ...stuck.map(({ at }) => at)];
      const all = starts.map((at) => ({ at, reason: 'recipe' as const, alsoRuns: [] }));
      return { ...part, removal: { ranges: [], stuck: all } };
    });
}

function installFindings({ file, base, reading }: Part, decision: Decision): Finding[] {
  if (!decision.removeScheduler || decision.keepDependency) return [];
  return installsOf(reading.text, reading.tree)
    .flatMap(({ packages }) => packages.filter(({ name }) => name === 'rq-scheduler'))
    .map(({ name, start }) => {
      const where = { path: file.path, line: lineOf(file.text, base + start) };
      return { code: 'edit-by-hand', severity: 'warn', ...where, args: { name } };
    });
}

/** GNU make manual, "Recipe Syntax": lines that start with a tab, continued by a backslash. */
function recipesOf(text: string): readonly Recipe[] {
  const recipes: Recipe[] = [];
  let target = '';
  for (const match of text.matchAll(/(?:[^\n\\]|\\[\s\S])*(?:\n|$)/g)) {
    const [line] = match;
    const rule = /^([^\s#:=][^:=\n]*?)\s*::?(?!=)/.exec(line)?.[1];
    if (rule !== undefined) target = rule;
    if (!line.startsWith('\t')) continue;
    const prefix = /^[\t @+-]*/.exec(line)?.[0].length ?? 0;
    const body = line.slice(prefix).replace(/\r?\n$/, '');
    const blanked = body.replace(/\\\r?\n\t?/g, (joined) => ' '.repeat(joined.length));
    recipes.push({ target, base: match.index + prefix, text: blanked });
  }
  return recipes;
}
