// The steps of `npm test`, in the order they run. A new static check is one more row here.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

const bin = (...path) => join(root, 'node_modules', ...path);
const biome = bin('@biomejs', 'biome', 'bin', 'biome');
const script = (name) => join(root, 'scripts', 'checks', name);

/**
 * Static checks. Each is a program that exits with 0 when all is well and explains itself when not; `shows` prints it either way.
 *
 * @type {{ name: string, commands: string[][], shows?: boolean }[]}
 */
export const checks = [
  { name: 'format', commands: [[biome, 'format', '--max-diagnostics=none', '.']] },
  { name: 'lint', commands: [[biome, 'lint', '--error-on-warnings', '--max-diagnostics=none', '.']] },
  { name: 'types', commands: typescriptProjects().map((dir) => [bin('typescript', 'bin', 'tsc'), '--noEmit', '-p', dir]) },
  { name: 'import graph', commands: [[script('import-graph.mjs')]] },
  { name: 'dead code', commands: [[bin('knip', 'bin', 'knip.js'), '--no-progress', '--no-config-hints']] },
  { name: 'budgets', commands: [[script('budgets.mjs')]], shows: true },
];

/** Test projects of vitest.config.ts, the quick ones first. */
export const projects = [
  { name: 'unit', needs: {} },
  { name: 'int', needs: { etcd: true, build: true } },
  { name: 'e2e', needs: { etcd: true, build: true, chromium: true } },
];

/** Every workspace with sources to check. */
function typescriptProjects() {
  const parents = ['packages', 'apps'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)));
  return [...parents, 'e2e'].filter((dir) => existsSync(join(root, dir, 'tsconfig.json')) && existsSync(join(root, dir, 'src')));
}
