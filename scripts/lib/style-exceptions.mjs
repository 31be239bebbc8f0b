// The exceptions to the budgets stand in STYLE.md, each with its reason, in a table under "Exceptions".
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

/**
 * @returns {(path: string, measure: 'lines' | 'function' | 'imports') => boolean} whether a file may exceed one measure;
 *   a row whose path ends with a slash speaks for the whole directory
 */
export function readStyleExceptions() {
  return parseStyleExceptions(readFileSync(join(root, 'STYLE.md'), 'utf8'));
}

/** @param {string} text of STYLE.md */
export function parseStyleExceptions(text) {
  const section = text.split(/^## /m).find((part) => part.startsWith('Exceptions')) ?? '';
  const rows = [...section.matchAll(/^\| `([^`]+)` \| (\w+) \|/gm)].map(([, path, measure]) => ({ path, measure }));
  return (path, measure) => rows.some((row) => row.measure === measure && (row.path.endsWith('/') ? path.startsWith(row.path) : path === row.path));
}
