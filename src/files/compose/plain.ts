/** Plain YAML values. */
export type Plain = Record<string, unknown>;

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A map's entry, or an empty map. */
export function sub(value: unknown, key: string): Plain {
  const found = isPlain(value) ? value[key] : undefined;
  return isPlain(found) ? found : {};
}

/** Names in a compose list that is written as a list of names or as a map. */
export function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string');
  return isPlain(value) ? Object.keys(value) : [];
}

/** `environment` in either form; a variable without a value has null. */
export function environmentOf(value: unknown): ReadonlyMap<string, string | null> {
  const out = new Map<string, string | null>();
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item !== 'string') continue;
      const equals = item.indexOf('=');
      out.set(equals < 0 ? item : item.slice(0, equals), equals < 0 ? null : item.slice(equals + 1));
    }
  } else if (isPlain(value)) {
    for (const [name, set] of Object.entries(value)) out.set(name, set === null ? null : String(set));
  }
  return out;
}
