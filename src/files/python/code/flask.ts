import { importsOf } from '../../pysource/imports.js';
import { walk } from '../../pysource/syntax.js';
import type { CodeUse } from '../uses.js';
import type { CodeContext } from './context.js';
import type { Draft } from './draft.js';
import { nativeDrafts } from './drafts.js';
import { flaskJobDraft } from './flask-jobs.js';
import { placeOf } from './place.js';
import type { PyFile } from './program.js';
import type { RawUse } from './raw-use.js';
import { short } from './times.js';

/** Why they stay: Flask-RQ2 imports rq-scheduler itself. */
const REASON = 'flask-rq';

/** Uses of Flask-RQ2, which imports rq-scheduler itself: what no fix changes is told. */
export function flaskDrafts(raw: readonly RawUse[], native: readonly Draft[], context: CodeContext): Draft[] {
  return raw.flatMap((use): Draft[] => {
    if (use.is === 'flask-job') return [flaskJobDraft(use, context)];
    if (use.is !== 'construct' || use.site.kind !== 'flask') return [];
    if (native.some(({ node, code }) => node === use.node && code === 'code-get-scheduler')) return [];
    return nativeDrafts(use, context).map((one) => ({
      ...one,
      own: 'none',
      edits: [],
      needs: [],
      args: { ...one.args, why: REASON },
    }));
  });
}

/** Imports of Flask-RQ2. */
export function flaskImports(file: PyFile): CodeUse[] {
  const found = importsOf(file.root).filter(({ module }) => /^flask_rq2(\.|$)/.test(module));
  const starts = new Map(found.map((one) => [one.start, one]));
  return [...walk(file.root)].flatMap((node): CodeUse[] => {
    const item = /^import(_from)?_statement$/.test(node.type) ? starts.get(node.start) : undefined;
    if (item === undefined) return [];
    return [
      {
        code: 'code-import',
        severity: 'error',
        ...placeOf(file, node),
        call: short(node.text),
        replacement: null,
        fix: 'none',
        args: { module: item.module, why: REASON },
      },
    ];
  });
}
