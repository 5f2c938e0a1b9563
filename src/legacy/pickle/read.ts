import { builtinCall, globalName } from './builtins.js';
import { Cursor, PickleError } from './cursor.js';
import { Machine, type PickleLimits } from './machine.js';
import * as text from './text.js';
import { isTagged, type PyValue, pyFloat } from './values.js';

/** Limits that no honest job comes near; each read may narrow them. */
export const DEFAULT_LIMITS: PickleLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxOpcodes: 5_000_000,
  maxDepth: 1000,
};

type Operation = (m: Machine, c: Cursor) => void;

/**
 * Reads one pickle of protocol 0 to 5 without executing anything: classes, calls and state become
 * inert values. Bytes after the STOP opcode are ignored, as `pickle.loads` does.
 * Throws PickleError, code `invalid`, `unsupported` or `too-large`.
 */
export function readPickle(bytes: Uint8Array, limits: Partial<PickleLimits> = {}): PyValue {
  const all = { ...DEFAULT_LIMITS, ...limits };
  if (bytes.length > all.maxBytes) throw new PickleError('too-large', 'pickle has too many bytes');
  const cursor = new Cursor(bytes);
  const machine = new Machine(all);
  for (let count = 0; ; count++) {
    if (count >= all.maxOpcodes) throw new PickleError('too-large', 'pickle has too many opcodes');
    const code = cursor.u8();
    if (code === STOP) return machine.result();
    const operation = OPERATIONS[code];
    if (!operation) throw new PickleError('invalid', `unknown opcode 0x${code.toString(16)}`);
    operation(machine, cursor);
  }
}

const STOP = 0x2e;

/** Copies, so that a value does not keep the whole input alive. */
function bytesOf(c: Cursor, length: number): Uint8Array {
  return new Uint8Array(c.take(length));
}

function str(c: Cursor, length: number): string {
  return text.decodeUtf8(c.take(length));
}

function index(c: Cursor): number {
  const n = text.parseIntText(text.latin1(c.line()));
  if (typeof n !== 'number' || n < 0) throw new PickleError('invalid', 'bad memo index');
  return n;
}

function int(c: Cursor): PyValue {
  const line = text.latin1(c.line());
  if (line === '00') return false;
  if (line === '01') return true;
  return text.parseIntText(line);
}

function longLine(c: Cursor): PyValue {
  return text.parseIntText(text.latin1(c.line()).replace(/L$/, ''));
}

function reduce(m: Machine): void {
  const args = m.popTuple();
  const callee = m.pop();
  const name = isTagged(callee) && callee.type === 'global' ? callee.name : '';
  m.push(builtinCall(name, args) ?? m.object(callee, args));
}

function newObject(m: Machine, withKwargs: boolean): void {
  const kwargs = withKwargs ? m.popDict() : [];
  const args = m.popTuple();
  m.push(m.object(m.pop(), args, kwargs));
}

function global(m: Machine, module: PyValue, name: PyValue): void {
  if (typeof module !== 'string' || typeof name !== 'string') {
    throw new PickleError('invalid', 'STACK_GLOBAL requires str');
  }
  m.push({ type: 'global', name: globalName(module, name, m.protocol) });
}

function globalLines(m: Machine, c: Cursor): void {
  const module = text.decodeUtf8(c.line());
  global(m, module, text.decodeUtf8(c.line()));
}

function instance(m: Machine, c: Cursor): void {
  const args = m.popToMark();
  globalLines(m, c);
  m.push(m.object(m.pop(), args));
}

function objectFromMark(m: Machine): void {
  const [callee, ...args] = m.popToMark();
  if (callee === undefined) throw new PickleError('invalid', 'OBJ without a class');
  m.push(m.object(callee, args));
}

function protocol(m: Machine, c: Cursor): void {
  m.protocol = c.u8();
  if (m.protocol > 5) throw new PickleError('invalid', `unsupported pickle protocol: ${m.protocol}`);
}

function unsupported(): never {
  throw new PickleError('unsupported', 'persistent id, extension code or out-of-band buffer');
}

