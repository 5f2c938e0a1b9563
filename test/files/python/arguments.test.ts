import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/files/edit.js';
import { hasSyntaxError, type PyNode, parsePython } from '../../../src/files/pysource/parser.js';
import { walk } from '../../../src/files/pysource/syntax.js';
import { ArgumentEdits, argumentList } from '../../../src/files/python/code/arguments.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

const callIn = (text: string): PyNode =>
  [...walk(parsePython(text))].find(({ type }) => type === 'call') as PyNode;
const written = (text: string) => argumentList(callIn(text)).map(({ node }) => node.text);

interface Layout {
  readonly positional: readonly string[];
  readonly keywords: readonly string[];
  readonly lines: boolean;
  readonly comments: boolean;
  readonly comma: boolean;
  readonly newline: string;
}

/** A call as people lay it out: on one line or one argument a line, with comments and trailing commas or without. */
const layout = fc.record({
  positional: fc.array(fc.constantFrom('a', 'b + 1', '"x"', '[1, 2]', '(c)'), { maxLength: 3 }),
  keywords: fc.uniqueArray(fc.constantFrom('k=1', 'l="y"', 'm={}', 'n=f(1)'), { maxLength: 4 }),
  lines: fc.boolean(),
  comments: fc.boolean(),
  comma: fc.boolean(),
  newline: fc.constantFrom('\n', '\r\n'),
});

function source({ positional, keywords, lines, comments, comma, newline }: Layout): string {
  const all = [...positional, ...keywords];
  if (!lines || all.length === 0)
    return `x.y(${all.join(', ')}${comma && all.length > 0 ? ',' : ''})${newline}`;
  const rows = all.map((one, i) => {
    const last = i === all.length - 1;
    return `    ${one}${!last || comma ? ',' : ''}${comments ? `  # ${i}` : ''}`;
  });
  return `x.y(${newline}${rows.join(newline)}${newline})${newline}`;
}

describe('edits of arguments', () => {
  it('leave exactly what stays, whatever the layout', () => {
    const removed = fc.array(fc.nat(6), { maxLength: 5 });
    fc.assert(
      fc.property(layout, removed, (shape, indexes) => {
        const text = source(shape);
        const call = callIn(text);
        const all = argumentList(call);
        const changes = new ArgumentEdits(call, text, 'test');
        const gone = new Set(indexes.map((i) => all[i]).filter((one) => one !== undefined));
        for (const one of gone) changes.remove(one);
        const after = applyEdits(text, changes.edits());
        expect(hasSyntaxError(after), after).toBe(false);
        // The grammar takes a lone comma; Python does not.
        expect(after).not.toMatch(/\(\s*,|,\s*,/);
        const kept = all.filter((one) => !gone.has(one)).map(({ node }) => node.text);
        expect(written(after)).toEqual(kept);
        if (shape.newline === '\r\n') expect(after.replaceAll('\r\n', '')).not.toContain('\n');
      }),
      { numRuns: 400 },
    );
  });
});
