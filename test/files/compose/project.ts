import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toByteText } from '../../../src/files/bytes.js';
import { composeKind } from '../../../src/files/compose/index.js';
import { registrationZones } from '../../../src/files/decide-zone.js';
import { dockerKind } from '../../../src/files/docker/index.js';
import { applyEdits } from '../../../src/files/edit.js';
import { kubernetesKind } from '../../../src/files/kubernetes/kubernetes.js';
import { circusKind } from '../../../src/files/process/circus.js';
import { appJsonKind } from '../../../src/files/process/heroku/app-json.js';
import { herokuKind } from '../../../src/files/process/heroku/heroku-yml.js';
import { packageJsonKind } from '../../../src/files/process/package-json.js';
import { procfileKind } from '../../../src/files/process/procfile.js';
import { supervisorKind } from '../../../src/files/process/supervisor.js';

import { systemdKind } from '../../../src/files/process/systemd/systemd.js';

import { shellKind } from '../../../src/files/shell/index.js';

import {
  type Decision,
  type Fact,
  type FileKind,
  NotOfKindError,
  type ProjectView,
  type SourceFile,
} from '../../../src/files/types.js';
import type { Edit, Finding } from '../../../src/plan/types.js';

const KINDS: readonly FileKind<never>[] = [
  composeKind as FileKind<never>,
  procfileKind as FileKind<never>,
  circusKind as FileKind<never>,
  supervisorKind as FileKind<never>,
  packageJsonKind as FileKind<never>,
  herokuKind as FileKind<never>,
  appJsonKind as FileKind<never>,
  systemdKind as FileKind<never>,
  kubernetesKind as FileKind<never>,
  dockerKind as FileKind<never>,
  shellKind as FileKind<never>,
];

export type Files = Readonly<Record<string, string>>;

/** A project of byte texts by path. */
export function projectOf(files: Files): ProjectView {
  const sources = new Map(Object.entries(files).map(([path, text]) => [path, { path, text }]));
  return { get: (path) => sources.get(path), paths: [...sources.keys()].sort() };
}

export function factsOf(files: Files): readonly Fact[] {
  const project = projectOf(files);
  return each(project, (kind, file) => kind.facts(kind.parse(file), project));
}

/** What the lead derives from the facts, in its simplest form. */
export function decisionOf(facts: readonly Fact[]): Decision {
  const off = facts.flatMap((fact) =>
    fact.type === 'process' &&
    (fact.role === 'worker' || fact.role === 'both') &&
    fact.withScheduler === 'off'
      ? [fact.id]
      : [],
  );
  return {
    removeScheduler: true,
    keepDependency: false,
    replaceScheduler: null,
    enableScheduler: new Set(off),
    enableInScripts: new Set<string>(),
    removeEnv: new Map([
      ['RQ_SCHEDULER_INTERVAL', 'test'],
      ['RQ_SCHEDULER_NAME', 'test'],
    ]),
    minimumRq: null,
    addCroniter: false,
  };
}

/** As if the code of the project created cron jobs. */
function decisionWithZones(files: Files): Decision {
  const facts = factsOf(files);
  const { zones } = registrationZones({ facts, view: projectOf(files) }, null);
  return { ...decisionOf(facts), registrationZones: zones };
}

export interface Migrated {
  readonly files: Files;
  readonly findings: readonly Finding[];
  readonly edits: ReadonlyMap<string, readonly Edit[]>;
}

/** Runs the kinds over a project and confirms every change. Throws when one is not confirmed. */
export function migrate(files: Files, decision: Decision = decisionWithZones(files)): Migrated {
  const project = projectOf(files);
  const after: Record<string, string> = { ...files };
  const findings: Finding[] = [];
  const edits = new Map<string, readonly Edit[]>();
  each(project, (kind, file) => {
    const doc = kind.parse(file);
    const result = kind.edits(doc, decision, project);
    findings.push(...result.findings);
    if (result.edits.length > 0) edits.set(file.path, result.edits);
    if (result.deleteFile) {
      delete after[file.path];
      return [];
    }
    const text = applyEdits(file.text, result.edits);
    if (result.findings.every((finding) => finding.severity !== 'error')) {
      const wrong = kind.confirm(doc, kind.parse({ path: file.path, text }), decision, project);
      if (wrong !== null) throw new Error(`${file.path}: not confirmed: ${wrong}`);
    }
    after[file.path] = text;
    return [];
  });
  return { files: after, findings, edits };
}

function each<T>(project: ProjectView, run: (kind: FileKind<never>, file: SourceFile) => readonly T[]): T[] {
  return project.paths.flatMap((path) => {
    const file = project.get(path);
    const kind = KINDS.find(
      (one) =>
        (one.match(path) || one.claims?.(project).has(path)) && file !== undefined && isOfKind(one, file),
    );
    return file === undefined || kind === undefined ? [] : run(kind, file);
  });
}

function isOfKind(kind: FileKind<never>, file: SourceFile): boolean {
  try {
    kind.parse(file);
  } catch (error) {
    return !(error instanceof NotOfKindError);
  }
  return true;
}

/** All files below a folder as byte texts. */
export function readTree(folder: string): Files {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.map((path) => [
      path.slice(folder.length + 1).replaceAll('\\', '/'),
      toByteText(readFileSync(path)),
    ]),
  );
}
