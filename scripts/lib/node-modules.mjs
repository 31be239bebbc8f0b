// Installs node modules from the lock file when what is on disk does not match it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, which } from './exec.mjs';
import { root } from './paths.mjs';
import { SetupProblem } from './problem.mjs';

/**
 * Makes node_modules what the lock file says, and checks that it is.
 *
 * It is `npm install` and not `npm ci` on purpose: npm ci refuses a lock file without the prebuilt programs of platforms that a registry
 * does not carry. `--no-save` leaves the lock file alone, and the comparison afterwards is what npm ci would have promised.
 * Install scripts never run: every native program among the dependencies comes prebuilt, so nothing needs them.
 *
 * @param {{ say: (line: string) => void }} options
 * @throws {SetupProblem} with npm's own last words
 */
export async function ensureNodeModules({ say }) {
  const reason = staleReason();
  if (reason === undefined) return;
  say(`${reason}; installing from the lock file`);
  const [file, ...first] = npmCommand();
  const installed = await capture(file, [...first, 'install', '--no-save', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  if (installed.status !== 0)
    throw new SetupProblem('npm could not install the modules', { detail: (installed.stderr || installed.stdout).trim().split('\n').slice(-12).join('\n') });
  const left = staleReason();
  if (left !== undefined) throw new SetupProblem(`npm finished, yet ${left}`, { detail: 'Remove node_modules and try again.' });
}

/** npm records what it installed in node_modules/.package-lock.json; packages for other platforms are absent there, rightly. */
function staleReason() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'node modules are not installed';
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(record);
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link || !path.includes('node_modules/')) continue;
    const found = installed[path];
    if (found === undefined ? !entry.optional && !entry.peer : found.version !== entry.version || found.integrity !== entry.integrity) {
      return `${path} does not match the lock file`;
    }
  }
  const extra = Object.keys(installed).find((path) => wanted[path] === undefined && !installed[path].optional);
  return extra === undefined ? undefined : `${extra} is not in the lock file`;
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** The npm that started this script, else the one on the PATH. */
function npmCommand() {
  const running = process.env.npm_execpath;
  if (running?.endsWith('npm-cli.js')) return [process.execPath, running];
  if (which('npm') === undefined) throw new SetupProblem('npm was not found on the PATH', { detail: 'It comes with Node.js; install Node.js 20.19 or newer.' });
  return ['npm'];
}
