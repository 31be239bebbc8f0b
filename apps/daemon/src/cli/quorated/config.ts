import { isAppError } from '@quorate/core/errors/app-error';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { redactConfig } from '../../config/redact-config';
import { type ConfigOptions, configPathOf, loadFrom, withConfigOptions } from './options';
import { runCommand } from './print-error';

export const configCommand = (): Command => {
  const command = new Command('config').description('The configuration of this replica.');
  command.addCommand(
    withConfigOptions(new Command('check').description('Check file, environment and flags; say every problem with file, line, key, value and rule.'))
      .option('--json', 'print JSON')
      .action((options: ConfigOptions & { json?: boolean }) => runCommand(() => check(options))),
  );
  command.addCommand(
    withConfigOptions(new Command('show').description('Print the configuration in force, defaults included, secrets redacted.'))
      .option('--json', 'print JSON')
      .action((options: ConfigOptions & { json?: boolean }) => runCommand(() => show(options))),
  );
  return command;
};

const check = async (options: ConfigOptions & { json?: boolean }): Promise<void> => {
  let file: string | null = null;
  try {
    file = (await loadFrom(options)).file;
  } catch (error) {
    if (options.json && isAppError(error)) process.stdout.write(`${JSON.stringify({ ok: false, problems: error.data.problems ?? [] })}\n`);
    throw error;
  }
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ok: true, problems: [] })}\n`
      : `${file === null ? `there is no ${configPathOf(options)}: every key has its default, which` : file} is good\n`,
  );
};

const show = async (options: ConfigOptions & { json?: boolean }): Promise<void> => {
  const { config } = await loadFrom(options);
  const shown = redactConfig(config);
  process.stdout.write(options.json ? `${JSON.stringify(shown)}\n` : stringify(shown));
};
