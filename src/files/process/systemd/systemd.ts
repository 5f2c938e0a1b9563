import type { Edit, Finding } from '../../../plan/types.js';
import { lineOf } from '../../bytes.js';
import { applyEdits, keepOpenEnd } from '../../edit.js';
import type { Decision, Fact, FileKind, FileResult, ProjectView } from '../../types.js';
import { analyseProgram, enablePrograms, entangled, programFacts, replacePrograms } from '../programs.js';
import { goneUnits, isScheduler, listsUnits, namedAt, wordsNaming } from './references.js';
import {
  environmentOf,
  isTemplate,
  readUnit,
  type Setting,
  type UnitFile,
  unitName,
  wordsOf,
} from './unit.js';

/** Units of systemd: services, and the targets, timers, sockets and paths that name them. */
export const systemdKind: FileKind<UnitFile> = {
  id: 'systemd',
  match: (path) => unitName(path) !== null,
  parse: readUnit,
  facts(doc, project) {
    const variables = environmentOf(doc.settings).map(
      ({ name, word }): Fact => ({ type: 'env-set', name, where: whereOf(doc, word.start) }),
    );
    return [...programFacts(doc, project), ...variables, ...variableReads(doc, project)];
  },
  edits(doc, decision, project) {
    if (isTemplate(doc)) return { edits: [], findings: byHand(doc, decision, project) };
    const blocked = entangled(doc, decision, project);
    if (isScheduler(doc, decision, project)) return removal(doc, project);
    const enable = enablePrograms(doc, decision, project);
    const replaced = replacePrograms(doc, decision, project);
    const edits = [...listEdits(doc, decision, project), ...enable.edits, ...replaced.edits];
    return {
      edits: keepOpenEnd(
        doc.file.text,
        edits.sort((a, b) => a.start - b.start),
      ),
      findings: [...blocked, ...enable.findings, ...replaced.findings],
    };
  },
  confirm: confirmUnit,
};

function whereOf({ file }: UnitFile, offset: number) {
  return { path: file.path, line: lineOf(file.text, offset) };
}

