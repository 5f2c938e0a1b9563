import { it } from 'vitest';
import { composeKind } from '../../../../src/files/compose/index.js';
import { applyEdits } from '../../../../src/files/edit.js';
import { loadPython } from '../../pysource/load.js';
import { decisionOf, factsOf, projectOf, readTree } from '../project.js';

it('x', async () => {
  await loadPython();
  const f = readTree('/work/main/fixtures/compose/anchor-moves/before');
  const p = projectOf(f);
  const d = composeKind.parse(p.get('docker-compose.yml')!);
  const r = composeKind.edits(d, decisionOf(factsOf(f)), p);
  console.log(JSON.stringify(r, null, 1));
  console.log(applyEdits(f['docker-compose.yml']!, r.edits));
});
