/**
 * The runs of one `quorated serve`, one after the other, with the etcd that each supervises. Owns the process id of the present run;
 * knows nothing of clusters.
 */
import type { HttpAnswer } from './http';
import { type LogLine, lastLines, logLines } from './log-lines';
import { childEnv } from './paths';
import { childrenNamed } from './process-tree';
import { type Child, type ChildExit, isAlive, type ProcessGroup, sendSignal } from './processes';
import { GaveUp, waitFor } from './wait-for';

export type StartOptions = { readonly env?: Readonly<Record<string, string>> };

export type ReplicaProcess = {
  readonly start: (options?: StartOptions) => void;
  /** Resolves when this run serves; rejects at once, with the end of the log, when the process ends before. */
  readonly waitReady: (options?: { readonly timeoutMs?: number }) => Promise<void>;
  /** SIGTERM; SIGKILL when that is not enough after 20 s. */
  readonly stop: () => Promise<ChildExit>;
  /** SIGKILL for the daemon alone; resolves when its etcd is gone as well. */
  readonly kill: () => Promise<void>;
  /** SIGKILL for daemon and etcd in the same instant: what a power cut of the host looks like. */
  readonly killAll: () => Promise<void>;
  /** SIGSTOP for daemon and etcd: a frozen host. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly isRunning: () => boolean;
  readonly pid: () => number | null;
  readonly etcdPid: () => number | null;
  /** How the last run ended; null while it runs or before the first. */
  readonly exit: () => ChildExit | null;
  /** Resolves with how the present run ends. */
  readonly exited: () => Promise<ChildExit>;
  /** Log lines of the present run. */
  readonly log: () => readonly LogLine[];
  /** Everything the present run wrote, errors for people included. */
  readonly output: () => string;
};

type Spec = {
  readonly name: string;
  readonly command: () => readonly string[];
  readonly logFile: string;
  readonly deathSignal: 'SIGTERM' | 'SIGKILL';
  readonly readyz: () => Promise<HttpAnswer>;
};

/** Default time for a replica to serve after its start. */
const READY_TIMEOUT_MS = 30_000;

export const createReplicaProcess = (group: ProcessGroup, spec: Spec): ReplicaProcess => {
  let child: Child | null = null;
  const isRunning = () => child !== null && child.exit() === null;
  const etcdPid = () => (child !== null && isRunning() ? (childrenNamed(child.pid, 'etcd')[0] ?? null) : null);
  const output = () => child?.output() ?? '';
  /** etcd first: a daemon that dies before it would have the kernel tell etcd to hand its leadership over. */
  const both = (signal: NodeJS.Signals) => {
    const etcd = etcdPid();
    if (etcd !== null) sendSignal(etcd, signal);
    child?.signal(signal);
  };
  const waitGone = async (etcd: number | null) => {
    await child?.exited;
    if (etcd !== null) await waitFor(() => !isAlive(etcd), { timeoutMs: 15_000, everyMs: 10, what: `the etcd of ${spec.name} to end with its daemon` });
  };
  return {
    start: (options = {}) => {
      if (isRunning()) throw new Error(`${spec.name} runs already`);
      child = group.start({ command: spec.command(), env: childEnv(options.env), logFile: spec.logFile, deathSignal: spec.deathSignal });
    },
    waitReady: async ({ timeoutMs = READY_TIMEOUT_MS } = {}) => {
      await waitFor(
        async () => {
          if (!isRunning()) throw new GaveUp(`${spec.name} ended (${describeExit(child?.exit() ?? null)}) before it was ready:\n${lastLines(output(), 20)}`);
          return logLines(output()).some((line) => line.msg === 'ready') && (await spec.readyz()).status === 200;
        },
        { timeoutMs, what: `${spec.name} to be ready` },
      );
    },
    stop: async () => (child === null ? { code: 0, signal: null } : child.stop()),
    kill: async () => {
      const etcd = etcdPid();
      child?.signal('SIGKILL');
      await waitGone(etcd);
    },
    killAll: async () => {
      const etcd = etcdPid();
      both('SIGKILL');
      await waitGone(etcd);
    },
    pause: () => both('SIGSTOP'),
    resume: () => both('SIGCONT'),
    isRunning,
    pid: () => (child !== null && isRunning() ? child.pid : null),
    etcdPid,
    exit: () => child?.exit() ?? null,
    exited: async () => (child === null ? { code: 0, signal: null } : child.exited),
    log: () => logLines(output()),
    output,
  };
};

/** "exit status 75", "SIGKILL" or "still running". */
export const describeExit = (exit: ChildExit | null): string => {
  if (exit === null) return 'still running';
  return exit.signal ?? `exit status ${exit.code}`;
};
