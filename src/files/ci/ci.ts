import { parseAllDocuments } from 'yaml';
import type { Edit } from '../../plan/types.js';
import { isCiPath } from '../ci-paths.js';
import { applyEdits } from '../edit.js';
import type { Decision, FileKind, SourceFile } from '../types.js';
import { maskBytes } from '../yaml/mask.js';

/**
 * Workflows of build servers. Only one thing in them is edited: rq-scheduler as one of several packages that a
 * line installs. What else there is of it is told by the search for what is seen and not touched.
 */
export const ciKind: FileKind<SourceFile> = {
  id: 'ci',
  match: isCiPath,
  parse: (file) => file,
  facts: () => [],
  edits: ({ text }, decision) => ({ edits: goes(decision) ? pipEdits(text) : [], findings: [] }),
  confirm(before, after, decision) {
    const expected = stringsOf(before.text).map((text) =>
      goes(decision) ? applyEdits(text, pipEdits(text)) : text,
    );
    return JSON.stringify(expected) === JSON.stringify(stringsOf(after.text)) ? null : 'text';
  },
};

function goes({ removeScheduler, keepDependency }: Decision): boolean {
  return removeScheduler && !keepDependency;
}

const INSTALL = /\b(?:pip[\d.]*|uv pip)[ \t]+install\b[^\r\n&;|#]*/g;
const PACKAGE = /[ \t]+(["']?)rq[-_.]scheduler(?:(?:[=<>~!]=?=?)[\w.*!+,=<>~-]+)?\1(?=[\s"']|$)/gi;
/** Options of `pip install` whose value is a word of its own. */
const VALUES =
  /[ \t]-{1,2}(?:r|c|e|i|t|f|requirement|constraint|editable|index-url|extra-index-url|target|find-links|prefix|root)[ \t]+\S+/g;

/** Takes rq-scheduler out of the lines that install other packages as well. */
function pipEdits(text: string): Edit[] {
  return [...text.matchAll(INSTALL)].flatMap(({ 0: command, index }) => {
    const found = [...command.matchAll(PACKAGE)];
    const rest = command
      .replace(PACKAGE, '')
      .replace(VALUES, '')
      .replace(/^.*?\binstall\b/, '');
    const others = rest.split(/\s+/).filter((word) => /^["']?[A-Za-z]/.test(word));
    if (found.length === 0 || others.length === 0) return [];
    return found.map((match): Edit => {
      const start = index + match.index;
      return { start, end: start + match[0].length, text: '', why: 'remove-dependency' };
    });
  });
}

/** All texts of a workflow, or the file itself where it is no YAML. */
function stringsOf(text: string): readonly string[] {
  const documents = [...parseAllDocuments(maskBytes(text), { logLevel: 'silent' })];
  if (documents.some(({ errors }) => errors.length > 0)) return [text];
  const found: string[] = [];
  const enter = (value: unknown): void => {
    if (typeof value === 'string') found.push(value);
    else if (typeof value === 'object' && value !== null) {
      found.push(...Object.keys(value));
      Object.values(value).forEach(enter);
    }
  };
  for (const document of documents) enter(document.toJS());
  return found;
}
