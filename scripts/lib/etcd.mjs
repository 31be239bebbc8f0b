// Finds etcd, etcdctl and etcdutl, 3.5 or newer: on the search path, else a project-local copy out of Debian's archive.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { unpackDebianPackages } from './apt.mjs';
import { capture, which } from './exec.mjs';
import { localEtcdBin, localEtcdDir, toolsDir } from './paths.mjs';
import { SetupProblem } from './problem.mjs';

/** 3.5 is the first release with pre-vote on by default and periodic corruption checks that can be trusted. */
const minimum = [3, 5];
const programs = ['etcd', 'etcdctl', 'etcdutl'];

/** Debian release that carries etcd 3.5 with etcdutl; its packages also run on the release before it. */
const suite = 'trixie';

/**
 * Finds the three programs, fetching a project-local copy when the search path has none that is new enough.
 *
 * @param {{ say: (line: string) => void }} options
 * @returns {Promise<{ bin: string, version: string, local: boolean }>} `bin` is the directory that holds them
 * @throws {SetupProblem} when neither is possible, saying what to install
 */
export async function ensureEtcd({ say }) {
  const found = await findEtcd();
  if (found.ok) return found;
  say(`${found.reason}; fetching etcd from Debian ${suite} into the project`);
  try {
    await fetchLocalEtcd();
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    throw new SetupProblem(`etcd ${minimum.join('.')} or newer is needed: ${found.reason}, and ${error.message}`, {
      detail: `${error.detail}
${installAdvice}`.trim(),
      cause: error,
    });
  }
  const fetched = await inspect(localEtcdBin);
  if (!fetched.ok) throw new SetupProblem(`the fetched etcd does not run here: ${fetched.reason}`, { detail: installAdvice });
  return { ...fetched, local: true };
}

const installAdvice = [
  `Install etcd ${minimum.join('.')} or newer so that ${programs.join(', ')} are on the PATH:`,
  '  Debian 13 or newer   apt-get install etcd-server etcd-client',
  '  Fedora, Arch         the package named etcd',
  '  macOS                brew install etcd',
  '  elsewhere            the release archive of the etcd project, unpacked anywhere on the PATH',
].join('\n');

async function findEtcd() {
  const file = which('etcd');
  // The project-local copy may be on the search path already, put there by a caller.
  const onPath = file === undefined ? { ok: false, reason: 'etcd is not on the PATH' } : await inspect(dirname(file));
  if (onPath.ok) return { ...onPath, local: onPath.bin === localEtcdBin };
  const local = existsSync(localEtcdBin) ? await inspect(localEtcdBin) : { ok: false, reason: '' };
  return local.ok ? { ...local, local: true } : onPath;
}

/** Asks every program in `bin` for its version. */
async function inspect(bin) {
  let version = '';
  for (const name of programs) {
    const file = join(bin, name);
    if (!existsSync(file)) return { ok: false, reason: `${file} does not exist` };
    const answer = await capture(file, [name === 'etcd' ? '--version' : 'version'], { timeoutMs: 10_000, env: { ...process.env, ETCDCTL_API: '3' } });
    const found = /[Vv]ersion: (\d+)\.(\d+)\.(\d+)/.exec(answer.stdout);
    if (answer.status !== 0 || found === null)
      return { ok: false, reason: `${file} does not answer with a version (${answer.stderr.trim().split('\n')[0] ?? ''})` };
    const [, major, minor, patch] = found.map(Number);
    if (major < minimum[0] || (major === minimum[0] && minor < minimum[1])) return { ok: false, reason: `${file} is ${major}.${minor}.${patch}, too old` };
    version = `${major}.${minor}.${patch}`;
  }
  return { ok: true, bin, version };
}

/** Unpacks beside the final place and renames, so an interrupted fetch is never mistaken for a finished one. */
async function fetchLocalEtcd() {
  mkdirSync(toolsDir, { recursive: true });
  for (const left of readdirSync(toolsDir).filter((name) => name.startsWith('fetch-'))) rmSync(join(toolsDir, left), { recursive: true, force: true });
  const dir = mkdtempSync(join(toolsDir, 'fetch-'));
  try {
    const target = join(dir, 'root');
    mkdirSync(target);
    await unpackDebianPackages({ suite, packages: ['etcd-server', 'etcd-client'], dir, target });
    const check = await inspect(join(target, 'usr', 'bin'));
    if (!check.ok) throw new SetupProblem(`the etcd of Debian ${suite} does not run on this system: ${check.reason}`);
    rmSync(localEtcdDir, { recursive: true, force: true });
    renameSync(target, localEtcdDir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * What the environment of children that start etcd must say: the found programs come first on the search path.
 *
 * @param {{ bin: string }} etcd
 * @returns {{ PATH: string }}
 */
export function withEtcd({ bin }) {
  return { PATH: [bin, process.env.PATH ?? ''].join(delimiter) };
}
