import { beforeAll, describe, expect, it } from 'vitest';
import { utf8ToByteText } from '../../../src/files/bytes.js';
import { type PyNode, parsePython } from '../../../src/files/pysource/parser.js';
import { loadPython } from './load.js';

beforeAll(loadPython);

function all(node: PyNode): PyNode[] {
  return [node, ...node.children.flatMap(all)];
}

describe('parsePython', () => {
  it('counts offsets in bytes, not in characters', () => {
    const text = utf8ToByteText('s = "定时任务"\nrun()\n');
    const call = all(parsePython(text)).find((n) => n.type === 'call');
    expect(call).toMatchObject({ start: 19, end: 24, text: 'run()' });
  });

  it('names the fields of a call', () => {
    const call = all(parsePython('w.work(burst=True)')).find((n) => n.type === 'call');
    expect(call?.children.map((n) => [n.field, n.text])).toEqual([
      ['function', 'w.work'],
      ['arguments', '(burst=True)'],
    ]);
  });

  it('keeps what follows a syntax error', () => {
    const types = all(parsePython('def (:\n\nimport rq\n')).map((n) => n.type);
    expect(types).toContain('ERROR');
    expect(types).toContain('import_statement');
  });

  it('survives an expression nested ten thousand deep', () => {
    const text = Array.from({ length: 10_000 }, () => 'a').join(' + ');
    expect(parsePython(text).end).toBe(text.length);
  });
});