const OPERATIONS: Readonly<Record<number, Operation>> = {
  40: (m) => m.mark(),
  41: (m) => m.sequence('tuple', []),
  48: (m) => m.discard(), // POP
  49: (m) => void m.popToMark(), // POP_MARK
  50: (m) => m.push(m.top()), // DUP
  66: (m, c) => m.push(bytesOf(c, c.u32())), // BINBYTES
  67: (m, c) => m.push(bytesOf(c, c.u8())), // SHORT_BINBYTES
  70: (m, c) => m.push(pyFloat(text.parseFloatText(text.latin1(c.line())))), // FLOAT
  71: (m, c) => m.push(pyFloat(c.f64BigEndian())), // BINFLOAT
  73: (m, c) => m.push(int(c)), // INT
  74: (m, c) => m.push(c.i32()), // BININT
  75: (m, c) => m.push(c.u8()), // BININT1
  76: (m, c) => m.push(longLine(c)), // LONG
  77: (m, c) => m.push(c.u16()), // BININT2
  78: (m) => m.push(null), // NONE
  80: unsupported, // PERSID
  81: unsupported, // BINPERSID
  82: reduce, // REDUCE
  83: (m, c) => m.push(text.decodeStringLiteral(c.line())), // STRING
  84: (m, c) => m.push(text.decodeAscii(text.latin1(c.take(c.i32())))), // BINSTRING
  85: (m, c) => m.push(text.decodeAscii(text.latin1(c.take(c.u8())))), // SHORT_BINSTRING
  86: (m, c) => m.push(text.decodeRawUnicodeEscape(c.line())), // UNICODE
  88: (m, c) => m.push(str(c, c.u32())), // BINUNICODE
  93: (m) => m.sequence('list', []), // EMPTY_LIST
  97: (m) => m.append([m.pop()]), // APPEND
  98: (m) => m.build(m.pop()), // BUILD
  99: globalLines, // GLOBAL
  100: (m) => m.dict(m.popToMark()), // DICT
  101: (m) => m.append(m.popToMark()), // APPENDS
  103: (m, c) => m.get(index(c)), // GET
  104: (m, c) => m.get(c.u8()), // BINGET
  105: instance, // INST
  106: (m, c) => m.get(c.u32()), // LONG_BINGET
  108: (m) => m.sequence('list', m.popToMark()), // LIST
  111: objectFromMark, // OBJ
  112: (m, c) => m.put(index(c)), // PUT
  113: (m, c) => m.put(c.u8()), // BINPUT
  114: (m, c) => m.put(c.u32()), // LONG_BINPUT
  115: (m) => m.setItems(m.popLast(2)), // SETITEM
  116: (m) => m.sequence('tuple', m.popToMark()), // TUPLE
  117: (m) => m.setItems(m.popToMark()), // SETITEMS
  125: (m) => m.dict([]), // EMPTY_DICT
  128: protocol, // PROTO
  129: (m) => newObject(m, false), // NEWOBJ
  130: unsupported, // EXT1
  131: unsupported, // EXT2
  132: unsupported, // EXT4
  133: (m) => m.sequence('tuple', m.popLast(1)), // TUPLE1
  134: (m) => m.sequence('tuple', m.popLast(2)), // TUPLE2
  135: (m) => m.sequence('tuple', m.popLast(3)), // TUPLE3
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  138: (m, c) => m.push(text.parseLongBytes(c.take(c.u8()))), // LONG1
  139: (m, c) => m.push(text.parseLongBytes(c.take(c.i32()))), // LONG4
  140: (m, c) => m.push(str(c, c.u8())), // SHORT_BINUNICODE
  141: (m, c) => m.push(str(c, c.u64())), // BINUNICODE8
  142: (m, c) => m.push(bytesOf(c, c.u64())), // BINBYTES8
  143: (m) => m.sequence('set', []), // EMPTY_SET
  144: (m) => m.addItems(m.popToMark()), // ADDITEMS
  145: (m) => m.sequence('frozenset', m.popToMark()), // FROZENSET
  146: (m) => newObject(m, true), // NEWOBJ_EX
  147: (m) => {
    const [module, name] = m.popLast(2); // STACK_GLOBAL
    global(m, module ?? null, name ?? null);
  },
  148: (m) => m.memoize(), // MEMOIZE
  149: (_, c) => c.expect(c.u64()), // FRAME
  150: (m, c) => m.push({ type: 'bytearray', bytes: bytesOf(c, c.u64()) }), // BYTEARRAY8
  151: unsupported, // NEXT_BUFFER
  152: unsupported, // READONLY_BUFFER
};
