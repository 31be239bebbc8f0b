// Runs one of e2e's programs after set-up: what `npm start` and `npm run bench` are.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { root } from './paths.mjs';
import { printProblem, setup } from './setup.mjs';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** npm passes a signal on that the terminal has delivered already: the same signal within this time is one wish, not two. */
const sameWishMs = 300;

/**
 * Prepares the checkout, then runs `e2e/dist/<name>.mjs` on this terminal until it ends.
 *
 * @param {{ name: string, args: string[], describe: string }} options
 * @returns {Promise<number>} the exit status to end with
 */
export async function runProgram({ name, args, describe }) {
  let env;
  try {
    ({ env } = await setup());
  } catch (error) {
    printProblem(error);
    return 1;
  }
  const file = join(root, 'e2e', 'dist', `${name}.mjs`);
  if (!existsSync(file)) {
    process.stderr.write(`${describe} is not part of this checkout: ${file} was not built\n`);
    return 1;
  }
  return runToEnd({ file, args, env });
}

/**
 * The program leads a process group of its own, so a Ctrl-C reaches it once, through here, however many hands pass it on.
 * A second Ctrl-C is passed on too: what it means is the program's affair.
 */
function runToEnd({ file, args, env }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], { env, stdio: 'inherit', detached: true });
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
      process.stderr.write(`${error.message}\n`);
      finish(127);
    });
    child.on('exit', (code, signal) => finish(code ?? 128 + constants.signals[signal]));
  });
}
