// Finds a Chromium for the browser tests. Nothing but the tests needs one, so a missing browser is a report and not a failure.
import { existsSync } from 'node:fs';
import { capture, which } from './exec.mjs';
import { SetupProblem } from './problem.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Finds Chromium through CHROME_PATH or the search path; as root on a Debian-like system installs it.
 *
 * @param {{ say: (line: string) => void }} options
 * @returns {Promise<string>} full path of the executable
 * @throws {SetupProblem} when there is none and it cannot be installed, saying how to
 */
export async function ensureChromium({ say }) {
  const asked = process.env.CHROME_PATH;
  if (asked !== undefined && asked !== '') {
    if (existsSync(asked)) return asked;
    throw new SetupProblem(`CHROME_PATH names ${asked}, which does not exist`, { detail: 'Unset it to have Chromium looked up on the PATH.' });
  }
  const found = findOnPath();
  if (found !== undefined) return found;
  if (which('apt-get') === undefined) throw new SetupProblem('Chromium was not found', { detail: manualAdvice });
  // Its hundred shared libraries make a project-local copy a private system; installing it is the one step that wants root.
  if (process.getuid?.() !== 0) throw new SetupProblem('Chromium was not found, and installing it needs root', { detail: manualAdvice });
  say('Chromium is not on the PATH; installing it with apt-get');
  return installWithApt();
}

const manualAdvice = 'Run "apt-get install --no-install-recommends chromium" as root, or set CHROME_PATH to a Chromium or Chrome.';

function findOnPath() {
  for (const name of names) {
    const file = which(name);
    if (file !== undefined) return file;
  }
  return undefined;
}

async function installWithApt() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = await capture('apt-get', ['-q', 'update'], { env });
  const install = await capture('apt-get', ['-q', 'install', '-y', '--no-install-recommends', 'chromium'], { env });
  const file = findOnPath();
  if (install.status === 0 && file !== undefined) return file;
  const words = `${update.status === 0 ? '' : update.stderr}${install.stderr}`.trim().split('\n').slice(-6).join('\n');
  throw new SetupProblem('apt-get could not install Chromium', { detail: `${words}\n${manualAdvice}` });
}
