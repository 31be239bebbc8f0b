import { randomBytes } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { percentile } from './percentile';

/** What etcd's log does for each batch: one page appended, then flushed. */
const BLOCK_BYTES = 4_096;

export type FsyncLatency = { readonly p50Ms: number; readonly p99Ms: number; readonly samples: number };

/** Milliseconds that appending 4 KiB and fdatasync take in a directory. The file is removed afterwards. Throws DATA_DIR_DAMAGED when the directory cannot be written. */
export const measureFsync = async (dir: string, options: { readonly samples?: number; readonly signal?: AbortSignal } = {}): Promise<FsyncLatency> => {
  const { samples = 30, signal } = options;
  const path = join(dir, `.fsync-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  const block = randomBytes(BLOCK_BYTES);
  const took: number[] = [];
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      for (let i = 0; i < samples; i += 1) {
        signal?.throwIfAborted();
        const startedAt = performance.now();
        await file.write(block);
        await file.datasync();
        took.push(performance.now() - startedAt);
      }
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new AppError('DATA_DIR_DAMAGED', {
      message: `cannot write in ${dir}`,
      hint: 'Check that the directory exists, is writable and has free space.',
      cause: error,
      data: { dir },
    });
  }
  return { p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99), samples };
};

/** Bytes that an unprivileged process may still write on the file system of a directory. */
export const freeBytes = async (dir: string): Promise<number> => {
  const stats = await statfs(dir);
  return stats.bavail * stats.bsize;
};
