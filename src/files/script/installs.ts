import { plainValue, type Word } from '../command/words.js';
import { programName } from '../command/wrappers.js';
import { type List, nodesOf, type Simple } from './tree.js';

/** One package that an install command names. Offsets are into the text of the tree. */
export interface Installed {
  /** PEP 503 normalised. */
  readonly name: string;
  /** Version specifier as written, '' for none. */
  readonly specifier: string;
  readonly start: number;
  readonly end: number;
}

/** `pip install …` and its relatives. */
export interface Install {
  readonly command: Simple;
  /** In the order of the text. */
  readonly packages: readonly Installed[];
  /** It installs more than these packages: a requirements file, a path. */
  readonly more: boolean;
}

/** Options of `pip install`, `uv pip install`, `poetry add`, `uv add` and `pdm add` that take a value. */
const VALUES = new Set(
  (
    '-c --constraint -i --index-url --extra-index-url --index --default-index -f --find-links -t --target --root ' +
    '--prefix --python -p --platform --python-version --implementation --abi --src --upgrade-strategy --proxy ' +
    '--retries --timeout --cert --client-cert --cache-dir --trusted-host --log --progress-bar --no-binary ' +
    '--only-binary --config-settings -C --report --group -G --extra -E --source --exclude-newer --resolution --markers'
  ).split(' '),
);
/** Options whose value is something to install. */
const SOURCES = /^(-r|--requirements?|-e|--editable)(=|$)|^-r\S/;

/** The install commands of a script. */
export function installsOf(text: string, tree: List): readonly Install[] {
  return [...nodesOf(tree)].flatMap((node) => {
    const at = node.type === 'simple' ? afterInstall(node.words) : -1;
    return node.type === 'simple' && at >= 0 ? [installOf(text, node, at)] : [];
  });
}

/** Index of the first word after `pip install`; -1 for any other command. */
function afterInstall(words: readonly Word[]): number {
  const values = words.map(plainValue);
  const first = programName(values[0] ?? '');
  if (/^(echo|printf|grep|cat|test|\[|\[\[)$/.test(first)) return -1;
  for (let i = 0; i < Math.min(values.length, 6); i++) {
    const name = programName(values[i] ?? '');
    const next = values.findIndex((value, at) => at > i && !value.startsWith('-'));
    const verb = values[next];
    if (/^pip[\d.]*$/.test(name) && verb === 'install') return next + 1;
    if (/^(poetry|uv|pdm)$/.test(name) && verb === 'add') return next + 1;
    if (/^(pipenv|conda|mamba|micromamba)$/.test(name) && verb === 'install') return next + 1;
  }
  return -1;
}

function installOf(text: string, command: Simple, first: number): Install {
  const packages: Installed[] = [];
  let more = false;
  for (let i = first; i < command.words.length; i++) {
    const word = command.words[i];
    const value = word === undefined ? '' : plainValue(word);
    if (word === undefined) break;
    if (SOURCES.test(value)) more = true;
    if (value.startsWith('-')) {
      if (VALUES.has(value) || /^(-r|--requirements?|-e|--editable)$/.test(value)) i++;
      continue;
    }
    const found = packageOf(value);
    if (found === null) more = true;
    else packages.push({ ...found, start: word.start, end: requirementEnd(text, word) });
  }
  return { command, packages, more };
}

/** `rq-scheduler>=0.13` without quotes is `rq-scheduler` with a redirection: it goes with the word. */
function requirementEnd(text: string, word: Word): number {
  const behind = /^[<>]=?[^\s;&|<>()]*/.exec(text.slice(word.end, word.end + 80))?.[0] ?? '';
  return word.end + behind.length;
}

function packageOf(value: string): { name: string; specifier: string } | null {
  const url = /[#&]egg=([\w.-]+)|\/([\w.-]+?)(?:\.git)?(?:@[^/]*)?(?:#.*)?$/.exec(value);
  if (/^\w+\+\w+:\/\/|^https?:\/\//.test(value)) {
    const name = url?.[1] ?? url?.[2]?.replace(/-\d[^/]*$/, '');
    return name === undefined ? null : { name: normalised(name), specifier: '' };
  }
  const match = /^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)(?:\[[^\]]*\])?\s*([\s\S]*)$/.exec(value);
  if (match?.[1] === undefined || /^\.|\//.test(value)) return null;
  const rest = (match[2] ?? '').replace(/;[\s\S]*$/, '').trim();
  return { name: normalised(match[1]), specifier: /^[<>=!~]/.test(rest) ? rest : '' };
}

/** PEP 503. */
function normalised(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
