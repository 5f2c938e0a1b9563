/** A Redis reply over RESP2 with bulk strings as bytes. */
export type Reply = Buffer | string | number | null | Reply[];

export type Arg = string | Buffer | number;

/** Reply as text (UTF-8); null stays null. */
export function textOrNull(reply: Reply | undefined): string | null {
  if (reply === null || reply === undefined) return null;
  if (Buffer.isBuffer(reply)) return reply.toString('utf8');
  if (Array.isArray(reply)) throw new TypeError('Redis answered a list where text was expected');
  return String(reply);
}

/** Reply as text (UTF-8), '' for null. */
export function text(reply: Reply | undefined): string {
  return textOrNull(reply) ?? '';
}

export function int(reply: Reply | undefined): number {
  return Number(text(reply));
}

export function bytes(reply: Reply | undefined): Buffer {
  return Buffer.isBuffer(reply) ? reply : Buffer.from(text(reply));
}

export function list(reply: Reply | undefined): Reply[] {
  if (!Array.isArray(reply)) throw new TypeError('Redis answered something that is not a list');
  return reply;
}

/** A flat `[field, value, …]` reply as a map of texts. */
export function textMap(reply: Reply | undefined): Map<string, string> {
  const flat = list(reply);
  const map = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) map.set(text(flat[i]), text(flat[i + 1]));
  return map;
}

/** Bytes as an argument, without copying. */
export function arg(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
