import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { Edit, Finding } from '../../plan/types.js';
import { ZONE_VARIABLE, zoneFinding } from '../decide-zone.js';
import type { Decision } from '../types.js';
import { eolAt } from '../yaml/lines.js';
import { type Collection, keyOf, lookUp, pairAt, rangeOf, textOf } from '../yaml/nodes.js';
import { itemRange } from '../yaml/remover.js';
import type { ComposeDoc } from './document.js';
import { environmentOf, isPlain, type Plain } from './plain.js';
import { type Service, servicesOf } from './service.js';

const WHY = 'set-registration-zone';

/** The services that get the zone of their cron jobs as a variable. */
export interface ZoneEdits {
  /** Relative to the body. */
  readonly edits: readonly Edit[];
  readonly findings: readonly Finding[];
  /** Zone by service, of those that are edited. */
  readonly written: ReadonlyMap<string, string>;
}

/** Writes the variable into the `environment` of each service that needs it; one of its own, not shared with others. */
export function zoneEdits(compose: ComposeDoc, decision: Decision): ZoneEdits {
  const edits: Edit[] = [];
  const findings: Finding[] = [];
  const written = new Map<string, string>();
  for (const service of decision.removeScheduler ? servicesOf(compose) : []) {
    const zone = decision.registrationZones?.get(`${compose.path}#${service.name}`);
    if (zone === undefined || environmentOf(service.plain.environment).has(ZONE_VARIABLE)) continue;
    const edit = editFor(service, zone, decision);
    const where = { path: compose.path, line: service.line };
    findings.push(zoneFinding(edit === null ? 'error' : 'warn', service.name, zone, where));
    if (edit === null) continue;
    edits.push({ ...edit, why: WHY });
    written.set(service.name, zone);
  }
  return { edits, findings, written };
}

/** The same on plain values. */
export function addZones(root: Plain, written: ReadonlyMap<string, string>): void {
  for (const [name, zone] of written) {
    const service = isPlain(root.services) ? root.services[name] : undefined;
    if (!isPlain(service)) continue;
    if (Array.isArray(service.environment))
      service.environment = [...service.environment, `${ZONE_VARIABLE}=${zone}`];
    else
      service.environment = {
        ...(isPlain(service.environment) ? service.environment : {}),
        [ZONE_VARIABLE]: zone,
      };
  }
}

function editFor(service: Service, zone: string, decision: Decision): Omit<Edit, 'why'> | null {
  const { compose, document, pair } = service;
  const map = pair.value;
  if (!isMap(map) || map.anchor !== undefined) return null;
  const environment = pairAt(map, 'environment')?.value;
  if (environment === undefined) {
    return lookUp(map, 'environment', document) === undefined ? blockIn(compose, pair.key, map, zone) : null;
  }
  if ((!isMap(environment) && !isSeq(environment)) || environment.anchor !== undefined) return null;
  const names = [...environmentOf(service.plain.environment).keys()];
  const last = lastItem(environment as Collection);
  // What may vanish as a whole, or ends with what goes, gives no hold.
  if (last === null || decision.removeEnv.has(names.at(-1) ?? '')) return null;
  const [from, to] = isMap(environment)
    ? itemRange(environment as Collection, environment.items.length - 1)
    : (rangeOf(last) ?? [0, 0]);
  const text = isMap(environment)
    ? `${ZONE_VARIABLE}: ${zone}`
    : quotedLike(last, `${ZONE_VARIABLE}=${zone}`, compose);
  if (environment.flow === true) {
    const end = rangeOf(last)?.[1] ?? to;
    return { start: end, end, text: `, ${text}` };
  }
  const start = compose.body.lastIndexOf('\n', from - 1) + 1;
  return afterLine(compose, last, `${compose.body.slice(start, from).replace(/[^ \t-]/g, ' ')}${text}`);
}

/** The value of the last variable, or its key where it has none. */
function lastItem(environment: Collection): unknown {
  const item: unknown = environment.items.at(-1);
  if (!isMap(environment)) return item === undefined ? null : item;
  const pair = (environment as YAMLMap).items.at(-1);
  if (pair === undefined || keyOf(pair) === '<<') return pair?.value ?? null;
  return rangeOf(pair.value) === null || textOf(pair.value) === null ? pair.key : pair.value;
}

function quotedLike(item: unknown, text: string, { body }: ComposeDoc): string {
  const quote = isScalar(item) ? (/^["']/.exec(body.slice(item.range?.[0]))?.[0] ?? '') : '';
  return `${quote}${text}${quote}`;
}

/** A line behind the one on which a node ends. */
function afterLine({ body }: ComposeDoc, node: unknown, line: string): Omit<Edit, 'why'> | null {
  const [start, end] = rangeOf(node) ?? [0, 0];
  const block = isScalar(node) && (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL');
  if (end === 0 || block) return null;
  const newline = body.indexOf('\n', start + body.slice(start, end).trimEnd().length);
  const eol = eolAt(body, start);
  if (newline < 0) return { start: body.length, end: body.length, text: `${eol}${line}` };
  return { start: newline + 1, end: newline + 1, text: `${line}${eol}` };
}

/** A block of its own, directly below the service's name. */
function blockIn(compose: ComposeDoc, key: unknown, map: YAMLMap, zone: string): Omit<Edit, 'why'> | null {
  const [first] = itemRange(map as Collection, 0);
  const start = compose.body.lastIndexOf('\n', first - 1) + 1;
  const indent = compose.body.slice(start, first);
  if (map.flow === true || !/^ +$/.test(indent)) return null;
  const eol = eolAt(compose.body, first);
  return afterLine(compose, key, `${indent}environment:${eol}${indent}  ${ZONE_VARIABLE}: ${zone}`);
}
