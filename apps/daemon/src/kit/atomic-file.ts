import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A temporary file older than this belongs to nobody, even when its pid is in use again. */
const STALE_AFTER_MS = 10 * 60_000;

/**
 * Replaces a file as a whole: readers see the old content or the new, also after a power cut. The content is on disk when
 * this resolves. On failure the old file is untouched and no temporary file stays. Left-overs of crashed writers of the same
 * file are removed on the way. Default mode 0600. Throws what the file system throws.
 */
export const writeFileAtomic = async (path: string, data: string | Uint8Array, options: { readonly mode?: number } = {}): Promise<void> => {
  const directory = dirname(path);
  await removeStaleTemporaries(directory, basename(path));
  const temporary = join(directory, `.${basename(path)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', options.mode ?? 0o600);
    try {
      // The mode of `open` is masked by the umask; this one is not.
      await file.chmod(options.mode ?? 0o600);
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(directory);
};

/** Removes a file and makes the removal durable. A missing file is fine. */
export const removeFile = async (path: string): Promise<void> => {
  await rm(path, { force: true });
  await syncDirectory(dirname(path)).catch(ignoreMissing);
};

/** The file's text; null when it (or its directory) does not exist. */
export const readFileIfExists = async (path: string): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    ignoreMissing(error);
    return null;
  }
};

/** Makes creations, renames and removals in a directory durable. */
export const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const ignoreMissing = (error: unknown): void => {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
};

const removeStaleTemporaries = async (directory: string, name: string): Promise<void> => {
  for (const entry of await readdir(directory)) {
    const pid = temporaryPid(entry, name);
    if (pid === null) continue;
    const temporary = join(directory, entry);
    const age = await stat(temporary).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > STALE_AFTER_MS || !isRunning(pid)) await rm(temporary, { force: true });
  }
};

const temporaryPid = (entry: string, name: string): number | null => {
  if (!entry.startsWith(`.${name}.`)) return null;
  const match = /^(\d+)\.[0-9a-f]{12}\.tmp$/.exec(entry.slice(name.length + 2));
  return match === null ? null : Number(match[1]);
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it runs.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
