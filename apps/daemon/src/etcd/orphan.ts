/**
 * The etcd that a killed daemon left behind.
 *
 * Beside the data directory stands `<data dir>.pid`: pid and start time of the etcd that runs on it. A process is ended only
 * when pid, start time and command line all say that it is that very etcd; a pid that was given to somebody else in between
 * is never touched. Where the system has no /proc nothing can be proven, and nothing is ended.
 */
import { readFile } from 'node:fs/promises';
import { AppError } from '@quorate/core/errors/app-error';
import { z } from 'zod';
import { readFileIfExists, removeFile, writeFileAtomic } from '../kit/atomic-file';
import { systemClock } from '../kit/clock';
import { isProcessAlive, processStartTime } from '../kit/process-info';

const PidSchema = z.object({ pid: z.number().int().positive(), startTime: z.string().nullable() });
type PidRecord = z.infer<typeof PidSchema>;

const DEFAULT_GRACE_MS = 5_000;
const GONE_WITHIN_MS = 2_000;
const POLL_MS = 20;

export type ReapResult = { readonly kind: 'none' } | { readonly kind: 'ended'; readonly pid: number };

/** Writes down which etcd runs on this data directory. */
export const recordPid = async (dataDir: string, pid: number): Promise<void> => {
  const record: PidRecord = { pid, startTime: await processStartTime(pid) };
  await writeFileAtomic(pidFile(dataDir), `${JSON.stringify(record)}\n`);
};

/** Removes the record of a process that ended, unless another one has been recorded since. */
export const forgetPid = async (dataDir: string, pid: number): Promise<void> => {
  const record = await readRecord(dataDir);
  if (record?.pid === pid) await removeFile(pidFile(dataDir));
};

/**
 * Ends the recorded etcd if it still runs: SIGTERM, SIGKILL after `graceMs` (default 5,000). Resolves when it is gone.
 * Throws ETCD_START_FAILED when it cannot be ended.
 */
export const reapOrphan = async (dataDir: string, options: { readonly graceMs?: number } = {}): Promise<ReapResult> => {
  const record = await readRecord(dataDir);
  if (record === null || !(await isOurEtcd(record, dataDir))) return { kind: 'none' };
  const { pid } = record;
  if (!(await endedBy('SIGTERM', record, options.graceMs ?? DEFAULT_GRACE_MS)) && !(await endedBy('SIGKILL', record, GONE_WITHIN_MS)))
    throw new AppError('ETCD_START_FAILED', {
      message: `etcd of an earlier run (process ${pid}) still uses ${dataDir} and does not end`,
      hint: `End process ${pid} and start again.`,
      data: { pid },
    });
  await removeFile(pidFile(dataDir));
  return { kind: 'ended', pid };
};

const pidFile = (dataDir: string): string => `${dataDir}.pid`;

const readRecord = async (dataDir: string): Promise<PidRecord | null> => {
  const text = await readFileIfExists(pidFile(dataDir));
  if (text === null) return null;
  const parsed = PidSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
};

/** The start time proves that it is the recorded process, the command line that it is still etcd on this directory. */
const isOurEtcd = async (record: PidRecord, dataDir: string): Promise<boolean> => {
  if (record.startTime === null || !(await isProcessAlive(record.pid, record.startTime))) return false;
  const commandLine = await readFile(`/proc/${record.pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(`--data-dir=${dataDir}`);
};

const endedBy = async (signal: 'SIGTERM' | 'SIGKILL', record: PidRecord, withinMs: number): Promise<boolean> => {
  try {
    process.kill(record.pid, signal);
  } catch {
    // Gone already, or not ours to end: the loop below finds out.
  }
  const deadline = systemClock.monotonic() + withinMs;
  const never = new AbortController().signal;
  while (await isProcessAlive(record.pid, record.startTime)) {
    if (systemClock.monotonic() >= deadline) return false;
    await systemClock.sleep(POLL_MS, never);
  }
  return true;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
