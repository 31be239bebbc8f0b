/**
 * Child processes of a lab, a drill or a measurement. Owns every one of them until it is gone: a group is closed in one call, and what
 * the group still holds when this process exits is killed. Children run in sessions of their own, so that Ctrl-C reaches only us and we
 * stop them in order. They write straight into a file: it outlives us, and nobody blocks on a full pipe.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type ChildExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Child = {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  readonly exit: () => ChildExit | null;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** SIGTERM, then SIGKILL after `graceMs` (default 20,000). */
  readonly stop: (options?: { readonly graceMs?: number }) => Promise<ChildExit>;
  /** Everything this run wrote so far. */
  readonly output: () => string;
};

export type ChildOptions = {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** What the kernel sends when we die: SIGTERM lets a lab's replicas stop politely. */
  readonly deathSignal: 'SIGTERM' | 'SIGKILL';
};

export type ProcessGroup = {
  readonly start: (options: ChildOptions) => Child;
  /** Kills what is left, waits for it, and forgets it. */
  readonly killAll: () => Promise<void>;
};

export const createProcessGroup = (): ProcessGroup => {
  const living = new Set<Child>();
  const onExit = () => {
    for (const child of living) child.signal('SIGKILL');
  };
  process.on('exit', onExit);
  return {
    start: (options) => {
      const child = startChild(options);
      living.add(child);
      void child.exited.then(() => living.delete(child));
      return child;
    },
    killAll: async () => {
      for (const child of living) {
        child.signal('SIGCONT');
        child.signal('SIGKILL');
      }
      await Promise.all([...living].map((child) => child.exited));
      process.off('exit', onExit);
    },
  };
};

const startChild = (options: ChildOptions): Child => {
  mkdirSync(path.dirname(options.logFile), { recursive: true });
  const from = existsSync(options.logFile) ? statSync(options.logFile).size : 0;
  const log = openSync(options.logFile, 'a');
  const [command = '', ...args] = boundToUs(options);
  const child = spawn(command, args, { env: options.env, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  let exit: ChildExit | null = null;
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('error', () => resolve({ code: 127, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  }).then((how) => {
    exit = how;
    return how;
  });
  const pid = child.pid ?? -1;
  const signal = (name: NodeJS.Signals) => {
    if (exit === null && pid > 0) sendSignal(pid, name);
  };
  return {
    pid,
    exited,
    exit: () => exit,
    signal,
    stop: async ({ graceMs = 20_000 } = {}) => {
      signal('SIGTERM');
      const done = new AbortController();
      const overdue = sleep(graceMs, 'overdue' as const, { signal: done.signal }).catch(() => 'done' as const);
      if ((await Promise.race([exited, overdue])) === 'overdue') signal('SIGKILL');
      const how = await exited;
      done.abort();
      return how;
    },
    output: () => readFileSync(options.logFile).subarray(from).toString('utf8'),
  };
};

/** Linux: the kernel signals the child when we die, however we die. */
const boundToUs = (options: ChildOptions): readonly string[] => {
  if (process.platform !== 'linux') return options.command;
  return ['setpriv', '--pdeathsig', options.deathSignal, '--', ...options.command];
};

/** Sends a signal; a process that is gone already is no error. */
export const sendSignal = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/** True while the process runs; a zombie does not run. */
export const isAlive = (pid: number): boolean => {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
    } catch {
      return false;
    }
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
