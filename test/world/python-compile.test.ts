import { expect, it } from 'vitest';
import { compilePython } from '../../src/world/python-compile.js';

it('says what does not compile, whatever the encoding, and runs nothing', () => {
  const gbk = '# -*- coding: gbk -*-\nx = "\xc4\xe3\xba\xc3"\n';
  const texts = ['x = 1\n', 'raise SystemExit(3)\n', gbk, '\xef\xbb\xbfx = 1\r\n', 'def f(:\n', 'print(,)\n'];
  const answers = compilePython(texts.map((text, i) => ({ path: `${i}.py`, text })));
  expect(answers?.map((error) => error === null)).toEqual([true, true, true, true, false, false]);
});
