/**
 * Moves a replica's old data out of the way, and back. Every step is a rename, so that a crash leaves each item in exactly one place and
 * the same call finishes the work. Only a single file that lies on another file system is copied first.
 */
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncDirectory, writeFileAtomic } from '../../kit/atomic-file';

/** Newest folders that are kept. */
const KEPT = 3;

const asideRoot = (dataDir: string): string => join(dataDir, 'set-aside');

/** What belongs to the old identity: absolute paths, files or directories. */
export type OldData = { readonly dataDir: string; readonly items: readonly string[] };

/** A folder name that sorts by time. */
export const nameSetAside = (nowMs: number): string => new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');

/** Moves what is still in place into set-aside/<folder>. Resolves to the paths that were moved now. Repeatable. */
export const setAside = async (old: OldData, folder: string): Promise<readonly string[]> => {
  const target = join(asideRoot(old.dataDir), folder);
  const present: string[] = [];
  for (const item of old.items) if (await exists(item)) present.push(item);
  if (present.length === 0) return [];
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const item of present) {
    await move(item, join(target, basename(item)));
    await syncDirectory(dirname(item));
  }
  await syncDirectory(target);
  await pruneSetAside(old.dataDir);
  return present;
};

/** Puts set-aside/<folder> back; what stands in the way is removed first. Repeatable. */
export const putBack = async (old: OldData, folder: string): Promise<readonly string[]> => {
  const source = join(asideRoot(old.dataDir), folder);
  const moved: string[] = [];
  for (const item of old.items) {
    if (!(await exists(join(source, basename(item))))) continue;
    await rm(item, { recursive: true, force: true });
    await mkdir(dirname(item), { recursive: true, mode: 0o700 });
    await move(join(source, basename(item)), item);
    await syncDirectory(dirname(item));
    moved.push(item);
  }
  await rm(source, { recursive: true, force: true });
  return moved;
};

/** A rename; a file that lies on another file system is copied, and goes once its copy is complete. Directories must be on the same one. */
const move = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to);
  } catch (error) {
    const found = await stat(from);
    if (!isOtherFileSystem(error) || !found.isFile()) throw error;
    await writeFileAtomic(to, await readFile(from), { mode: found.mode & 0o777 });
    await rm(from);
  }
};

const isOtherFileSystem = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EXDEV';

/** Keeps the newest folders. */
const pruneSetAside = async (dataDir: string): Promise<void> => {
  const folders = (await readdir(asideRoot(dataDir))).sort();
  for (const folder of folders.slice(0, Math.max(0, folders.length - KEPT))) await rm(join(asideRoot(dataDir), folder), { recursive: true, force: true });
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
