// Fetches Debian packages without root and without touching the machine's apt: own source list, own lists, own cache.
// The mirror is whichever one the machine already uses; the archive's signature is checked with Debian's own keyring.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, which } from './exec.mjs';
import { SetupProblem } from './problem.mjs';

const keyringDir = '/usr/share/keyrings';

/**
 * Downloads packages of a Debian suite into `dir` and unpacks them into `target`.
 *
 * @param {{ suite: string, packages: string[], dir: string, target: string }} options `dir` is scratch space of the caller
 * @throws {SetupProblem} with what is missing and how to get it
 */
export async function unpackDebianPackages({ suite, packages, dir, target }) {
  for (const tool of ['apt-get', 'dpkg-deb']) {
    if (which(tool) === undefined) throw new SetupProblem(`${tool} was not found on this system`);
  }
  const keyring = findKeyring(suite);
  const mirrors = await findMirrors();
  let last = '';
  for (const mirror of mirrors) {
    const config = writePrivateState({ dir, mirror, suite, keyring });
    const update = await capture('apt-get', ['-c', config, '-q', 'update', '-o', 'APT::Update::Error-Mode=any'], { cwd: dir });
    if (update.status !== 0) {
      last = tail(update.stderr || update.stdout);
      continue;
    }
    const debs = join(dir, 'debs');
    mkdirSync(debs, { recursive: true });
    const download = await capture('apt-get', ['-c', config, '-q', 'download', ...packages], { cwd: debs });
    if (download.status !== 0) {
      last = tail(download.stderr || download.stdout);
      continue;
    }
    await unpackAll(debs, target);
    return;
  }
  throw new SetupProblem(`apt could not fetch ${packages.join(' and ')} of suite ${suite} from this machine's mirror`, { detail: last });
}

/** The keyring that holds the suite's signing keys. Old systems lack the keys of newer releases: said here, before apt says it less clearly. */
function findKeyring(suite) {
  const whole = join(keyringDir, 'debian-archive-keyring.gpg');
  const ofSuite = [`debian-archive-${suite}-stable.gpg`, `debian-archive-${suite}-automatic.gpg`].some((name) => existsSync(join(keyringDir, name)));
  if (existsSync(whole) && ofSuite) return whole;
  const modern = join(keyringDir, 'debian-archive-keyring.pgp');
  if (existsSync(modern)) return modern;
  if (existsSync(whole)) {
    throw new SetupProblem(`the Debian archive keyring on this machine does not hold the keys of ${suite}`, {
      detail: 'As root: apt-get install --only-upgrade debian-archive-keyring',
    });
  }
  throw new SetupProblem('the Debian archive keyring is not installed, so nothing could be verified', {
    detail: 'As root: apt-get install debian-archive-keyring',
  });
}

/**
 * Base addresses of the archives this machine is set up for, the one with the machine's own release first. Asks for what an update would
 * fetch and fetches nothing: that answers also where no package lists were ever downloaded, as in most containers.
 */
async function findMirrors() {
  const listed = await capture('apt-get', ['update', '--print-uris']);
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(readOsRelease())?.[1];
  const mirrors = parseMirrors(listed.stdout, codename);
  if (mirrors.length === 0) throw new SetupProblem('apt on this machine names no Debian mirror', { detail: tail(listed.stderr) });
  return mirrors;
}

/**
 * @param {string} text what `apt-get update --print-uris` prints
 * @param {string | undefined} codename of the machine's release
 * @returns {string[]} base addresses, without those that carry only updates
 */
export function parseMirrors(text, codename) {
  const found = [...text.matchAll(/^'([^']+\/)dists\/([^']+)\/InRelease'/gm)].map(([, uri, suite]) => ({ uri, suite }));
  const own = found.filter(({ suite }) => suite === codename);
  const rest = found.filter(({ uri, suite }) => !/security|updates|backports/.test(`${suite} ${uri}`));
  return [...new Set([...own, ...rest].map(({ uri }) => uri))];
}

function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

/** Writes a source list and an apt configuration that keep every read and write inside `dir`. Returns the configuration's path. */
function writePrivateState({ dir, mirror, suite, keyring }) {
  for (const name of ['state/lists/partial', 'cache/archives/partial', 'log']) mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(join(dir, 'state/status'), '');
  writeFileSync(join(dir, 'sources.list'), `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
  const lines = [
    // Hooks of the machine (package databases, caches) are for the machine's own state; proxies and credentials stay in force.
    '#clear APT::Update;',
    `Dir::Etc::SourceList "${dir}/sources.list";`,
    'Dir::Etc::SourceParts "/dev/null";',
    'Dir::Etc::Preferences "/dev/null";',
    'Dir::Etc::PreferencesParts "/dev/null";',
    `Dir::State "${dir}/state";`,
    `Dir::State::Lists "${dir}/state/lists";`,
    `Dir::State::Status "${dir}/state/status";`,
    `Dir::Cache "${dir}/cache";`,
    `Dir::Cache::Archives "${dir}/cache/archives";`,
    `Dir::Log "${dir}/log";`,
    'APT::Default-Release "";',
    // The download user may not enter a private project directory.
    'APT::Sandbox::User "root";',
    'APT::Get::AllowUnauthenticated "false";',
    'Acquire::AllowInsecureRepositories "false";',
    'Acquire::Languages "none";',
    'Acquire::GzipIndexes "true";',
    'Acquire::Retries "3";',
    ...['DEP-11', 'DEP-11-icons', 'DEP-11-icons-small', 'DEP-11-icons-large', 'DEP-11-icons-hidpi', 'DEP-11-icons-large-hidpi'].map(
      (name) => `Acquire::IndexTargets::deb::${name}::DefaultEnabled "false";`,
    ),
  ];
  const file = join(dir, 'apt.conf');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

async function unpackAll(debs, target) {
  for (const name of readdirSync(debs).filter((file) => file.endsWith('.deb'))) {
    const unpacked = await capture('dpkg-deb', ['-x', join(debs, name), target]);
    if (unpacked.status !== 0) throw new SetupProblem(`could not unpack ${name}`, { detail: tail(unpacked.stderr) });
  }
}

function tail(text) {
  return text.trim().split('\n').slice(-4).join('\n');
}
