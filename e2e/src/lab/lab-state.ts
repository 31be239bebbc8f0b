/** What the lab remembers between runs: how many replicas were asked for, and who runs it now. What each replica is, its data tell. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { isAlive } from '../harness/processes';

const LabStateSchema = z.object({
  v: z.literal(1),
  /** How many replicas the lab shall have. */
  wanted: z.number().int().positive(),
});
export type LabState = z.infer<typeof LabStateSchema>;

const stateFile = (dir: string) => path.join(dir, 'lab.json');
const pidFile = (dir: string) => path.join(dir, 'lab.pid');

/** The state of the last run; null when there was none. Throws when the file is not ours. */
export const readLabState = (dir: string): LabState | null => {
  if (!existsSync(stateFile(dir))) return null;
  const parsed = LabStateSchema.safeParse(JSON.parse(readFileSync(stateFile(dir), 'utf8')));
  if (!parsed.success) throw new Error(`${stateFile(dir)} is not the state of a lab: start with --fresh, or move the directory away`);
  return parsed.data;
};

/** Replaces the state file in one step. */
export const writeLabState = (dir: string, state: LabState): void => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${stateFile(dir)}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${stateFile(dir)}.new`, stateFile(dir));
};

/** Whether a replica of the lab holds the data of an etcd member. */
export const hasMemberData = (replicaDir: string): boolean => existsSync(path.join(replicaDir, 'data/etcd/member'));

/** How many replicas the lab has by their data: the highest number that has any, counted from one. */
export const countReplicas = (dir: string, most: number): number => {
  for (let count = most; count > 0; count -= 1) if (hasMemberData(path.join(dir, `quorate-${count - 1}`))) return count;
  return 0;
};

/** Takes the lab for this process. Returns the pid of the lab that has it already, or null when it is ours now. */
export const lockLab = (dir: string): number | null => {
  mkdirSync(dir, { recursive: true });
  const holder = existsSync(pidFile(dir)) ? Number(readFileSync(pidFile(dir), 'utf8')) : 0;
  if (holder > 0 && holder !== process.pid && isAlive(holder) && isLab(holder)) return holder;
  writeFileSync(pidFile(dir), `${process.pid}\n`);
  return null;
};

export const unlockLab = (dir: string): void => rmSync(pidFile(dir), { force: true });

/** A pid may have been given to another program since. Where the command line cannot be read, believe the file. */
const isLab = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('lab');
  } catch {
    return true;
  }
};
