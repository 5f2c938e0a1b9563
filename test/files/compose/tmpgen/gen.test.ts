import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { it } from 'vitest';
import { migrate, readTree } from '/work/main/test/files/compose/project.js';
import { loadPython } from '/work/main/test/files/pysource/load.js';

it('gen', async () => {
  await loadPython();
  const root = '/work/main/fixtures/compose';
  for (const n of readdirSync(root)) {
    try {
      const before = readTree(`${root}/${n}/before`);
      const r = migrate(before);
      const errs = r.findings.filter((f) => f.severity === 'error');
      rmSync(`/tmp/cmp/after/${n}`, { recursive: true, force: true });
      if (errs.length) console.log(n, JSON.stringify(r.findings));
      for (const [p, t] of Object.entries(r.files)) {
        const f = `/tmp/cmp/after/${n}/${p}`;
        mkdirSync(dirname(f), { recursive: true });
        writeFileSync(f, Buffer.from(t, 'latin1'));
      }
    } catch (e) {
      console.log('FAIL', n, String(e.stack ?? e).slice(0, 1500));
    }
  }
});
