// `npm run bench`: prepares the checkout, then prints the product's figures side by side, measured in one run.
import { runProgram } from './lib/program.mjs';

process.exitCode = await runProgram({ name: 'bench', args: process.argv.slice(2), describe: 'The benchmark' });
