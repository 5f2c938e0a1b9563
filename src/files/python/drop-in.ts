const PLACE = /(^|\/)rq_recurring(\.py$|\/)/;
const IMPORTS = /^[ \t]*(from|import)[ \t]+rq_scheduler\b/m;

/** Is this Python file (byte text) part of the drop-in itself, which reads what rq-scheduler left without importing it? */
export function isDropIn(path: string, text: string): boolean {
  return PLACE.test(path) && !IMPORTS.test(text);
}
