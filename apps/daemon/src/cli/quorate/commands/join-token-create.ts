import { AppError } from '@quorate/core/errors/app-error';
import { Command } from 'commander';
import { createdTokenView } from '../view/tokens';
import type { AddCommand } from './add-command';
import { show } from './show';

type CreateOptions = { readonly ttl?: string; readonly maxUses?: string; readonly name?: string };

export const joinTokenCreateCommand: AddCommand = (run) =>
  new Command('create')
    .description('Make a token that lets a host join. It is shown only this once, with the command for the new host.')
    .option('--ttl <duration>', 'how long it is good for, 1m to 24h (default 1h)')
    .option('--max-uses <n>', 'how many hosts may use it (default 1)')
    .option('--name <name>', 'a note for people: what it is for')
    .addHelpText(
      'after',
      `
Examples:
  quorate cluster join-token create
  quorate cluster join-token create --ttl 15m --max-uses 2 --name "two replicas in rack 4"
  quorate cluster join-token create --output json | jq -r .invitation`,
    )
    .action(
      run(async (session, options: CreateOptions) => {
        const { ttl, name } = options;
        const maxUses = options.maxUses === undefined ? undefined : parseCount(options.maxUses);
        const created = await (await session.connect()).createToken({
          kind: 'cluster',
          ...(ttl === undefined ? {} : { ttl }),
          ...(maxUses === undefined ? {} : { maxUses }),
          ...(name === undefined ? {} : { name }),
        });
        show(session, created, () => createdTokenView(created, session.terminal.now()));
      }),
    );

const parseCount = (text: string): number => {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new AppError('INVALID_INPUT', { message: `--max-uses ${JSON.stringify(text)} is not a whole number from 1 on` });
};
