/** `quorated`: the daemon, and what an administrator of this host does without a running one. */
import { QUORATE_VERSION } from '@quorate/core/version';
import { Command } from 'commander';
import { caCommand } from './quorated/ca';
import { configCommand } from './quorated/config';
import { joinCommand } from './quorated/join';
import { serveCommand } from './quorated/serve';

const program = new Command('quorated')
  .description('Quorate daemon: one replica of a self-hosted, highly available control plane.')
  .version(QUORATE_VERSION, '-V, --version')
  .addHelpText(
    'after',
    `
Examples:
  quorated serve                                   start this replica with /etc/quorate/quorate.yaml
  quorated config check                            say what is wrong with the configuration
  quorated join --invite qri_… --name "$(hostname)"   make this host a replica of a running cluster`,
  );
program.addCommand(serveCommand());
program.addCommand(joinCommand());
program.addCommand(caCommand());
program.addCommand(configCommand());
program
  .command('version')
  .description('Print the version.')
  .action(() => {
    process.stdout.write(`quorated ${QUORATE_VERSION}\n`);
  });
await program.parseAsync();
