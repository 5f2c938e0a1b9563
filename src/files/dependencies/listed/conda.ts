import { type Line, linesOf } from '../lines.js';
import { parseRequirement } from '../pep508.js';
import { type ListedLine, listedKind } from './kind.js';

/** A conda environment: the `dependencies` list and the `pip` list in it, one entry per line. */
export const conda = listedKind(
  'conda',
  (path) => /(^|\/)(environment|conda)[\w.-]*\.ya?ml$/.test(path),
  scan,
  ['conda-lock.yml'],
);

function scan(text: string): readonly ListedLine[] {
  const entries: ListedLine[] = [];
  let inside = false;
  let pip: { readonly line: Line; readonly indent: number } | null = null;
  for (const line of linesOf(text)) {
    const content = text.slice(line.start, line.end);
    if (/^\s*(#|$)/.test(content)) continue;
    if (/^[^\s#-]/.test(content)) inside = /^dependencies[ \t]*:[ \t]*(#|$)/.test(content);
    const item = /^([ \t]*)-[ \t]+(["']?)(?=[A-Za-z0-9])/.exec(content);
    if (!inside || item === null) continue;
    const [lead, { length: indent }] = [item[0], item[1] ?? ''];
    if (pip !== null && indent <= pip.indent) pip = null;
    if (/^pip[ \t]*:[ \t]*(#|$)/.test(content.slice(lead.length))) pip = { line, indent };
    else entries.push(...entry(line, content, lead.length, item[2] ?? '', pip?.line ?? null));
  }
  return entries;
}

/** Conda's own list also knows `name=1.0` and `channel::name`, of which only the name is read. */
function entry(line: Line, content: string, lead: number, quote: string, pip: Line | null): ListedLine[] {
  const end = quote === '' ? content.length : content.lastIndexOf(quote);
  const channel = pip === null ? (/^[\w.-]+::/.exec(content.slice(lead))?.[0].length ?? 0) : 0;
  const from = lead + channel;
  const body = content.slice(0, end);
  const found = parseRequirement(body, from) ?? parseRequirement(/^[^=]*/.exec(body)?.[0] ?? '', from);
  if (found === null) return [];
  const { name, specifier } = found;
  const specifierAt = { start: line.start + found.start, end: line.start + found.end };
  const section = pip === null ? 'dependencies' : 'dependencies.pip';
  return [{ section, name, specifier, line, from: line.start + lead, specifierAt, opening: pip }];
}
