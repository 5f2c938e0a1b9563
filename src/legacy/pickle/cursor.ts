/**
 * Why a pickle was not read. `invalid`: Python refuses it too. `unsupported`: it needs something
 * that only a particular program has (persistent ids, extension registry, out-of-band buffers;
 * `pickle.loads` without arguments fails on these as well). `too-large`: over one of the limits.
 */
export type PickleErrorCode = 'invalid' | 'unsupported' | 'too-large';

export class PickleError extends Error {
  constructor(
    readonly code: PickleErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Reads forward through bytes; every read past the end is a PickleError. */
export class Cursor {
  private readonly view: DataView;
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes of the next `length` positions, not copied. */
  take(length: number): Uint8Array {
    const start = this.skip(length);
    return this.bytes.subarray(start, this.at);
  }

  u8(): number {
    return this.view.getUint8(this.skip(1));
  }

  u16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  i32(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  /** A length of eight bytes; beyond what an array can hold it is past the end anyway. */
  u64(): number {
    return Number(this.view.getBigUint64(this.skip(8), true));
  }

  f64BigEndian(): number {
    return this.view.getFloat64(this.skip(8), false);
  }

  /** Bytes up to the next LF, which is consumed and not part of the result. */
  line(): Uint8Array {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw new PickleError('invalid', 'pickle data was truncated');
    const start = this.at;
    this.at = end + 1;
    return this.bytes.subarray(start, end);
  }

  /** Fails unless `length` more bytes are there (a frame). */
  expect(length: number): void {
    if (length > this.bytes.length - this.at) throw new PickleError('invalid', 'pickle data was truncated');
  }

  private skip(length: number): number {
    if (length < 0) throw new PickleError('invalid', 'negative length');
    this.expect(length);
    const start = this.at;
    this.at += length;
    return start;
  }
}
