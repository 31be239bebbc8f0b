// Prepares this checkout for everything: running, testing, the browser tests. `npm start` and `npm test` do it by themselves.
import { printProblem, setup } from './lib/setup.mjs';

try {
  await setup({ chromium: true });
} catch (error) {
  printProblem(error);
  process.exitCode = 1;
}
