import { Command } from 'commander';
import { tokensView } from '../view/tokens';
import type { AddCommand } from './add-command';
import { show } from './show';

export const joinTokenListCommand: AddCommand = (run) =>
  new Command('list')
    .description('List the join tokens: state, uses left, and which host used them when and from where.')
    .addHelpText(
      'after',
      `
Examples:
  quorate cluster join-token list
  quorate cluster join-token list --json | jq '.tokens[] | select(.state == "active")'`,
    )
    .action(
      run(async (session) => {
        const tokens = await (await session.connect()).listTokens();
        show(session, { tokens }, () => tokensView(tokens, session.terminal.now()));
      }),
    );
