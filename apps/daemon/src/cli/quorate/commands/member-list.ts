import type { ClusterStatus } from '@quorate/core/api/cluster';
import { Command } from 'commander';
import { membersView } from '../view/members';
import type { AddCommand } from './add-command';
import { show } from './show';
import { watchStatus } from './watch';

export const memberListCommand: AddCommand = (run) =>
  new Command('list')
    .description('List the members: id, name, role, leader, phase, lag, database size, versions, last contact; joining ones with percent and time left.')
    .option('--watch', 'go on showing them until interrupted')
    .addHelpText(
      'after',
      `
Examples:
  quorate cluster member list
  quorate cluster member list --watch
  quorate cluster member list --json | jq -r '.members[] | select(.isLeader).name'`,
    )
    .action(
      run(async (session, options: { watch?: boolean }) => {
        if (options.watch) return watchStatus(session, { json: listOf, text: (status) => membersView(listOf(status), Date.parse(status.observedAt)) });
        const list = await (await session.connect()).members();
        return show(session, list, () => membersView(list, session.terminal.now()));
      }),
    );

const listOf = ({ members, quorum }: ClusterStatus) => ({ members, quorum });
