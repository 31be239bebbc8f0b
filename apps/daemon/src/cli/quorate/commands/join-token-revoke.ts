import { Command } from 'commander';
import type { AddCommand } from './add-command';
import { show } from './show';

export const joinTokenRevokeCommand: AddCommand = (run) =>
  new Command('revoke')
    .description('End a join token. Hosts that it has admitted already stay.')
    .argument('<id>', 'id of the token, as "quorate cluster join-token list" shows it')
    .addHelpText(
      'after',
      `
Examples:
  quorate cluster join-token revoke k3v9x2m4qd`,
    )
    .action(
      run(async (session, _options, [id = '']) => {
        const token = await (await session.connect()).revokeToken(id);
        show(session, { token }, () => `revoked ${token.id}: nobody can use it any more\n`);
      }),
    );
