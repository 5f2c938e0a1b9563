import { tomlKind } from './kind.js';

const NOT_PACKAGES = new Set(['source', 'requires', 'scripts', 'pipenv']);

/** Pipenv's Pipfile: every top-level table but the named ones is a category of packages. */
export const pipfile = tomlKind(
  'pipfile',
  (path) => /(^|\/)Pipfile$/.test(path),
  ([category, ...rest]) =>
    category === undefined || rest.length > 0 || NOT_PACKAGES.has(category)
      ? null
      : { shape: 'table', dialect: 'pep440', installs: true },
  ['Pipfile.lock'],
);
