// What `npm start` and `npm test` do first: make a fresh clone runnable with nothing but Node and npm. A second run only looks.
import { performance } from 'node:perf_hooks';
import { ensureBuilt, quietEnv } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { ensureEtcd, withEtcd } from './etcd.mjs';
import { withSetupLock } from './lock.mjs';
import { ensureNodeModules } from './node-modules.mjs';
import { SetupProblem } from './problem.mjs';

/** Node releases before this lack features of the bundles; the same number stands in package.json. */
const minimumNode = [20, 19];

/**
 * Prepares this checkout.
 *
 * @param {{ etcd?: boolean, chromium?: boolean, build?: boolean }} needs
 * @returns {Promise<{ env: NodeJS.ProcessEnv, chromiumProblem?: SetupProblem }>} `env` is for children: etcd on the PATH, CHROME_PATH set when known
 * @throws {SetupProblem} for the first thing that is missing; all of them are printed
 */
export async function setup({ etcd = true, chromium = false, build = true } = {}) {
  const startedAt = performance.now();
  checkNode();
  const say = (line) => process.stdout.write(`set-up  ${line}\n`);
  return withSetupLock({
    say,
    work: async () => {
      const tools = {};
      // Everything is tried even when one thing fails, so that one run tells all that is missing.
      const outcomes = await Promise.allSettled([
        ensureNodeModules({ say }).then(() => (build ? ensureBuilt({ say }) : undefined)),
        etcd ? ensureEtcd({ say }).then((found) => Object.assign(tools, { etcd: found })) : undefined,
        chromium ? findChromium({ say }).then((found) => Object.assign(tools, found)) : undefined,
      ]);
      const problems = outcomes.filter((outcome) => outcome.status === 'rejected').map((outcome) => outcome.reason);
      for (const problem of problems.slice(1)) printProblem(problem);
      if (problems.length > 0) throw problems[0];
      say(`${describe(tools)} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
      return { env: childEnv(tools), chromiumProblem: tools.chromiumProblem };
    },
  });
}

/** Prints what could not be done and what to do about it. Anything but a SetupProblem is a fault of the scripts: shown whole. */
export function printProblem(problem) {
  if (!(problem instanceof SetupProblem)) {
    process.stderr.write(`set-up  ${problem?.stack ?? problem}\n`);
    return;
  }
  process.stderr.write(`set-up  cannot go on: ${problem.message}\n`);
  if (problem.detail !== '') process.stderr.write(`${problem.detail.replace(/^/gm, '        ')}\n`);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1])) return;
  throw new SetupProblem(`Node.js ${minimumNode.join('.')} or newer is needed; this is ${process.versions.node}`);
}

async function findChromium({ say }) {
  try {
    return { chromium: await ensureChromium({ say }) };
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    say(`${error.message}: the browser tests will be skipped. ${error.detail}`);
    return { chromiumProblem: error };
  }
}

function describe({ etcd, chromium }) {
  const parts = ['ready'];
  if (etcd !== undefined) parts.push(`etcd ${etcd.version} ${etcd.local ? 'of the project' : `from ${etcd.bin}`}`);
  if (chromium !== undefined) parts.push(`Chromium ${chromium}`);
  return parts.join(', ');
}

function childEnv({ etcd, chromium }) {
  const env = quietEnv();
  if (etcd !== undefined) Object.assign(env, withEtcd(etcd));
  // Tests that need a browser look here and nowhere else: a path that set-up did not find usable must not reach them.
  delete env.CHROME_PATH;
  if (chromium !== undefined) env.CHROME_PATH = chromium;
  return env;
}
