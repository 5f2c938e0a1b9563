import { lineOf } from '../../bytes.js';
import type { Program } from '../../command/index.js';
import type { SourceFile } from '../../types.js';
import type { ProgramFile } from '../programs.js';

/** One `Key=value` of a unit file, its continuation lines included (systemd.syntax(7)). */
export interface Setting {
  readonly section: string;
  readonly key: string;
  /** `[start, end)` of its lines, the last line ending included. */
  readonly start: number;
  readonly end: number;
  /** Offset of the value, and the value as written. */
  readonly at: number;
  readonly value: string;
  readonly line: number;
}

/** One word of a setting's value, with its offsets in the file. */
export interface UnitWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A unit file; what it runs is one program, in the unit's name. */
export interface UnitFile extends ProgramFile {
  /** File name without the suffixes of templates, e.g. `rq@.service`. */
  readonly unit: string;
  readonly settings: readonly Setting[];
}

const TEMPLATE = /\.(?:j2|jinja2?|tmpl|tpl|template|erb|in|example|sample|dist)$/i;

/** The unit's name from a path; templates of units included. Null for any other path. */
export function unitName(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(TEMPLATE, '');
  return /^[^.].*\.(service|target|timer|path|socket)$/.test(name) ? name : null;
}

/** Settings that start something, in the order in which systemd does. */
const EXEC = new Set(['ExecCondition', 'ExecStartPre', 'ExecStart', 'ExecStartPost']);

/** Reads a unit file. */
export function readUnit(file: SourceFile): UnitFile {
  const settings = settingsOf(file.text);
  const unit = unitName(file.path) ?? '';
  return {
    file,
    unit,
    settings,
    programs: programOf(file.text, unit, settings),
    vars: new Map(environmentOf(settings).map(({ name, value }) => [name, value])),
  };
}

/** True for the template of a unit: its lines are not all there is. */
export function isTemplate({ file }: UnitFile): boolean {
  return TEMPLATE.test(file.path) || /\{%|\{\{|<%/.test(file.text);
}

function settingsOf(text: string): readonly Setting[] {
  const settings: Setting[] = [];
  let section = '';
  const lines = [...text.matchAll(/[^\n]*(?:\n|$)/g)].filter((line) => line[0] !== '');
  for (let i = 0; i < lines.length; i++) {
    const [line = '', start] = [lines[i]?.[0], lines[i]?.index ?? 0];
    const header = /^(?:\xef\xbb\xbf)?\[([^\]\r\n]+)\]/.exec(line)?.[1];
    if (header !== undefined) section = header;
    const head = /^[ \t]*([A-Za-z][\w-]*)[ \t]*=[ \t]*/.exec(line);
    if (head?.[1] === undefined) continue;
    const first = i;
    while (i + 1 < lines.length && continues(lines[i]?.[0] ?? '', i > first)) i++;
    const end = (lines[i]?.index ?? 0) + (lines[i]?.[0].length ?? 0);
    const at = start + head[0].length;
    const value = text.slice(at, end).trimEnd();
    settings.push({ section, key: head[1], start, end, at, value, line: lineOf(text, start) });
  }
  return settings;
}

/** A backslash at the end goes on; comment lines in between do not end it. */
function continues(line: string, inside: boolean): boolean {
  return /\\\r?\n?$/.test(line) || (inside && /^[ \t]*[#;]/.test(line));
}

/**
 * The commands of a unit as one shell text that stands where they stand: what is between them is blank,
 * line ends separate them. Specifiers (`%i`) look like variables, for nobody knows their value.
 */
function programOf(text: string, unit: string, settings: readonly Setting[]): readonly Program[] {
  const execs: Setting[] = [];
  for (const setting of settings) {
    if (setting.section !== 'Service' || !EXEC.has(setting.key)) continue;
    // An empty value takes back what stood before.
    if (setting.value === '')
      execs.splice(0, execs.length, ...execs.filter(({ key }) => key !== setting.key));
    else execs.push(setting);
  }
  const [first, last] = [execs[0], execs.at(-1)];
  if (first === undefined || last === undefined) return [];
  const start = first.at + prefixOf(first);
  let command = '';
  for (const exec of execs) {
    const own = exec.at + prefixOf(exec);
    const gap = text.slice(start + command.length, own);
    command += gap.replace(/[^\n]/g, ' ') + commandText(exec);
  }
  const masked = command !== text.slice(start, start + command.length);
  const main = execs.find(({ key }) => key === 'ExecStart') ?? first;
  const name = unit.replace(/\.\w+$/, '');
  const folder = settings.findLast(({ key }) => key === 'WorkingDirectory')?.value.replace(/^-/, '');
  const place = folder === undefined ? {} : { folder };
  return [{ name, command, offset: start, masked, line: main.line, starts: true, ...place }];
}

function prefixOf({ value }: Setting): number {
  return /^[@\-:+!|]*/.exec(value)?.[0].length ?? 0;
}

/**
 * A command without its prefix, as long as before: blanks for comments among its lines and for the name that
 * `@` has the program called by; what a template puts in is one word or part of one.
 */
function commandText(exec: Setting): string {
  const prefix = prefixOf(exec);
  const value = exec.value.slice(prefix).replace(/^[ \t]*[#;][^\n]*\n/gm, blank);
  const called = exec.value.slice(0, prefix).includes('@')
    ? value.replace(/^(\S+[ \t]+)(\S+)/, (_, program: string, name: string) => program + blank(name))
    : value;
  return called
    .replace(/\{\{[^{}\r\n]*\}\}/g, (inserted) => inserted.replace(/[ \t]/g, '_'))
    .replace(/(?<!%)%(?=[A-Za-z])/g, '$');
}

function blank(text: string): string {
  return ' '.repeat(text.length);
}

const WORD = /(?:"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\\(?!\r?\n)[\s\S]|[^\s"'\\])+/g;

/** The words of a setting's value; a line's continuation separates words like a blank. */
export function wordsOf({ at, value }: Setting): readonly UnitWord[] {
  return [...value.matchAll(WORD)].map(({ 0: text, index }) => ({
    text,
    start: at + index,
    end: at + index + text.length,
  }));
}

/** The variables of `Environment=`, with the setting and the word that set each. */
export function environmentOf(settings: readonly Setting[]): readonly {
  readonly name: string;
  readonly value: string;
  readonly setting: Setting;
  readonly word: UnitWord;
}[] {
  return settings
    .filter(({ key }) => key === 'Environment')
    .flatMap((setting) =>
      wordsOf(setting).flatMap((word) => {
        const match = /^(["']?)([A-Za-z_]\w*)=([\s\S]*)$/.exec(word.text);
        if (match?.[2] === undefined) return [];
        const value = (match[3] ?? '').replace(/^["']|["']$/g, '');
        return [{ name: match[2], value, setting, word }];
      }),
    );
}
