import { AppError } from '@quorate/core/errors/app-error';
import type { Command } from 'commander';
import { readEnvironment } from '../../config/environment';
import { chooseConfigPath, type LoadedConfig, loadConfig } from '../../config/load-config';

/** Options that every command with a configuration takes. */
export type ConfigOptions = { readonly config?: string; readonly set?: readonly string[] };

export const withConfigOptions = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration file (default /etc/quorate/quorate.yaml, or QUORATE_CONFIG)')
    .option('--set <key=value>', 'override one key, for example --set etcd.name=quorate-1; repeatable', (text: string, all: string[]) => [...all, text], []);

/** Loads the configuration that the options name. Throws CONFIG_INVALID with every problem. */
export const loadFrom = (options: ConfigOptions): Promise<LoadedConfig> => {
  const env = readEnvironment();
  return loadConfig({ ...chooseConfigPath(options.config, env), env, flags: parseSets(options.set ?? []) });
};

export const configPathOf = (options: ConfigOptions): string => chooseConfigPath(options.config, readEnvironment()).path;

const parseSets = (sets: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    sets.map((set) => {
      const at = set.indexOf('=');
      if (at < 1) throw new AppError('INVALID_INPUT', { message: `--set ${set} is not of the form key=value` });
      return [set.slice(0, at), set.slice(at + 1)];
    }),
  );
