import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { childEnv } from '../harness/paths';
import type { Figure } from './part';

/** The figures as a markdown table, with the machine and the versions they were taken on. */
export const figuresTable = (figures: readonly Figure[], options: { readonly rounds: number; readonly at: Date }): string =>
  [
    `Measured ${options.at.toISOString().slice(0, 10)}, ${options.rounds} rounds, ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown processor'}, ` +
      `${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}, Node ${process.versions.node}, etcd ${etcdVersion()}.`,
    '',
    '| figure | measured | against | |',
    '|---|---|---|---|',
    ...figures.map((figure) => `| ${figure.what} | ${figure.measured} | ${figure.against} | ${figure.verdict} |`),
    '',
  ].join('\n');

const etcdVersion = (): string => {
  try {
    return /etcd Version: (\S+)/.exec(execFileSync('etcd', ['--version'], { encoding: 'utf8', env: childEnv() }))?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
};
