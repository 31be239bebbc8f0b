/**
 * One etcd child: spawned, listened to, ended. When to start it again is decided in services/supervisor.
 *
 * 1. An etcd that a killed daemon left behind on the same data directory is ended (orphan.ts).
 * 2. etcd is spawned so that it gets SIGTERM when this process dies in any way, kill -9 included, where the system can do that.
 *    (The kernel watches the thread that spawned it: call this from the main thread.)
 * 3. Its pid is written down, for step 1 of the next start.
 * 4. Its log is read: the newest lines kept, the applied index noted, all of it passed on.
 * 5. Its exit settles `exited`; `planned` tells whether we asked for it.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { access, chmod, constants, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { AppError } from '@quorate/core/errors/app-error';
import type { Logger } from '../kit/logger';
import type { EtcdExit, EtcdFlags, EtcdProcess } from './api';
import { etcdArguments } from './arguments';
import { createEtcdLog, type EtcdLog } from './etcd-log';
import { forgetPid, reapOrphan, recordPid } from './orphan';

const DEFAULT_GRACE_MS = 5_000;

export type StartEtcdOptions = {
  readonly flags: EtcdFlags;
  /** PATH for the child, and where `setpriv` is looked for. etcd gets no other environment: ETCD_… variables would change its flags. */
  readonly path: string;
  readonly logger: Pick<Logger, 'debug' | 'warn'>;
  /** Aborting it stops etcd as `stop()` does. */
  readonly signal: AbortSignal;
};

type Child = ChildProcessByStdio<null, null, Readable>;

/**
 * Starts etcd; resolves when the process exists, long before it serves (see ready.ts). Throws ETCD_NOT_FOUND when the binary
 * cannot be executed, ETCD_START_FAILED when the orphan of an earlier run cannot be ended or the process cannot be created.
 */
export const startEtcdProcess = async (options: StartEtcdOptions): Promise<EtcdProcess> => {
  const { flags, logger, signal } = options;
  signal.throwIfAborted();
  await access(flags.binary, constants.X_OK).catch((cause: unknown) => {
    throw new AppError('ETCD_NOT_FOUND', { message: `${flags.binary} cannot be executed`, cause });
  });
  await prepareDataDir(flags.dataDir);
  const orphan = await reapOrphan(flags.dataDir);
  if (orphan.kind === 'ended') logger.warn({ pid: orphan.pid }, 'ended an etcd that an earlier run left behind');
  signal.throwIfAborted();

  const command = await etcdCommand(options);
  const child = spawn(command.file, command.args, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: options.path }, shell: false });
  const log = createEtcdLog({ logger });
  const exited = watchExit(child, log);
  const pid = await spawnedPid(child, flags.binary);
  // Before `exited` settles, so that it cannot take away the record of the next etcd. One that stays is harmless: its process is gone.
  const forget = async (exit: RawExit): Promise<RawExit> => {
    await forgetPid(flags.dataDir, pid).catch(() => undefined);
    return exit;
  };
  const handle = createHandle({ child, pid, log, exited: exited.then(forget) }, signal);
  await recordPid(flags.dataDir, pid).catch(async (error: unknown) => {
    await handle.stop({ graceMs: 0 });
    throw error;
  });
  return handle;
};

const prepareDataDir = async (dataDir: string): Promise<void> => {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await chmod(dataDir, 0o700);
  } catch (cause) {
    throw new AppError('ETCD_START_FAILED', {
      message: `the data directory ${dataDir} cannot be prepared`,
      hint: 'Make the directory writable for the user that runs quorated.',
      cause,
    });
  }
};

/** Through setpriv where there is one: then the kernel tells etcd of our death, whatever the cause. It becomes etcd, under the same pid. */
const etcdCommand = async ({ flags, path }: StartEtcdOptions): Promise<{ file: string; args: string[] }> => {
  const args = etcdArguments(flags);
  const setpriv = process.platform === 'linux' ? await findExecutable('setpriv', path) : null;
  if (setpriv === null) return { file: flags.binary, args };
  return { file: setpriv, args: ['--pdeathsig', 'SIGTERM', '--', flags.binary, ...args] };
};

const findExecutable = async (name: string, path: string): Promise<string | null> => {
  for (const directory of path.split(delimiter)) {
    const file = join(directory, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
};

const spawnedPid = (child: Child, binary: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(new AppError('ETCD_START_FAILED', { message: `${binary} cannot be started`, cause }));
    child.on('error', fail);
    child.once('spawn', () => (child.pid === undefined ? fail(new Error('no pid')) : resolve(child.pid)));
  });

type RawExit = { readonly code: number | null; readonly signal: string | null };

/** Settles when the process is gone and its log is read to the end. */
const watchExit = (child: Child, log: EtcdLog): Promise<RawExit> => {
  const lines = createInterface({ input: child.stderr });
  lines.on('line', log.add);
  const read = new Promise<void>((resolve) => lines.once('close', resolve));
  const gone = new Promise<RawExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  return gone.then(async (exit) => {
    await read;
    return exit;
  });
};

type Running = { readonly child: Child; readonly pid: number; readonly log: EtcdLog; readonly exited: Promise<RawExit> };

const createHandle = (running: Running, signal: AbortSignal): EtcdProcess => {
  const { child, log } = running;
  let planned = false;
  let killTimer: NodeJS.Timeout | undefined;
  const exited = running.exited.then((exit): EtcdExit => {
    clearTimeout(killTimer);
    signal.removeEventListener('abort', onAbort);
    return { ...exit, planned, lastLines: log.lastLines() };
  });

  const stop = ({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<EtcdExit> => {
    if (!planned && child.exitCode === null && child.signalCode === null) {
      planned = true;
      child.kill('SIGTERM');
      killTimer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    }
    return exited;
  };
  const onAbort = () => void stop();
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });

  return Object.freeze({ pid: running.pid, exited, stop, lastLines: log.lastLines, appliedIndexSeen: log.appliedIndexSeen });
};
