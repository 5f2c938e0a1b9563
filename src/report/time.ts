/** `2026-11-24 08:00:00` in an IANA zone, from epoch seconds. */
export function wallClock(epoch: number, zone: string): string {
  if (!Number.isFinite(epoch) || Math.abs(epoch) > 8.64e12) return String(epoch);
  // The Swedish locale writes dates the ISO way.
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(epoch * 1000);
}

/** `in 3 h 20 min`, `5 s ago`: the two largest units of a distance in seconds. */
export function distance(seconds: number): string {
  const total = Math.round(Math.abs(seconds));
  const units: readonly (readonly [number, string])[] = [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const parts: string[] = [];
  let rest = total;
  for (const [size, name] of units) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0 && parts.length < 2) parts.push(`${n} ${name}`);
  }
  const span = parts.join(' ') || '0 s';
  return seconds < 0 ? `${span} ago` : `in ${span}`;
}
