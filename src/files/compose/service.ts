import type { Document, Pair, YAMLMap } from 'yaml';
import { lineOf } from '../bytes.js';
import { keyOf, rangeOf } from '../yaml/nodes.js';
import { type ComposeDoc, serviceMap } from './document.js';
import { type Plain, sub } from './plain.js';

/** A service as one file writes it. */
export interface Service {
  readonly compose: ComposeDoc;
  readonly document: Document.Parsed;
  readonly name: string;
  /** The map `services` and the service's place in it. */
  readonly within: YAMLMap;
  readonly index: number;
  readonly pair: Pair;
  /** Merge keys and aliases resolved; what `extends` and other files add is not in it. */
  readonly plain: Plain;
  readonly line: number;
}

/** All services of a file, in order, over all of its documents. */
export function servicesOf(compose: ComposeDoc): readonly Service[] {
  return compose.documents.flatMap((document, i) => {
    const within = serviceMap(document);
    const plain = sub(compose.plain[i], 'services');
    return (within?.items ?? []).flatMap((pair, index) => {
      const name = keyOf(pair);
      if (within === null || name === null || name === '<<') return [];
      const line = lineOf(compose.body, rangeOf(pair.key)?.[0] ?? 0);
      return [{ compose, document, name, within, index, pair, plain: sub(plain, name), line }];
    });
  });
}
