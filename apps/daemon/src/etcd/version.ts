import { AppError } from '@quorate/core/errors/app-error';
import { exec } from '../kit/exec';

export type EtcdVersion = { readonly text: string; readonly major: number; readonly minor: number; readonly patch: number };

/** Oldest etcd that has pre-vote by default, learners without flags and transactions fast enough. */
const MINIMUM = { major: 3, minor: 5 };

/**
 * The version that a binary reports. Throws ETCD_NOT_FOUND when it cannot be run or does not say, ETCD_VERSION_UNSUPPORTED below 3.5.
 */
export const etcdVersion = async (binary: string, options: { readonly signal?: AbortSignal } = {}): Promise<EtcdVersion> => {
  const result = await exec(binary, ['--version'], { env: {}, ...options }).catch((cause: unknown) => {
    options.signal?.throwIfAborted();
    throw new AppError('ETCD_NOT_FOUND', { message: `${binary} cannot be run`, cause });
  });
  const match = /^etcd Version: ((\d+)\.(\d+)\.(\d+)\S*)/m.exec(result.stdout);
  if (match === null) throw new AppError('ETCD_NOT_FOUND', { message: `${binary} is not etcd: it does not tell its version`, data: { exitCode: result.code } });
  const [, text = '', major, minor, patch] = match;
  const version = { text, major: Number(major), minor: Number(minor), patch: Number(patch) };
  if (version.major < MINIMUM.major || (version.major === MINIMUM.major && version.minor < MINIMUM.minor))
    throw new AppError('ETCD_VERSION_UNSUPPORTED', { message: `${binary} is etcd ${text}`, data: { version: text } });
  return version;
};
