/**
 * Keeps one etcd child running. Owns: starting, readiness, restarting with back-off, the state that conditions are made from. Never:
 * decides membership, or stops trying in silence. `etcd/process.ts` is the hands; this is the policy.
 *
 * States: starting → running ⇄ restarting → stopped; `failed` when etcd says that it can never run again (it was removed from the
 * cluster, or its data is damaged).
 */
import { AppError, errorChain, toAppError } from '@quorate/core/errors/app-error';
import type { EtcdExit, EtcdProcess } from '../../etcd/api';
import { createBackoff } from '../../kit/backoff';
import type { Clock } from '../../kit/clock';
import { createFeed, type Feed } from '../../kit/feed';
import type { Logger } from '../../kit/logger';

export type KeeperState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'running'; readonly pid: number; readonly restarts: number }
  | { readonly phase: 'restarting'; readonly restarts: number; readonly reason: string; readonly lastLines: readonly string[] }
  | { readonly phase: 'stopped' }
  | { readonly phase: 'failed'; readonly error: AppError };

export type KeeperDeps = {
  /** Spawns etcd; called again for every restart. */
  readonly spawn: () => Promise<EtcdProcess>;
  /** Resolves when this child serves; rejects when it exits or never does. */
  readonly waitReady: (process: EtcdProcess, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
};

export type EtcdKeeper = {
  readonly state: Feed<KeeperState>;
  /** Newest child, for its log; null before the first spawn. */
  readonly process: () => EtcdProcess | null;
  /** Resolves when etcd serves for the first time; rejects with why it cannot start. May take as long as there is no quorum. */
  readonly ready: (signal: AbortSignal) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** A child that ran this long was healthy: its next restart is quick again. */
const HEALTHY_MS = 60_000;

export const startEtcdKeeper = (deps: KeeperDeps): EtcdKeeper => {
  const state = createFeed<KeeperState>({ phase: 'starting' });
  const stopping = new AbortController();
  const backoff = createBackoff({ baseMs: 250, maxMs: 30_000 });
  let child: EtcdProcess | null = null;
  let restarts = 0;

  /** Runs one child to its end: why it ended, or why it never served. */
  const runChild = async (): Promise<{ served: boolean; error: AppError }> => {
    const bornAt = deps.clock.monotonic();
    let served = false;
    try {
      child = await deps.spawn();
      await deps.waitReady(child, stopping.signal);
      served = true;
      state.set({ phase: 'running', pid: child.pid, restarts });
      deps.logger.info({ pid: child.pid, restarts }, 'etcd is running');
      const exit = await child.exited;
      if (deps.clock.monotonic() - bornAt >= HEALTHY_MS) backoff.reset();
      return { served, error: new AppError('ETCD_UNAVAILABLE', { message: describeExit(exit), data: { lastLines: exit.lastLines } }) };
    } catch (error) {
      await child?.stop({ graceMs: 1_000 });
      return { served, error: toAppError(error) };
    }
  };

  const keepRunning = async (): Promise<void> => {
    for (let first = true; ; first = false) {
      const { served, error } = await runChild();
      if (stopping.signal.aborted) return;
      // What never worked will not work by itself; what worked once is tried for ever, with growing pauses.
      if ((first && !served) || isHopeless(error)) {
        state.set({ phase: 'failed', error });
        return;
      }
      restarts += 1;
      const lastLines = child?.lastLines() ?? [];
      state.set({ phase: 'restarting', restarts, reason: errorChain(error).join(': '), lastLines });
      deps.logger.error({ restarts, chain: errorChain(error), lastLines: lastLines.slice(-5) }, 'etcd ended unexpectedly; restarting');
      await deps.clock.sleep(backoff.next(), stopping.signal).catch(() => undefined);
    }
  };
  const kept = keepRunning();

  return {
    state,
    process: () => child,
    ready: async (signal) => {
      for await (const now of state.watch(signal)) {
        if (now.phase === 'running') return;
        if (now.phase === 'failed') throw now.error;
      }
      throw signal.reason;
    },
    stop: async () => {
      stopping.abort(new AppError('STOPPING', { message: 'this replica is stopping' }));
      await child?.stop();
      await kept;
      state.set({ phase: 'stopped' });
    },
  };
};

/** Errors after which another try cannot help: damaged data, or a member that was removed from its cluster. */
const isHopeless = (error: AppError): boolean => error.code === 'DATA_DIR_DAMAGED' || error.data.permanent === true;

const describeExit = (exit: EtcdExit): string => (exit.signal === null ? `etcd exited with status ${exit.code}` : `etcd was ended by ${exit.signal}`);
