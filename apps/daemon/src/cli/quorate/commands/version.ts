import { QUORATE_VERSION } from '@quorate/core/version';
import { Command } from 'commander';
import type { AddCommand } from './add-command';
import { show } from './show';

export const versionCommand: AddCommand = (run) =>
  new Command('version')
    .description('Print the version of this command; "quorate cluster member list" shows those of the replicas.')
    .addHelpText('after', '\nExamples:\n  quorate version\n  quorate version --json')
    .action(
      run(async (session) => {
        show(session, { version: QUORATE_VERSION }, () => `quorate ${QUORATE_VERSION}\n`);
      }),
    );
