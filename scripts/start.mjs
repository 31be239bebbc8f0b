// `npm start [-- --replicas N --fresh …]`: prepares the checkout, then runs the lab until Ctrl-C.
import { runProgram } from './lib/program.mjs';

process.exitCode = await runProgram({ name: 'lab', args: process.argv.slice(2), describe: 'The lab' });
