import { describe, expect, it } from 'vitest';
import {
  type PyValue,
  pyDict,
  pyFloat,
  pyList,
  pyTuple,
  pythonLiteral,
} from '../../../src/legacy/pickle/index.js';

const shared = pyList(1);
const deep = Array.from({ length: 60 }).reduce<PyValue>((inner) => pyList(inner), null);

describe('the literal of a value', () => {
  it.each<[PyValue, string]>([
    [pyTuple(), '()'],
    [pyTuple(1), '(1,)'],
    [pyList(null, true, 1, pyFloat(1), 'a\'"\n三'), `[None, True, 1, 1.0, 'a\\'"\\n三']`],
    [new Uint8Array([0, 39, 255]), `b"\\x00'\\xff"`],
    [pyDict(['k', pyDict([1, -(2n ** 80n)])]), `{'k': {1: -${2n ** 80n}}}`],
    ['x'.repeat(5000), `'${'x'.repeat(5000)}'`],
  ])('%#', (value, text) => {
    expect(pythonLiteral(value)).toBe(text);
  });

  it.each<[string, PyValue]>([
    ['an object', { type: 'global', name: 'os.system' }],
    ['nan', pyFloat(Number.NaN)],
    ['inf', pyList(pyFloat(Number.POSITIVE_INFINITY))],
    ['a container that occurs twice', pyList(shared, shared)],
    ['deep nesting', deep],
    ['a huge int', 2n ** 5000n],
  ])('is none for %s', (_name, value) => {
    expect(pythonLiteral(value)).toBeNull();
  });
});
