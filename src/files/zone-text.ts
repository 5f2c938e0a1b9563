/** `Asia/Shanghai`, `America/Argentina/Buenos_Aires`, `Etc/GMT-8`, `UTC`. */
const NAME = String.raw`(?:[A-Z][A-Za-z_]+\/)+[A-Za-z0-9_+-]+|UTC`;
const ZONE = new RegExp(`^:?(${NAME})$`);
/** `TZ=Asia/Shanghai`, `ENV TZ "Europe/Berlin"`, `/usr/share/zoneinfo/Asia/Tokyo`, `echo Asia/Tokyo > /etc/timezone`. */
const NAMED = new RegExp(
  String.raw`(?:\bTZ["']?\s*[=:]?\s*["']?|zoneinfo\/)(${NAME})\b|\b(${NAME})["']?\s*>\s*\/etc\/timezone`,
  'g',
);

/** The IANA zone that is the value of TZ; null for what is none, such as `CST-8` or `$TZ`. */
export function asZone(value: string): string | null {
  return ZONE.exec(value.trim().replace(/^(["'])(.*)\1$/, '$2'))?.[1] ?? null;
}

/** The zones to which a script or Dockerfile sets TZ or the system's clock, each once. */
export function zonesIn(text: string): readonly string[] {
  const lines = text.replace(/^[ \t]*#.*$/gm, '');
  return [...new Set([...lines.matchAll(NAMED)].map(([, set, echoed]) => set ?? echoed ?? ''))];
}

/** TZ, or another variable, of a file of variables, as `asZone`; undefined where the file does not set it. */
export function zoneOfVariables(text: string, name = 'TZ'): string | null | undefined {
  const values = text.matchAll(
    new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*([^\\r\\n]*)`, 'gm'),
  );
  const last = [...values].at(-1)?.[1];
  return last === undefined ? undefined : asZone(last.replace(/[ \t]+#.*$/, ''));
}
