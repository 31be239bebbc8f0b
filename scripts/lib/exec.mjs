// Child processes for the scripts: one that collects output, one that shows it.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { constants as os } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './paths.mjs';

/**
 * Runs a program and collects what it prints. Never rejects: a program that cannot be started has status 127.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {Promise<{ status: number, stdout: string, stderr: string }>}
 */
export function capture(file, args, { cwd = root, env = process.env, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', (error) => resolve({ status: 127, stdout, stderr: `${stderr}${error.message}\n` }));
    child.on('close', (code, signal) => resolve({ status: code ?? 1, stdout, stderr: signal ? `${stderr}killed by ${signal}\n` : stderr }));
  });
}

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** npm passes a signal on that the terminal has delivered already: the same signal within this time is one wish, not two. */
const sameWishMs = 300;

/**
 * Runs a program on this terminal and resolves with its exit status (128 + n when a signal ended it).
 *
 * It leads a process group of its own, so a Ctrl-C reaches it once, through here, however many hands pass it on; this process waits
 * until it has ended. A second Ctrl-C is passed on too: what it means is the program's affair.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, stdin?: 'inherit' | 'ignore' }} [options]
 * @returns {Promise<number>}
 */
export function show(file, args, { cwd = root, env = process.env, stdin = 'ignore' } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: [stdin, 'inherit', 'inherit'], detached: true });
    let lastAt = Number.NEGATIVE_INFINITY;
    const forward = (signal) => {
      const now = performance.now();
      if (now - lastAt < sameWishMs) return;
      lastAt = now;
      child.kill(signal);
    };
    for (const signal of forwarded) process.on(signal, forward);
    const finish = (status) => {
      for (const signal of forwarded) process.removeListener(signal, forward);
      resolve(status);
    };
    child.on('error', (error) => {
      process.stderr.write(`${file}: ${error.message}\n`);
      finish(127);
    });
    child.on('exit', (code, signal) => finish(code ?? 128 + os.signals[signal]));
  });
}

/**
 * Finds an executable on a search path.
 *
 * @param {string} name
 * @param {string} [searchPath]
 * @returns {string | undefined} its full path
 */
export function which(name, searchPath = process.env.PATH ?? '') {
  for (const dir of searchPath.split(delimiter)) {
    if (dir === '') continue;
    const file = join(dir, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not here; look in the next directory.
    }
  }
  return undefined;
}
