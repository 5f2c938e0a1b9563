import type { Place } from './items.js';
import { tomlKind } from './kind.js';

const strings: Place = { shape: 'strings', dialect: 'pep440', installs: true };
const constraints: Place = { ...strings, installs: false };
const names: Place = { shape: 'names', dialect: 'pep440', installs: false };
const sources: Place = { shape: 'table', dialect: 'pep440', installs: false };
const poetry: Place = { shape: 'table', dialect: 'poetry', installs: true };
const conda: Place = { shape: 'table', dialect: 'pep440', installs: true };

/** Key paths that hold dependencies, `*` for any one key: PEP 621, PEP 735 and the tools' own tables. */
const PLACES: readonly (readonly [string, Place])[] = [
  ['project.dependencies', strings],
  ['project.optional-dependencies.*', strings],
  ['dependency-groups.*', strings],
  ['tool.uv.dev-dependencies', strings],
  ['tool.uv.constraint-dependencies', constraints],
  ['tool.uv.override-dependencies', constraints],
  ['tool.uv.sources', sources],
  ['tool.rye.dev-dependencies', strings],
  ['tool.pdm.dev-dependencies.*', strings],
  ['tool.hatch.envs.*.dependencies', strings],
  ['tool.hatch.envs.*.extra-dependencies', strings],
  ['tool.poetry.dependencies', poetry],
  ['tool.poetry.dev-dependencies', poetry],
  ['tool.poetry.group.*.dependencies', poetry],
  ['tool.poetry.extras.*', names],
  ['tool.pixi.dependencies', conda],
  ['tool.pixi.pypi-dependencies', conda],
  ['tool.pixi.feature.*.dependencies', conda],
  ['tool.pixi.feature.*.pypi-dependencies', conda],
];

/** pyproject.toml of PEP 621 projects, uv, PDM, hatch, rye, Poetry and pixi. */
export const pyproject = tomlKind(
  'pyproject',
  (path) => /(^|\/)pyproject\.toml$/.test(path),
  (path) => PLACES.find(([pattern]) => matches(pattern.split('.'), path))?.[1] ?? null,
  ['uv.lock', 'poetry.lock', 'pdm.lock'],
);

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((part, i) => part === '*' || part === path[i]);
}
