import { Command } from 'commander';
import { statusView } from '../view/status';
import type { AddCommand } from './add-command';
import { show } from './show';
import { watchStatus } from './watch';

export const statusCommand: AddCommand = (run) =>
  new Command('status')
    .description('Show quorum, leader, members, joins under way, and what is wrong with how to fix it. Works without quorum too.')
    .option('--watch', 'go on showing it until interrupted')
    .addHelpText(
      'after',
      `
Examples:
  quorate cluster status
  quorate cluster status --watch
  quorate cluster status --json | jq .quorum.toleranceNow`,
    )
    .action(
      run(async (session, options: { watch?: boolean }) => {
        if (options.watch) return watchStatus(session, { json: (status) => status, text: (status) => statusView(status, session.terminal) });
        const status = await (await session.connect()).status();
        return show(session, status, () => statusView(status, session.terminal));
      }),
    );
