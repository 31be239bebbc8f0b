import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '@quorate/core/config/schema';
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
  } finally {
    await rm(trial, { force: true });
  }
};

const flagsOf = (options: JoinOptions): Record<string, string> =>
  Object.fromEntries((options.set ?? []).map((set) => [set.slice(0, set.indexOf('=')), set.slice(set.indexOf('=') + 1)]));
