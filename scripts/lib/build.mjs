// Builds what is stale: the daemon's bundles, the dashboard, the programs of e2e. A digest of the inputs answers "is it stale" in
// milliseconds; only when it says yes does turbo run, which keeps its own cache per package.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './exec.mjs';
import { root, stampDir } from './paths.mjs';
import { SetupProblem } from './problem.mjs';

const everyone = ['package-lock.json', 'tsconfig.base.json', 'packages/core'];

/** `source` marks a package that has something to build; `output` is what proves that it was built. */
const targets = [
  { name: '@quorate/daemon', dir: 'apps/daemon', source: 'apps/daemon/src/cli/quorated.ts', output: 'apps/daemon/dist/quorated.mjs' },
  { name: '@quorate/web', dir: 'apps/web', source: 'apps/web/src/app', output: 'apps/web/out/index.html' },
  { name: '@quorate/e2e', dir: 'e2e', source: 'e2e/src/bin', output: 'e2e/dist/lab.mjs' },
];

const skipped = new Set(['node_modules', 'dist', 'out', '.next', '.turbo']);

/**
 * @param {{ say: (line: string) => void }} options
 * @throws {SetupProblem} with the end of the build's output
 */
export async function ensureBuilt({ say }) {
  const stale = targets.filter(isStale);
  if (stale.length === 0) return;
  say(`building ${stale.map((target) => target.name).join(', ')}`);
  // Taken before the build: a file edited meanwhile makes the next run build again.
  const digests = stale.map(digestOf);
  const filters = stale.map((target) => `--filter=${target.name}`);
  const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');
  const built = await capture(process.execPath, [turbo, 'run', 'build', '--output-logs=errors-only', '--continue', ...filters], { env: quietEnv() });
  if (built.status !== 0) throw new SetupProblem('the build failed', { detail: `${built.stdout}\n${built.stderr}`.trim().split('\n').slice(-60).join('\n') });
  mkdirSync(stampDir, { recursive: true });
  stale.forEach((target, index) => {
    writeFileSync(stampFile(target), digests[index]);
  });
}

/** No tool phones home from a build, and none asks whether a newer one exists. */
export function quietEnv() {
  return { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', NEXT_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
}

function isStale(target) {
  if (!existsSync(join(root, target.source))) return false;
  if (!existsSync(join(root, target.output)) || !existsSync(stampFile(target))) return true;
  return readFileSync(stampFile(target), 'utf8') !== digestOf(target);
}

function stampFile(target) {
  return join(stampDir, `${target.name.replace('@quorate/', 'build-')}.sha256`);
}

/** Content and not time decides: a fresh checkout of the same files needs no build. */
function digestOf(target) {
  const hash = createHash('sha256').update(process.version);
  for (const path of [...everyone, target.dir]) addToHash(hash, path);
  return hash.digest('hex');
}

function addToHash(hash, path) {
  const full = join(root, path);
  if (!existsSync(full)) return;
  if (statSync(full).isFile()) {
    hash.update(`${path}\0`).update(readFileSync(full));
    return;
  }
  for (const name of readdirSync(full).sort()) {
    if (!skipped.has(name)) addToHash(hash, `${path}/${name}`);
  }
}
