import { describe, expect, it } from 'vitest';
import { GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { cli, sampleProject } from '../support/cli.js';
import { useRealParts } from '../support/realParts.js';

const at = Math.floor(Date.now() / 1000) + 3600;
const ESC = '\u001b';

// That no output has escape codes and that JSON is one document is checked by cli() for every test here.
describe('what is printed where', () => {
  const real = useRealParts(GUIDE_PAIR);

  it('one JSON document on stdout and no talk, from every command', async () => {
    const project = await sampleProject();
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at, id: 'one' }]);
    const where = ['--project', project, '--redis-url', real.url, '--format', 'json'];
    const expected: [string, number, readonly string[]][] = [
      ['plan', 0, ['dry-run', '--quiet']],
      ['status', 0, ['status', '--verbose', '--debug']],
      ['verify', 1, ['verify', '--quiet']],
      ['run', 0, ['run', '--yes', '--quiet']],
      // The second time there is nothing to do, and that is said in the same way.
      ['run', 0, ['run', '--yes', '--verbose']],
      ['rollback', 0, ['rollback', '--yes', '--quiet']],
    ];
    for (const [name, code, command] of expected) {
      const done = await cli([...command, ...where]);
      expect([name, done.code]).toEqual([name, code]);
      expect(JSON.parse(done.stdout).schema).toBe(`migrate-scheduler/${name}@1`);
      if (command.includes('--quiet')) expect(done.stderr).toBe('');
    }
  });

  it('NO_COLOR and --no-color win over FORCE_COLOR, which colours pipes', async () => {
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at, id: 'one' }]);
    const args = ['status', '--redis-url', real.url];
    await cli(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    await cli([...args, '--no-color'], { env: { FORCE_COLOR: '1' } });
    await expect(cli(args, { env: { FORCE_COLOR: '1' } })).rejects.toThrow(JSON.stringify(ESC).slice(1, -1));
  });

  it('data goes to stdout, errors to stderr, with --quiet too', async () => {
    const done = await cli(['status', '--quiet', '--redis-url', 'redis://127.0.0.1:1/0']);
    expect([done.code, done.stdout]).toEqual([6, '']);
    expect(done.stderr.trim().split('\n')).toHaveLength(1);
  });
});