/** `${NAME}` and `$NAME` in the commands of a unit that stays. */
function variableReads(doc: UnitFile, project: ProjectView): Fact[] {
  return doc.programs.flatMap((program): Fact[] => {
    if (analyseProgram(doc, program, project).role === 'scheduler') return [];
    return [...doc.file.text.matchAll(/(?<!\$)\$\{?([A-Za-z_]\w*)/g)].map(({ 1: name = '', index }) => ({
      type: 'env-read',
      name,
      where: whereOf(doc, index),
    }));
  });
}

/** The whole file, unless another one names the unit. */
function removal(doc: UnitFile, project: ProjectView): FileResult {
  const findings = namedAt(doc, project).map(
    ({ path, line }): Finding => ({
      code: 'unit-is-named',
      severity: 'error',
      path,
      line,
      args: { unit: doc.unit, file: doc.file.path },
    }),
  );
  return { edits: [], deleteFile: findings.length === 0, findings };
}

/** What is to be done in a template, by hand. */
function byHand(doc: UnitFile, decision: Decision, project: ProjectView): readonly Finding[] {
  const { path, text } = doc.file;
  const enable = enablePrograms(doc, decision, project);
  const starts = decision.removeScheduler
    ? doc.programs.filter((program) => {
        const { role, alsoRuns } = analyseProgram(doc, program, project);
        return role === 'scheduler' && alsoRuns.length === 0;
      })
    : [];
  const lines = [
    ...starts.map(({ line }) => ({ line, name: 'rqscheduler' })),
    ...enable.edits.map(({ start }) => ({ line: lineOf(text, start), name: 'rq worker' })),
  ];
  return [
    ...entangled(doc, decision, project),
    ...enable.findings,
    ...lines.map(
      ({ line, name }): Finding => ({ code: 'edit-by-hand', severity: 'error', path, line, args: { name } }),
    ),
  ];
}

/** Takes names of units that go out of lists, and settings of the old scheduler out of `Environment=`. */
function listEdits(doc: UnitFile, decision: Decision, project: ProjectView): readonly Edit[] {
  const { text } = doc.file;
  return wordsToGo(doc, decision, project).flatMap(({ setting, words, why }) => {
    if (words.length === wordsOf(setting).length) return [settingRemoval(text, setting, why)];
    return wordRemovals(setting, new Set(words.map(({ start }) => start)), why);
  });
}

function wordsToGo(doc: UnitFile, decision: Decision, project: ProjectView) {
  const lists = doc.settings.filter(listsUnits);
  const units =
    decision.removeScheduler && lists.some(({ value }) => value !== '') ? goneUnits(decision, project) : [];
  const named = lists.map((setting) => ({
    setting,
    words: wordsNaming(setting, units),
    why: 'remove-unit-name',
  }));
  const variables = doc.settings
    .filter(({ key }) => key === 'Environment')
    .map((setting) => ({
      setting,
      words: environmentOf([setting]).flatMap(({ name, word }) =>
        decision.removeEnv.has(name) ? [word] : [],
      ),
      why: 'remove-env',
    }));
  return [...named, ...variables].filter(({ words }) => words.length > 0);
}

/** A setting with its lines, and the comment right above it that speaks of the scheduler. */
function settingRemoval(text: string, setting: Setting, why: string): Edit {
  const { start, end } = setting;
  const comment = /(?:^[ \t]*[#;][^\n]*\n)+$/m.exec(text.slice(0, start))?.[0] ?? '';
  return { start: /schedul/i.test(comment) ? start - comment.length : start, end, text: '', why };
}

/** Words before the first that stays go up to the next one, all others with the blanks in front of them. */
function wordRemovals(setting: Setting, gone: ReadonlySet<number>, why: string): Edit[] {
  const words = wordsOf(setting);
  const first = words.findIndex(({ start }) => !gone.has(start));
  return words.flatMap(({ start, end }, i): Edit[] => {
    if (!gone.has(start)) return [];
    if (i < first) return [{ start, end: words[i + 1]?.start ?? end, text: '', why }];
    return [{ start: words[i - 1]?.end ?? start, end, text: '', why }];
  });
}

/** Compares setting by setting: the words that were to go, and the flags that were to come. */
function confirmUnit(
  before: UnitFile,
  after: UnitFile,
  decision: Decision,
  project: ProjectView,
): string | null {
  const going = new Map(wordsToGo(before, decision, project).map(({ setting, words }) => [setting, words]));
  const inserted = [
    ...enablePrograms(before, decision, project).edits,
    ...replacePrograms(before, decision, project).edits,
  ];
  const expected = before.settings.flatMap((setting) => {
    const gone = new Set(going.get(setting)?.map(({ start }) => start) ?? []);
    if (gone.size > 0) {
      const kept = wordsOf(setting).filter(({ start }) => !gone.has(start));
      return kept.length === 0 ? [] : [{ ...setting, words: kept.map(({ text }) => text) }];
    }
    const own = inserted
      .filter(({ start }) => start >= setting.at && start <= setting.at + setting.value.length)
      .map((edit) => ({ ...edit, start: edit.start - setting.at, end: edit.end - setting.at }));
    const value = applyEdits(setting.value, own);
    return [{ ...setting, words: wordsOf({ ...setting, value }).map(({ text }) => text) }];
  });
  const wrong = expected.find((setting, i) => {
    const result = after.settings[i];
    const words = result === undefined ? [] : wordsOf(result).map(({ text }) => text);
    return (
      result?.key !== setting.key ||
      result.section !== setting.section ||
      words.join('\n') !== setting.words.join('\n')
    );
  });
  if (wrong !== undefined) return wrong.key;
  return expected.length === after.settings.length ? null : 'number of settings';
}
