import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type PyValue,
  pickleCall,
  pyDict,
  pyFloat,
  pyInt,
  pyList,
  pyTuple,
  readPickle,
  writePickle,
} from '../../../src/legacy/pickle/index.js';
import { canon } from './canon.js';

const READ_BACK = `
import base64, json, pickle, runpy, sys
sys.argv = ['generate.py', '0', '0']
canon = runpy.run_path(sys.stdin.readline().strip())['canon']
for line in sys.stdin:
    print(canon(pickle.loads(base64.b64decode(line))))
`;

/** Canonical texts of the pickles as Python reads them. */
function readByPython(pickles: readonly Uint8Array[]): string[] {
  const lines = pickles.map((p) => Buffer.from(p).toString('base64'));
  const script = new URL('./generate.py', import.meta.url).pathname;
  const out = execFileSync('python3', ['-c', READ_BACK], {
    input: [script, ...lines].join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return out.trimEnd().split('\n');
}

const values = fc.letrec<{ value: PyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<PyValue>(null, true, false, '', '\ud800', 'é你😀', 0, -1, 255, 256, 2 ** 31, -(2 ** 31)),
    fc.bigInt({ min: -(2n ** 2200n), max: 2n ** 2200n }).map(pyInt),
    fc.integer().map((n) => n),
    fc.double().map(pyFloat),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => pyTuple(...items)),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => pyList(...items)),
    fc
      .uniqueArray(fc.string(), { maxLength: 4 })
      .chain((keys) =>
        fc
          .tuple(...keys.map(() => tie('value')))
          .map((items) => pyDict(...keys.map((key, i): [PyValue, PyValue] => [key, items[i] ?? null]))),
      ),
  ),
})).value;

describe('writePickle', () => {
  it('is read back by Python and by the reader, value and type alike', () => {
    const sample = fc.sample(values, { numRuns: 1500, seed: 20261123 });
    const pickles = sample.map(writePickle);
    const python = readByPython(pickles);
    sample.forEach((value, i) => {
      expect(python[i]).toBe(canon(value));
      expect(canon(readPickle(pickles[i] ?? new Uint8Array()))).toBe(canon(value));
    });
  });

  it('writes the call of the recurring runtime', () => {
    const data = Uint8Array.of(0x78, 0x9c, 0, 255);
    expect(readByPython([pickleCall('rq_recurring.run', ['nightly', 1795489200, data])])).toEqual([
      '(s"rq_recurring.run",N,(s"nightly",i1795489200,b789c00ff),{})',
    ]);
  });

  it('refuses what it cannot write', () => {
    expect(() => writePickle({ type: 'set', items: [] })).toThrow(TypeError);
    const cyclic = pyList();
    cyclic.items.push(cyclic);
    expect(() => writePickle(cyclic)).toThrow(RangeError);
  });
});
