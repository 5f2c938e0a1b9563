import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMeta } from '../../src/legacy/meta.js';
import { userMeta, withRepeat } from '../../src/legacy/meta-edit.js';
import {
  type PyValue,
  pyDict,
  pyList,
  pyTuple,
  readPickle,
  writePickle,
} from '../../src/legacy/pickle/index.js';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');

/** pickle.dumps({'interval': 2, 'repeat': 9, 'at': datetime.date(2026, 11, 23)}, 5) of Python 3.11. */
const WITH_DATE = hex(
  '80059541000000000000007d94288c08696e74657276616c944b028c06726570656174944b098c026174948c08' +
    '6461746574696d65948c0464617465949394430407ea0b179485945294752e',
);

function repeatOf(raw: Uint8Array | null): number | null | undefined {
  const read = raw === null ? null : decodeMeta(raw);
  return read?.ok ? read.meta.repeat : undefined;
}

describe('withRepeat', () => {
  it('replaces the digits of a pickle in place, whatever else it holds', () => {
    const changed = withRepeat(WITH_DATE, 3);
    expect(repeatOf(changed)).toBe(3);
    const differing = [...WITH_DATE].filter((byte, i) => changed?.[i] !== byte);
    expect(differing).toEqual([9]);
    expect(changed?.length).toBe(WITH_DATE.length);
  });

  it('is not misled by the same bytes inside user data', () => {
    const decoy = Buffer.from(`\x8c\x06repeatK\x05`, 'latin1').toString('latin1');
    const user = new Uint8Array(Buffer.from(decoy, 'latin1'));
    const raw = writePickle(pyDict(['a', user], ['interval', 5], ['repeat', 5], ['z', user]));
    const changed = withRepeat(raw, 2);
    const value = changed && readPickle(changed);
    expect(value).toEqual(pyDict(['a', user], ['interval', 5], ['repeat', 2], ['z', user]));
  });

  it('changes nothing but the count, for any plain meta', () => {
    const scalar = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.string(),
      fc.uint8Array({ maxLength: 20 }),
    );
    const item = fc.oneof(
      scalar,
      fc.array(scalar).map((items): PyValue => pyList(...items)),
    );
    const pairs = fc.uniqueArray(fc.tuple(fc.string(), item), { selector: ([key]) => key, maxLength: 6 });
    fc.assert(
      fc.property(
        pairs,
        fc.integer({ min: 1, max: 1e9 }),
        fc.integer({ min: 1, max: 1e9 }),
        (user, was, now) => {
          const rest = user.filter(([key]) => !['interval', 'repeat', 'cron_string'].includes(key));
          const meta = (repeat: number) => pyDict(...rest, ['interval', 60], ['repeat', repeat]);
          const changed = withRepeat(writePickle(meta(was)), now);
          expect(changed && readPickle(changed)).toEqual(meta(now));
        },
      ),
    );
  });

  it('writes a count anew that was kept as text', () => {
    const changed = withRepeat(writePickle(pyDict(['interval', 60], ['repeat', '12'])), 4);
    expect(changed && readPickle(changed)).toEqual(pyDict(['interval', 60], ['repeat', 4]));
  });

  it('gives up where writing anew would lose something', () => {
    const object = hex(
      `80 04 7d 28 8c08 ${ascii('interval')} 4b02 8c06 ${ascii('repeat')} 8c01 ${ascii('9')}` +
        ` 8c01 ${ascii('o')} 8c08 ${ascii('datetime')} 8c04 ${ascii('date')} 93 43 04 07ea0b17 85 52 75 2e`,
    );
    expect(repeatOf(object)).toBe(9);
    expect(withRepeat(object, 3)).toBeNull();
    // One list under two keys.
    const shared = hex(
      `80 04 7d 28 8c08 ${ascii('interval')} 4b02 8c06 ${ascii('repeat')} 8c01 ${ascii('9')}` +
        ` 8c01 ${ascii('a')} 5d 94 8c01 ${ascii('b')} 68 00 75 2e`,
    );
    expect(repeatOf(shared)).toBe(9);
    expect(withRepeat(shared, 3)).toBeNull();
    expect(withRepeat(hex('ff'), 3)).toBeNull();
    expect(withRepeat(writePickle(pyTuple(1)), 3)).toBeNull();
  });

  it('does not make an endless job a counted one, and leaves a right count as it is', () => {
    expect(withRepeat(writePickle(pyDict(['interval', 60])), 3)).toBeNull();
    expect(withRepeat(WITH_DATE, 9)).toBe(WITH_DATE);
  });

  it('replaces the digits of JSON, at the top level only', () => {
    const json = '{"a": {"repeat": 7}, "interval": 60, "repeat" : 7, "big": 12345678901234567890, "x": 1.0}';
    const changed = withRepeat(Buffer.from(json), 2);
    expect(Buffer.from(changed ?? []).toString()).toBe(json.replace('"repeat" : 7', '"repeat" : 2'));
  });
});

describe('userMeta', () => {
  it("leaves rq-scheduler's keys out, and nothing else", () => {
    const own: [PyValue, PyValue][] = [
      ['user', 'li'],
      [1, pyList(2, 'repeat')],
    ];
    const raw = writePickle(pyDict(['interval', 60], ...own, ['repeat', 3], ['use_local_timezone', false]));
    expect(readPickle(userMeta(raw))).toEqual(pyDict(...own));
    expect(userMeta(writePickle(pyDict(['cron_string', '* * * * *'])))).toHaveLength(0);
  });

  it('leaves as it is what has none of them, or cannot be written anew', () => {
    const plain = writePickle(pyDict(['user', 'li']));
    expect(userMeta(plain)).toBe(plain);
    expect(userMeta(WITH_DATE)).toBe(WITH_DATE);
    const json = Buffer.from('{"interval": 60}');
    expect(userMeta(json)).toBe(json);
  });
});
