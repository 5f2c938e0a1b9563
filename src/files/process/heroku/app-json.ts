import type { Edit, Finding } from '../../../plan/types.js';
import { lineOf } from '../../bytes.js';
import { mentionsStart } from '../../command/mentions.js';
import { memberRemovals } from '../../json/remove.js';
import { type JsonMember, type JsonNode, memberOf } from '../../json/scan.js';
import { type Decision, type Fact, type FileKind, NotOfKindError, type ProjectView } from '../../types.js';
import { readJson } from '../package-json.js';
import { procfileKind } from '../procfile.js';
import { schedulersOf } from '../programs.js';
import { goneProcesses, herokuKind } from './heroku-yml.js';

/** An app.json of Heroku. */
export interface AppFile {
  readonly path: string;
  readonly text: string;
  readonly root: JsonNode;
}

/** app.json: how many dynos a process gets (`formation`), variables (`env`), and `scripts` (Heroku's app.json schema). */
export const appJsonKind: FileKind<AppFile> = {
  id: 'app-json',
  match: (path) => /(^|\/)app\.json$/.test(path),
  parse(file) {
    if (!/"(formation|scripts|env)"\s*:/.test(file.text)) throw new NotOfKindError(file.path);
    return { path: file.path, text: file.text, root: readJson(file) };
  },
  facts: (doc) =>
    membersIn(doc, 'env').map(
      ({ name, start }): Fact => ({
        type: 'env-set',
        name,
        where: { path: doc.path, line: lineOf(doc.text, start) },
      }),
    ),
  edits: (doc, decision, project) => ({
    edits: removals(doc, decision, project),
    findings: decision.removeScheduler ? scripts(doc) : [],
  }),
  confirm(before, after, decision, project) {
    const expected = structuredClone(before.root.value) as Record<string, Record<string, unknown>>;
    for (const [key, gone] of goneMembers(before, decision, project)) {
      for (const { name } of gone) delete expected[key]?.[name];
    }
    return JSON.stringify(expected) === JSON.stringify(after.root.value) ? null : 'members';
  },
};

function membersIn({ root }: AppFile, key: string): readonly JsonMember[] {
  return memberOf(root, key)?.node.members ?? [];
}

function goneMembers(doc: AppFile, decision: Decision, project: ProjectView): Map<string, Set<JsonMember>> {
  const processes = new Set(goneNames(doc, decision, project));
  const formation = membersIn(doc, 'formation').filter(({ name }) => processes.has(name));
  const variables = membersIn(doc, 'env').filter(({ name }) => decision.removeEnv.has(name));
  return new Map([
    ['formation', new Set(formation)],
    ['env', new Set(variables)],
  ]);
}

function removals(doc: AppFile, decision: Decision, project: ProjectView): readonly Edit[] {
  return [...goneMembers(doc, decision, project)].flatMap(([key, gone]) => {
    const object = memberOf(doc.root, key)?.node;
    const why = key === 'env' ? 'remove-env' : 'remove-scheduler-process';
    return object === undefined ? [] : memberRemovals(object, gone, why);
  });
}

/** The processes that the Procfile and the heroku.yml beside it lose. */
function goneNames({ path }: AppFile, decision: Decision, project: ProjectView): readonly string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const procfile = project.get(`${folder}Procfile`);
  const heroku = project.get(`${folder}heroku.yml`);
  const listed = procfile ? schedulersOf(procfileKind.parse(procfile), decision, project) : [];
  const run = heroku ? goneProcesses(herokuKind.parse(heroku), decision, project) : [];
  return [...listed.map(({ name }) => name), ...run];
}

/** `scripts.postdeploy` and its like that start rq-scheduler. */
function scripts(doc: AppFile): readonly Finding[] {
  return membersIn(doc, 'scripts').flatMap(({ node }): Finding[] => {
    const text = typeof node.value === 'string' ? node.value : JSON.stringify(node.value);
    if (!mentionsStart(text)) return [];
    const line = lineOf(doc.text, node.start);
    return [{ code: 'edit-by-hand', severity: 'error', path: doc.path, line, args: { name: 'rqscheduler' } }];
  });
}
