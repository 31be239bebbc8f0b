/**
 * One process per directory.
 *
 * The lock is itself a directory that holds one file, named after its holder. Taking it renames a prepared directory onto it:
 * the kernel does that only when the target is absent or empty, for exactly one of any number of starters. A stale lock is
 * emptied by unlinking its holder's file *by name*, so a slow starter can never remove the lock of whoever was faster.
 * (Unlinking or renaming a single lock file has no such guard: between "it is stale" and "remove it" it may be another's.)
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { z } from 'zod';
import { isProcessAlive, processStartTime } from './process-info';

const HolderSchema = z.object({ pid: z.number().int().positive(), startTime: z.string().nullable() });
/** Who holds a lock. `startTime` tells a process from a later one with the same pid; null where the system does not say. */
export type LockHolder = z.infer<typeof HolderSchema>;

export type FileLock = {
  /** Gives the lock up. Repeating it does nothing. */
  readonly release: () => Promise<void>;
};

const MAX_ROUNDS = 50;

/**
 * Takes the lock at `path` (its parent must exist) for this process; `holder` only in tests. A lock of a process that is gone
 * is taken over. Throws DATA_DIR_LOCKED with data.pid when a living process holds it.
 */
export const acquireLock = async (path: string, holder?: LockHolder): Promise<FileLock> => {
  const self = holder ?? { pid: process.pid, startTime: await processStartTime(process.pid) };
  const nonce = randomBytes(8).toString('hex');
  const ownName = `${self.pid}.${nonce}`;
  const prepared = `${path}.${ownName}`;
  await mkdir(prepared, { mode: 0o700 });
  try {
    await writeFile(join(prepared, ownName), JSON.stringify(self), { mode: 0o600, flag: 'wx' });
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (await tryRename(prepared, path)) return createHandle(path, ownName);
      const found = await readEntry(path);
      if (found === null) continue;
      if (found.holder !== null && (await isProcessAlive(found.holder.pid, found.holder.startTime))) throw lockedBy(path, found.holder.pid);
      await unlink(join(path, found.name)).catch(ignoreMissing);
    }
    throw new AppError('DATA_DIR_LOCKED', { message: `the lock ${path} keeps changing hands`, data: { path } });
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    throw error;
  }
};

/** The living holder of the lock at `path`; null when nobody holds it. */
export const readLockHolder = async (path: string): Promise<LockHolder | null> => {
  const found = await readEntry(path);
  if (found?.holder == null) return null;
  return (await isProcessAlive(found.holder.pid, found.holder.startTime)) ? found.holder : null;
};

const createHandle = (path: string, ownName: string): FileLock => {
  const release = async (): Promise<void> => {
    await unlink(join(path, ownName)).catch(ignoreMissing);
    // Only tidiness: an empty directory is a free lock. Fails, rightly, when the next holder is in already.
    await rmdir(path).catch(() => undefined);
  };
  return Object.freeze({ release });
};

const tryRename = async (from: string, to: string): Promise<boolean> => {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
};

/** The one file in the lock. A file that is not ours to understand has no holder and counts as stale. */
const readEntry = async (path: string): Promise<{ name: string; holder: LockHolder | null } | null> => {
  try {
    const name = (await readdir(path))[0];
    if (name === undefined) return null;
    const parsed = HolderSchema.safeParse(parseJson(await readFile(join(path, name), 'utf8')));
    return { name, holder: parsed.success ? parsed.data : null };
  } catch (error) {
    ignoreMissing(error);
    return null;
  }
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const lockedBy = (path: string, pid: number): AppError => new AppError('DATA_DIR_LOCKED', { message: `process ${pid} holds ${path}`, data: { path, pid } });

const hasCode = (error: unknown, ...codes: string[]): boolean => error instanceof Error && 'code' in error && codes.includes(String(error.code));

const ignoreMissing = (error: unknown): void => {
  if (!hasCode(error, 'ENOENT')) throw error;
};
