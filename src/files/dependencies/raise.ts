import { compare, major, valid } from '@renovatebot/pep440';

/** What becomes of a version specifier under a lower bound. */
export type Raised =
  | { readonly is: 'fits' }
  | { readonly is: 'raised'; readonly specifier: string }
  /** Only a version from 2.0 on would do, and the specifier keeps below 2.0. */
  | { readonly is: 'crosses' }
  | { readonly is: 'unreadable' };

/** How a specifier without operator, `^` and a bare `~` are read. */
export type Dialect = 'pep440' | 'poetry';

/** One clause: what stands before the version, the version, what stands after it. */
const CLAUSE = /^(\s*(===|~=|==|!=|<=|>=|<|>|\^|~|=)?\s*)([0-9][A-Za-z0-9.*+!_-]*)(\s*)$/;

/**
 * Raises the lower bound of `specifier` to `minimum` (a release such as `1.16`). Exact pins, lower
 * bounds and compatible releases below it are raised in place; an upper bound at or below it
 * becomes the next major version. Never moves a specifier that keeps below 2.0 to 2.0 (FIELD-RULES R4).
 */
export function raiseSpecifier(specifier: string, minimum: string, dialect: Dialect): Raised {
  if (specifier.trim() === '' || specifier.trim() === '*') return { is: 'fits' };
  if (specifier.includes('|')) return { is: 'unreadable' };
  const parts = specifier
    .split(',')
    .map((part) => (part.trim() === '' ? part : raiseClause(part, minimum, dialect)));
  if (parts.includes(null)) return { is: 'unreadable' };
  const raised = parts.join(',');
  if (raised === specifier) return { is: 'fits' };
  const stays = staysBelowTwo(specifier, dialect);
  return stays && major(minimum) >= 2 ? { is: 'crosses' } : { is: 'raised', specifier: raised };
}

/** The clause with its version raised where that is needed; null where it cannot be read. */
function raiseClause(part: string, minimum: string, dialect: Dialect): string | null {
  const match = CLAUSE.exec(part);
  const [, before = '', operator, version = '', after = ''] = match ?? [];
  if (match === null || !valid(version.replace(/(\.\*)+$/, ''))) return null;
  const op = operator ?? (dialect === 'poetry' ? '==' : null);
  const raised = op === null ? null : raisedVersion(op, version, minimum);
  if (raised === null) return null;
  if (raised === version) return part;
  return `${op === '>' ? before.replace('>', '>=') : before}${raised}${after}`;
}

function raisedVersion(op: string, version: string, minimum: string): string | null {
  if (op === '!=') return version;
  if (op === '<' || op === '<=') return raisedUpper(op, version, minimum);
  if (version.endsWith('*')) return op === '==' || op === '=' ? raisedWildcard(version, minimum) : null;
  if (compare(version, minimum) >= 0) return version;
  return op === '~=' ? exact(paddedLike(minimum, version), '', minimum) : minimum;
}

/** `<1.12` under 1.16 becomes `<2`. */
function raisedUpper(op: string, version: string, minimum: string): string {
  const order = compare(version, minimum);
  if (order > 0 || (op === '<=' && order === 0)) return version;
  return op === '<' ? String(major(minimum) + 1) : minimum;
}

/** `1.10.*` under 1.16 becomes `1.16.*`; `1.*` admits it already. */
function raisedWildcard(version: string, minimum: string): string {
  const prefix = version.slice(0, -2);
  const within = paddedLike(minimum, prefix);
  return compare(prefix, within) >= 0 ? version : exact(within, '.*', minimum);
}

/** A shortened version admits releases below `minimum`: a second clause keeps them out. */
function exact(shortened: string, suffix: string, minimum: string): string {
  const version = `${shortened}${suffix}`;
  return compare(shortened, minimum) < 0 ? `${version},>=${minimum}` : version;
}

/** `minimum` with as many release numbers as `model`, so that `~=` and `.*` keep their width. */
function paddedLike(minimum: string, model: string): string {
  const count = model.split('.').length;
  const numbers = minimum.split('.');
  while (numbers.length < count) numbers.push('0');
  return numbers.slice(0, count).join('.');
}

/** Does every version that the specifier admits lie below 2.0? */
function staysBelowTwo(specifier: string, dialect: Dialect): boolean {
  return specifier.split(',').some((part) => {
    const [, , operator, version = '0'] = CLAUSE.exec(part) ?? [];
    const op = operator ?? (dialect === 'poetry' ? '==' : '>=');
    const plain = version.replace(/(\.\*)+$/, '');
    if (!valid(plain)) return false;
    if (op === '<') return compare(plain, '2') <= 0;
    if (op === '~=' && !plain.includes('.')) return false;
    return ['==', '===', '=', '<=', '^', '~', '~='].includes(op) && compare(plain, '2.dev0') < 0;
  });
}
