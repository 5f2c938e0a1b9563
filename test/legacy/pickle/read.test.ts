import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  getKey,
  isTruthy,
  PickleError,
  type PyValue,
  pairsOf,
  readPickle,
  reprPickle,
} from '../../../src/legacy/pickle/index.js';
import { canon } from './canon.js';

interface Case {
  readonly proto: number;
  readonly pickle: string;
  readonly canon: string;
  readonly repr: string | null;
}

function generate(seed: number, count: number): Case[] {
  const script = fileURLToPath(new URL('./generate.py', import.meta.url));
  const out = execFileSync('python3', [script, String(seed), String(count)], {
    maxBuffer: 1 << 28,
    encoding: 'utf8',
  });
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

function codeOf(text: string, limits = {}): string {
  try {
    readPickle(bytes(text), limits);
  } catch (error) {
    if (error instanceof PickleError) return error.code;
    throw error;
  }
  return 'ok';
}

describe('pickles written by Python', () => {
  const cases = generate(20261123, 600);

  it.each([0, 1, 2, 3, 4, 5])('reads every value of protocol %i', (proto) => {
    const mine = cases.filter((c) => c.proto === proto);
    expect(mine).toHaveLength(600);
    for (const one of mine) {
      expect(canon(readPickle(Buffer.from(one.pickle, 'base64')))).toBe(one.canon);
    }
  });

  it('prints what repr() prints, and a prefix of it when short', () => {
    for (const one of cases) {
      if (one.repr === null) continue;
      const value = readPickle(Buffer.from(one.pickle, 'base64'));
      expect(reprPickle(value, 1_000_000)).toBe(one.repr);
      const short = reprPickle(value, 20);
      expect(short.length).toBeLessThanOrEqual(20);
    }
  });

  it('fails with a PickleError, or reads something, on every damaged pickle', () => {
    for (const one of cases.filter((_, i) => i % 7 === 0)) {
      const damaged = Uint8Array.from(Buffer.from(one.pickle, 'base64'));
      const at = ((damaged.length * 31) % 97) % damaged.length;
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      try {
        reprPickle(readPickle(damaged), 200);
      } catch (error) {
        expect(error).toBeInstanceOf(PickleError);
      }
    }
  });
});

describe('single opcodes', () => {
  const table: [string, PyValue][] = [
    ['I01\n.', true],
    ['I00\n.', false],
    ['I1\n.', 1],
    ['I-7\n.', -7],
    ['L-123L\n.', -123],
    ['L9007199254740993L\n.', 9007199254740993n],
    ['\x8a\x01\xff.', -1],
    ['\x8a\x00.', 0],
    ['\x8a\x02\xff\x00.', 255],
    ["S'a\\n\\x41\\'\\\\'\n.", "a\nA'\\"],
    ['S"it\'s"\n.', "it's"],
    ['U\x02ab.', 'ab'],
    ['T\x02\x00\x00\x00ab.', 'ab'],
    ['V\\u4f60\\U0001f600\xe9\\n\n.', '你😀é\\n'],
    ['F1e-3\n.', { type: 'float', value: 0.001 }],
    ['(I1\nI2\n0t.', { type: 'tuple', items: [1] }],
    ['K\x05(K\x01K\x0210K\x07.', 7],
    ['K\x072\x86.', { type: 'tuple', items: [7, 7] }],
    ['(K\x01K\x02l.', { type: 'list', items: [1, 2] }],
    ['(K\x01K\x02d.', { type: 'dict', entries: [[1, 2]] }],
    ['N.ignored', null],
  ];

  it.each(table)('%j', (pickle, value) => {
    expect(readPickle(bytes(pickle))).toEqual(value);
  });

  it.each([
    'Pid\n.', // PERSID
    'NQ.', // BINPERSID
    '\x82\x01.', // EXT1
    '\x83\x01\x00.', // EXT2
    '\x84\x01\x00\x00\x00.', // EXT4
    '\x97.', // NEXT_BUFFER
    'N\x98.', // READONLY_BUFFER
  ])('refuses %j as unsupported', (pickle) => {
    expect(codeOf(pickle)).toBe('unsupported');
  });

  it.each([
    '',
    'N',
    '.',
    'l.',
    't.',
    'h\x01.',
    '\x80\x06N.',
    "S'a\n.",
    "S'\\xe9'\n.",
    'U\x01\xe9.',
    'X\x01\x00\x00\x00\xff.',
    'X\xff\xff\xff\xffa.',
    '\x8d\xff\xff\xff\xff\xff\xff\xff\xffa.',
    'T\xff\xff\xff\xff.',
    '\x95\xff\x00\x00\x00\x00\x00\x00\x00N.',
    '(K\x01d.',
    '}(K\x01u.',
    'K\x01K\x02a.',
    '(]K\x01d.', // a list as a key
    '\x8f(]\x90.',
    '(}\x91.',
    'NN}b.',
    'K\x01)R.',
    'cos\nsystem\n]R.',
    'F0x1\n.',
    'I0b1\n.',
    '\xffN.',
  ])('refuses %j as Python does', (pickle) => {
    expect(codeOf(pickle)).toBe('invalid');
  });
});

describe('classes and calls', () => {
  it('keeps a call as it stands and runs nothing', () => {
    const value = readPickle(bytes("cos\nsystem\n(S'touch /tmp/pwned'\ntR."));
    expect(value).toMatchObject({
      type: 'object',
      callee: { type: 'global', name: 'os.system' },
      args: ['touch /tmp/pwned'],
    });
    expect(reprPickle(value, 80)).toBe("os.system('touch /tmp/pwned')");
  });

  it('keeps state, items, pairs and keyword arguments', () => {
    const object = readPickle(
      bytes('\x80\x04cm\nC\n)}X\x01\x00\x00\x00kK\x01s\x92(K\x02e(K\x03K\x04uK\x05b.'),
    );
    expect(object).toMatchObject({
      callee: { name: 'm.C' },
      args: [],
      kwargs: [['k', 1]],
      items: [2],
      entries: [[3, 4]],
      state: 5,
    });
  });

  it('reads OBJ and INST', () => {
    const expected = { callee: { name: 'm.C' }, args: [1] };
    expect(readPickle(bytes('(cm\nC\nK\x01o.'))).toMatchObject(expected);
    expect(readPickle(bytes('(K\x01im\nC\n.'))).toMatchObject(expected);
  });

  it('reads an OrderedDict and a defaultdict as dicts', () => {
    const ordered = readPickle(bytes('ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00aK\x01u.'));
    expect(pairsOf(ordered)).toEqual([['a', 1]]);
    const withDefault = readPickle(
      bytes('ccollections\ndefaultdict\nc__builtin__\nlist\n\x85RX\x01\x00\x00\x00aK\x01s.'),
    );
    expect(pairsOf(withDefault)).toEqual([['a', 1]]);
    expect(pairsOf(readPickle(bytes('cm\nC\n)R.')))).toBeNull();
  });

  it('takes the last of two equal keys', () => {
    const pairs = pairsOf(readPickle(bytes('}(U\x01aK\x01U\x01aK\x02u.')));
    expect(pairs && getKey(pairs, 'a')).toBe(2);
  });
});

describe('limits', () => {
  it('bounds opcodes, bytes, nesting and digits', () => {
    expect(codeOf(`${'N0'.repeat(50)}N.`, { maxOpcodes: 50 })).toBe('too-large');
    expect(codeOf(`U\x64${'a'.repeat(100)}.`, { maxBytes: 50 })).toBe('too-large');
    expect(codeOf(`N${'\x85'.repeat(2000)}.`)).toBe('too-large');
    expect(codeOf(`${'('.repeat(2000)}.`)).toBe('too-large');
    expect(codeOf(`${']'.repeat(2000)}${'a'.repeat(1999)}.`)).toBe('too-large');
    expect(codeOf(`N${'\x85'.repeat(900)}.`)).toBe('ok');
    expect(codeOf(`I1${'0'.repeat(30_000)}\n.`)).toBe('too-large');
  });

  it('prints a memo bomb of 2^140 parts at once', () => {
    const value = readPickle(bytes(`)${'2\x86'.repeat(140)}.`));
    const started = performance.now();
    expect(reprPickle(value, 300).length).toBe(300);
    expect(performance.now() - started).toBeLessThan(100);
  });

  it('prints values that contain themselves', () => {
    expect(reprPickle(readPickle(bytes(']q\x00h\x00a.')), 50)).toBe('[...]');
  });

  it('marks the place where it cut, without half a character', () => {
    expect(reprPickle('😀😀😀', 5)).toBe("'😀…");
    expect(reprPickle('abc', 5)).toBe("'abc'");
    expect(reprPickle(2n ** 5000n, 50)).toBe('<huge int>');
  });
});

describe('isTruthy', () => {
  it('is bool() of Python', () => {
    const falsy: PyValue[] = [null, false, 0, 0n, '', new Uint8Array(), { type: 'float', value: -0 }];
    expect(falsy.map(isTruthy)).toEqual(falsy.map(() => false));
    const containers: PyValue[] = [
      { type: 'list', items: [] },
      { type: 'dict', entries: [] },
      { type: 'bytearray', bytes: new Uint8Array() },
    ];
    expect(containers.map(isTruthy)).toEqual([false, false, false]);
    const truthy: PyValue[] = [
      true,
      1,
      -1,
      '0',
      { type: 'float', value: Number.NaN },
      { type: 'global', name: 'm.x' },
    ];
    expect(truthy.map(isTruthy)).toEqual(truthy.map(() => true));
  });
});
