import { composeSets } from '../files/compose-sets.js';
import { applyEdits } from '../files/edit.js';
import type { Project } from '../files/project.js';
import type { SourceFile } from '../files/types.js';
import type { FileChange, Finding } from '../plan/types.js';
import { copyFiles, findComposeCli } from '../world/compose-cli.js';

/**
 * Has Docker's own compose read the files as they will be, where it is installed: an error for each combination
 * that it refuses then and accepts now. Works on copies; the project and Docker stay untouched.
 */
export async function composeFindings(
  project: Project,
  changes: readonly FileChange[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Finding[]> {
  const edited = new Map(changes.map((change) => [change.path, change]));
  const paths = project.docs.filter(({ kind }) => kind.id === 'compose').map(({ file }) => file.path);
  if (!paths.some((path) => edited.has(path))) return [];
  const cli = await findComposeCli(env);
  if (cli === null) return [];
  const before = project.view.paths.flatMap((path) => project.view.get(path) ?? []).filter(isConfiguration);
  const after = before.flatMap((file): SourceFile[] => {
    const change = edited.get(file.path);
    if (change?.action === 'delete') return [];
    return [change === undefined ? file : { ...file, text: applyEdits(file.text, change.edits) }];
  });
  const [old, next] = [copyFiles(before), copyFiles(after)];
  try {
    const findings: Finding[] = [];
    for (const set of composeSets(paths)) {
      const left = set.filter((path) => edited.get(path)?.action !== 'delete');
      const reason = left.length === 0 ? null : await next.check(cli, left, env);
      if (reason === null || (await old.check(cli, set, env)) !== null) continue;
      const args = { files: left, reason };
      findings.push({ code: 'compose-invalid', severity: 'error', path: left.at(-1) ?? '', args });
    }
    return findings;
  } finally {
    old.remove();
    next.remove();
  }
}

/** Compose reads YAML and files of variables; sources and scripts it does not look at. */
function isConfiguration({ path }: SourceFile): boolean {
  return !/\.(py|sh|toml|txt|lock)$/.test(path);
}
