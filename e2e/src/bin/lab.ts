// `npm start`: brings the lab up and keeps it until Ctrl-C.
import { LAB_HELP, parseLabOptions } from '../lab/lab-options';
import { LabRefusal } from '../lab/lab-refusal';
import { runLab } from '../lab/run-lab';

/** Exit status of sysexits(3) for a wrong command line. */
const EXIT_USAGE = 64;

const main = async (): Promise<number> => {
  const options = parseLabOptions(process.argv.slice(2));
  if (!options.help) return runLab(options);
  process.stdout.write(LAB_HELP);
  return 0;
};

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    if (error instanceof LabRefusal) process.stderr.write(`${error.message}\n`);
    else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(error instanceof LabRefusal ? EXIT_USAGE : 1);
  },
);
