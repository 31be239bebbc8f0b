import { AppError } from '@quorate/core/errors/app-error';
import { Command } from 'commander';
import { simulationView } from '../view/quorum-change';
import type { AddCommand } from './add-command';
import { show } from './show';

export const simulateCommand: AddCommand = (run) =>
  new Command('simulate')
    .description('Work out what the loss of members would mean. Changes nothing.')
    .requiredOption('--down <members>', 'ids or names, separated by commas')
    .addHelpText(
      'after',
      `
Examples:
  quorate cluster simulate --down quorate-1
  quorate cluster simulate --down quorate-1,quorate-2 --json`,
    )
    .action(
      run(async (session, options: { down: string }) => {
        const down = options.down
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '');
        if (down.length === 0) throw new AppError('INVALID_INPUT', { message: '--down names no member' });
        const simulated = await (await session.connect()).simulate(down);
        show(session, simulated, () => simulationView(simulated));
      }),
    );
