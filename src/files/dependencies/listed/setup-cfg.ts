import { linesOf } from '../lines.js';
import { parseRequirement } from '../pep508.js';
import { type ListedLine, listedKind } from './kind.js';

/** setuptools' setup.cfg: `install_requires` and the extras, one requirement per indented line. */
export const setupCfg = listedKind('setup-cfg', (path) => /(^|\/)setup\.cfg$/.test(path), scan, []);

function scan(text: string): readonly ListedLine[] {
  const entries: ListedLine[] = [];
  let section = '';
  let key = '';
  for (const line of linesOf(text)) {
    const content = text.slice(line.start, line.end);
    if (/^\s*([#;]|$)/.test(content)) continue;
    const header = /^\[([^\]]+)\]/.exec(content)?.[1];
    const option = /^([A-Za-z][\w.-]*)\s*[=:]/.exec(content)?.[1];
    if (header !== undefined) [section, key] = [header.trim(), ''];
    else if (option !== undefined) key = option;
    const indent = /^[ \t]+/.exec(content)?.[0].length ?? 0;
    if (indent === 0 || !holdsRequirements(section, key)) continue;
    const found = parseRequirement(content, indent);
    if (found === null) continue;
    const { name, specifier, start, end } = found;
    const specifierAt = { start: line.start + start, end: line.start + end };
    entries.push({
      section: `${section}.${key}`,
      name,
      specifier,
      line,
      from: line.start + indent,
      specifierAt,
      opening: null,
    });
  }
  return entries;
}

function holdsRequirements(section: string, key: string): boolean {
  return section === 'options.extras_require' || (section === 'options' && key === 'install_requires');
}
