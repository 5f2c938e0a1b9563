import { lineOf } from '../../bytes.js';
import type { Decision, ProjectView, Where } from '../../types.js';
import { schedulersOf } from '../programs.js';
import { isTemplate, readUnit, type Setting, type UnitFile, unitName, wordsOf } from './unit.js';

/** Settings that list other units and lose nothing but the name of one that goes (systemd.unit(5)). */
const LISTS = new Set(
  (
    'Wants Requires Requisite BindsTo PartOf Upholds Conflicts Before After OnFailure OnSuccess ' +
    'PropagatesReloadTo ReloadPropagatedFrom PropagatesStopTo StopPropagatedFrom JoinsNamespaceOf ' +
    'Also WantedBy RequiredBy UpheldBy'
  ).split(' '),
);

/** How many places are named that stand in a unit's way. */
const MAX_PLACES = 5;

/** Does this setting list units? */
export function listsUnits(setting: Setting): boolean {
  return LISTS.has(setting.key) && setting.section !== 'Service';
}

/** Is this word of a list the unit, or an instance of it where the unit is a template (`rq@1.service`)? */
export function isUnit(word: string, unit: string): boolean {
  const at = unit.indexOf('@.');
  if (at < 0) return word === unit;
  return word.startsWith(unit.slice(0, at + 1)) && word.endsWith(unit.slice(at + 1));
}

/** A unit that runs nothing but rq-scheduler is to go as a whole. */
export function isScheduler(doc: UnitFile, decision: Decision, project: ProjectView): boolean {
  return !isTemplate(doc) && schedulersOf(doc, decision, project).length > 0;
}

/** Units of the project whose file goes: nothing but lists of other units names them. */
export function goneUnits(decision: Decision, project: ProjectView): readonly string[] {
  return project.paths.flatMap((path) => {
    const file = unitName(path) === null ? undefined : project.get(path);
    if (file === undefined || !/ExecStart/.test(file.text)) return [];
    const doc = readUnit(file);
    return isScheduler(doc, decision, project) && namedAt(doc, project).length === 0 ? [doc.unit] : [];
  });
}

/** Where other files name a unit, so that its file cannot just vanish: `systemctl enable`, COPY, a timer. */
export function namedAt({ file, unit }: UnitFile, project: ProjectView): readonly Where[] {
  const found: Where[] = [];
  const bare = escaped(unit.replace(/\.\w+$/, '')).replace(/@$/, '@[\\w%.:\\\\-]*');
  const [type = ''] = /\.\w+$/.exec(unit) ?? [];
  const full = `(?<![\\w.@-])${bare}\\${type}(?![\\w-])`;
  const started = `(?:systemctl|service)\\b[^\\n]{0,300}?(?<![\\w.@/-])${bare}(?![\\w.@-])`;
  const module = `\\b(?:systemd|systemd_service|service):[^\\n]*\\n(?:[ \\t]+[^\\n]*\\n){0,5}?[ \\t]+name:[ \\t]*["']?${bare}(?=["'\\s])`;
  const naming = new RegExp(`${full}|${started}|${module}`, 'g');
  const word = unit.replace(/@?\.\w+$/, '');
  for (const path of project.paths) {
    if (path === file.path || isProse(path)) continue;
    if (path.includes(`/${unit}.d/`)) found.push({ path, line: 1 });
    const text = project.get(path)?.text ?? '';
    if (!text.includes(word)) continue;
    found.push(...placesIn(path, text, naming));
    if (found.length >= MAX_PLACES) break;
  }
  return found.slice(0, MAX_PLACES);
}

function placesIn(path: string, text: string, naming: RegExp): Where[] {
  const lists = unitName(path) === null ? [] : readUnit({ path, text }).settings.filter(listsUnits);
  const lines = new Set<number>();
  for (const match of text.matchAll(naming)) {
    const end = match.index + match[0].length;
    const before = text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
    if (/^[ \t]*(#|;|\/\/)/.test(before)) continue;
    if (lists.some((setting) => end > setting.at && end <= setting.end)) continue;
    lines.add(lineOf(text, end - 1));
  }
  return [...lines].map((line) => ({ path, line }));
}

function isProse(path: string): boolean {
  return /\.(md|rst|txt|adoc)$/i.test(path) || /(^|\/)(tests?|docs?)\//.test(path);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The words of a list that name one of the units. */
export function wordsNaming(setting: Setting, units: readonly string[]) {
  return wordsOf(setting).filter(({ text }) => units.some((unit) => isUnit(text, unit)));
}
