/** The tree of commands: nouns, then verbs. Each command is one file in `commands/`. */
import { QUORATE_VERSION } from '@quorate/core/version';
import { Command, Option } from 'commander';
import type { Run } from './commands/add-command';
import { eventsCommand } from './commands/events';
import { joinTokenCreateCommand } from './commands/join-token-create';
import { joinTokenListCommand } from './commands/join-token-list';
import { joinTokenRevokeCommand } from './commands/join-token-revoke';
import { memberListCommand } from './commands/member-list';
import { memberRemoveCommand } from './commands/member-remove';
import { simulateCommand } from './commands/simulate';
import { statusCommand } from './commands/status';
import { versionCommand } from './commands/version';

/** The program, its actions run by `run`. It prints help and errors through `write` and never ends the process. */
export const createProgram = (run: Run, write: { readonly out: (text: string) => void }): Command => {
  const member = new Command('member').description('The members of the cluster.');
  for (const add of [memberListCommand, memberRemoveCommand]) member.addCommand(add(run));
  const joinToken = new Command('join-token').description('Tokens that let a host join.');
  for (const add of [joinTokenCreateCommand, joinTokenListCommand, joinTokenRevokeCommand]) joinToken.addCommand(add(run));
  const cluster = new Command('cluster').description('The cluster: its state, its members, its join tokens, its events.');
  for (const one of [statusCommand(run), member, joinToken, simulateCommand(run), eventsCommand(run)]) cluster.addCommand(one);
  const program = withGlobalOptions(new Command('quorate'))
    .description('Client of a Quorate cluster. Asks the admin socket of this host, or any replica that is named.')
    .version(QUORATE_VERSION, '-V, --version')
    .addHelpText('after', EXAMPLES);
  for (const one of [cluster, versionCommand(run)]) program.addCommand(one);
  for (const one of allOf(program)) {
    one
      .exitOverride()
      .configureOutput({ writeOut: write.out, writeErr: () => undefined })
      .configureHelp({ showGlobalOptions: true });
  }
  return program;
};

/** A command and all below it. */
export const allOf = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(allOf)];

const EXAMPLES = `
Examples:
  quorate cluster status                         as root on a replica: through its admin socket
  quorate --endpoint https://10.0.0.10:8080,https://10.0.0.11:8080 \\
          --ca-fingerprint sha256:… --token-file admin-token cluster status
  quorate cluster join-token create              let another host join

Environment:
  QUORATE_ENDPOINTS  like --endpoint
  QUORATE_TOKEN      like --token
  NO_COLOR           no colours

Exit status: 0 done, 64 wrong usage, 65 no such record, 69 unreachable, 70 a defect, 75 try again, 77 not allowed, 130 interrupted.`;

const withGlobalOptions = (command: Command): Command =>
  command
    .option('--endpoint <urls>', 'public listeners of replicas, https://HOST:8080; several separated by commas, asked in this order')
    .option('--token <token>', 'administrator token; other users of this host can see it, prefer --token-file')
    .option('--token-file <file>', 'file that holds the administrator token')
    .option('--socket <path>', 'admin socket of the replica on this host (default: that of an installed replica)')
    .option('--ca-file <file>', 'CA certificate that endpoints must show, in PEM')
    .option('--ca-fingerprint <sha256:…>', 'fingerprint of the cluster CA that endpoints must show')
    .option('--json', 'print JSON, errors too')
    .addOption(new Option('--output <form>', 'form of the answer').choices(['text', 'json']));
