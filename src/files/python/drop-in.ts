const PLACE = /(^|\/)rq_recurring(\.py$|\/)/;
const IMPORTS = /^[ \t]*(from|import)[ \t]+rq_scheduler\b/m;

/** Is this Python file (byte text) part of the drop-in itself, which reads what rq-scheduler left without importing it? */
export function isDropIn(path: string, text: string): boolean {
  return PLACE.test(path) && !IMPORTS.test(text);
}

const USES =
  /^[ \t]*(from[ \t]+([\w.]+\.)?rq_recurring\b|import[ \t]+([\w.]+\.)?rq_recurring\b|from[ \t]+[\w.]+[ \t]+import[ \t]+[^#\n]*\brq_recurring\b)/m;

/** Does this Python source (byte text) import the drop-in? */
export function importsDropIn(text: string): boolean {
  return text.includes('rq_recurring') && USES.test(text);
}
