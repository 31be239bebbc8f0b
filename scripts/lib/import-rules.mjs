// The arrows of ARCHITECTURE.md as code: who may import whom, and who may touch the machine.
import { isBuiltin } from 'node:module';
import { findCycles } from './cycles.mjs';
import { readImports, resolveImport } from './imports.mjs';
import { isGenerated, isStaircase, placeOf } from './rooms.mjs';
import { splitSource } from './source-text.mjs';

/**
 * Checks every source of the repository.
 *
 * @param {Map<string, string>} sources text by path relative to the repository
 * @returns {string[]} one line per violation; empty when all is well
 */
export function checkImports(sources) {
  const problems = [];
  const edges = new Map();
  for (const [path, text] of sources) {
    const source = { path, place: placeOf(path), ...splitSource(text) };
    const imports = readImports(source.code).map((one) => ({
      ...one,
      to: resolveImport({ from: path, target: one.target, has: (file) => sources.has(file) }),
    }));
    edges.set(path, [...new Set(imports.flatMap((one) => one.to ?? []))]);
    if (isGenerated(path)) continue;
    if (source.place.step === -1) {
      problems.push(`${path}: ${source.place.room} is no room of ${source.place.package}`);
      continue;
    }
    for (const one of imports) {
      const broken = brokenArrow(source, one) ?? forbiddenPackage(source, one);
      if (broken !== undefined) problems.push(`${path}:${one.line} imports ${one.target}: ${broken}`);
    }
    problems.push(...forbiddenWords(source));
  }
  for (const cycle of findCycles(edges)) problems.push(`import cycle: ${cycle.join(' -> ')}`);
  return problems;
}

/** The first arrow rule that an import breaks. */
function brokenArrow({ place }, { target, to, typeOnly }) {
  const toDaemon = target.startsWith('@quorate/daemon') || (to?.startsWith('apps/daemon/') ?? false);
  if (toDaemon && place.package !== 'daemon') {
    if (place.package === 'core') return 'core imports nothing of ours';
    return target === '@quorate/daemon/router' && typeOnly ? undefined : "only `import type … from '@quorate/daemon/router'` may cross into the daemon";
  }
  if (to === undefined) return undefined;
  const there = placeOf(to);
  if (there === undefined) return 'it lies outside every source directory';
  if (there.package === 'core')
    return place.package === 'core' || target.startsWith('@quorate/core/') ? undefined : 'core is imported by its name, @quorate/core/…';
  if (there.package !== place.package) return `${place.package} does not import ${there.package}`;
  return brokenStep(place, there);
}

/** Inside one package: downwards only, and never into a neighbour. Tests may use a neighbour on their own step. */
function brokenStep(from, to) {
  if (!isStaircase(from.package)) return undefined;
  if (to.step > from.step) return `${from.room} stands below ${to.room}`;
  if (to.step === from.step && to.part !== from.part && !from.test) return `${from.part} and ${to.part} do not know each other`;
  return undefined;
}

function forbiddenPackage({ place }, { target, clause }) {
  if (place.test) return undefined;
  if (place.package === 'core') {
    if (isBuiltin(target)) return 'core has no Node modules';
    if (/^react(?:$|[-/])/.test(target)) return 'core has no React';
  }
  if (place.package !== 'daemon') return undefined;
  if (/^(?:node:)?child_process$/.test(target) && !maySpawn(place)) return 'only etcd/process and kit/exec start processes';
  if (/^(?:node:)?process$/.test(target) && /\benv\b/.test(clause) && place.room !== 'config') return 'only config reads the environment';
  return undefined;
}

function maySpawn({ inside }) {
  return /^(?:etcd\/process|kit\/exec)(?:[-./]|$)/.test(inside);
}

/** Rules about words, not imports: key strings, the environment, the end of the process. */
function forbiddenWords({ path, place, bare, literals }) {
  if (place.test) return [];
  const problems = [];
  if (place.inside !== 'store/keys.ts') {
    const keys = literals.filter(({ value }) => value.startsWith('/quorate/'));
    for (const { line } of keys) problems.push(`${path}:${line} spells a key: only store/keys.ts does`);
  }
  if (place.package !== 'daemon') return problems;
  if (place.room !== 'config' && /\bprocess\s*\??\.\s*env\b/.test(bare)) problems.push(`${path} reads process.env: only config does`);
  if (!['main', 'cli'].includes(place.room) && /\bprocess\s*\??\.\s*exit\s*\(/.test(bare)) problems.push(`${path} ends the process: only main and cli do`);
  return problems;
}
