// One set-up at a time: `npm start` in one terminal and `npm test` in another must not both install or build.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stampDir } from './paths.mjs';
import { SetupProblem } from './problem.mjs';

const waitMs = 10 * 60_000;
const pollMs = 250;

/**
 * Runs `work` while holding the set-up lock. A lock whose holder is gone is taken over.
 *
 * @template T
 * @param {{ say: (line: string) => void, work: () => Promise<T> }} options
 * @returns {Promise<T>}
 */
export async function withSetupLock({ say, work }) {
  mkdirSync(stampDir, { recursive: true });
  const file = join(stampDir, 'lock');
  const until = Date.now() + waitMs;
  for (let told = false; !take(file); told = true) {
    if (!told) say('waiting for another set-up of this checkout');
    if (Date.now() > until) throw new SetupProblem('another set-up has held the lock for ten minutes', { detail: `If none is running, remove ${file}.` });
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isAlive(readHolder(file))) rmSync(file, { force: true });
    return false;
  }
}

/** The file is empty for the moment between its creation and the write; that holder is alive. */
function readHolder(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || process.pid;
  } catch {
    return process.pid;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
