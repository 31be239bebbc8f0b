import { AppError } from '@quorate/core/errors/app-error';
import { Command } from 'commander';
import { eventsView } from '../view/events';
import type { AddCommand } from './add-command';
import { show } from './show';

type EventsOptions = { readonly limit: string; readonly cursor?: string };

export const eventsCommand: AddCommand = (run) =>
  new Command('events')
    .description('List what happened in the cluster, newest first.')
    .option('--limit <n>', 'how many, 1 to 200', '50')
    .option('--cursor <id>', 'go on after this event, as the end of the former list says')
    .addHelpText(
      'after',
      `
Examples:
  quorate cluster events
  quorate cluster events --limit 200 --json | jq -r '.events[] | select(.type == "member.removed")'`,
    )
    .action(
      run(async (session, options: EventsOptions) => {
        if (!/^[1-9]\d{0,5}$/.test(options.limit))
          throw new AppError('INVALID_INPUT', { message: `--limit ${JSON.stringify(options.limit)} is not a whole number from 1 to 200` });
        const { cursor } = options;
        const page = await (await session.connect()).events({ limit: Number(options.limit), ...(cursor === undefined ? {} : { cursor }) });
        show(session, page, () => eventsView(page));
      }),
    );
