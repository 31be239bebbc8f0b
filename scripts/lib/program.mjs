// Runs one of e2e's programs after set-up: what `npm start` and `npm run bench` are.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { show } from './exec.mjs';
import { root } from './paths.mjs';
import { printProblem, setup } from './setup.mjs';

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
  return show(process.execPath, [file, ...args], { env, stdin: 'inherit' });
}
