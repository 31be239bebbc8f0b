import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '@quorate/core/config/schema';
import { AppError, isAppError } from '@quorate/core/errors/app-error';
import { readEnvironment } from '../../config/environment';
import { loadConfig } from '../../config/load-config';
import type { JoinOptions } from './join-options';

/** Loads a configuration text as if it were the file already. Throws CONFIG_INVALID with every problem. */
export const loadConfigText = async (options: JoinOptions, configPath: string, text: string): Promise<Config> => {
  const trial = `${configPath}.trial-${process.pid}`;
  await mkdir(dirname(configPath), { recursive: true });
  await writeFile(trial, text, { mode: 0o600 });
  try {
    return (await loadConfig({ path: trial, explicitPath: true, env: readEnvironment(), flags: flagsOf(options) })).config;
  } catch (error) {
    throw isAppError(error, 'CONFIG_INVALID') ? underItsName(error, { trial, configPath }) : error;
  } finally {
    await rm(trial, { force: true });
  }
};

/** The error as the operator's own file would have it. */
const underItsName = (error: AppError, names: { trial: string; configPath: string }): AppError => {
  const rename = (text: string): string => text.replaceAll(names.trial, names.configPath);
  const data: unknown = JSON.parse(rename(JSON.stringify(error.data)));
  return new AppError('CONFIG_INVALID', { message: rename(error.message), hint: error.hint, data: data as Record<string, unknown> });
};

const flagsOf = (options: JoinOptions): Record<string, string> =>
  Object.fromEntries((options.set ?? []).map((set) => [set.slice(0, set.indexOf('=')), set.slice(set.indexOf('=') + 1)]));
