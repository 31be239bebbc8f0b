// Finds what a source file imports and which file of the repository that is.
import { posix } from 'node:path';

const sideEffect = /^[ \t]*import\s*(['"])([^'"\n]+)\1/gm;
const statement = /^[ \t]*(?:import|export)\b[^;'"`]*?\bfrom\s*(['"])([^'"\n]+)\1/gm;
const call = /\b(?:import|require)\(\s*(['"])([^'"\n]+)\1/g;

/**
 * Every import of a file: statements, re-exports, dynamic imports, import types.
 *
 * @param {string} code source without comments
 * @returns {{ target: string, typeOnly: boolean, clause: string, line: number }[]}
 */
export function readImports(code) {
  const found = [];
  for (const match of code.matchAll(statement)) {
    const clause = match[0].trim();
    found.push({ target: match[2], typeOnly: /^(?:import|export)\s+type\b/.test(clause), clause, line: lineAt(code, match.index) });
  }
  for (const match of [...code.matchAll(sideEffect), ...code.matchAll(call)]) {
    found.push({ target: match[2], typeOnly: false, clause: match[0], line: lineAt(code, match.index) });
  }
  return found;
}

function lineAt(code, index) {
  return code.slice(0, index).split('\n').length;
}

/**
 * The repository file that an import names, or undefined for packages and for files that are not sources.
 *
 * @param {{ from: string, target: string, has: (path: string) => boolean }} options paths relative to the repository, with slashes
 * @returns {string | undefined}
 */
export function resolveImport({ from, target, has }) {
  const base = basePath(from, target);
  if (base === undefined) return undefined;
  return [base, `${base}.ts`, `${base}.tsx`, `${base}/index.ts`, `${base}/index.tsx`].find(has);
}

function basePath(from, target) {
  if (target.startsWith('.')) return posix.normalize(posix.join(posix.dirname(from), target));
  if (target.startsWith('@quorate/core/')) return target.replace('@quorate/core/', 'packages/core/src/');
  if (target === '@quorate/daemon/router') return 'apps/daemon/src/api/trpc/router';
  if (target.startsWith('@/') && from.startsWith('apps/web/')) return target.replace('@/', 'apps/web/src/');
  return undefined;
}
