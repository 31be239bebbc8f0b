import { isAppError } from '@quorate/core/errors/app-error';
import { createBackoff } from '../kit/backoff';
import { systemClock } from '../kit/clock';
import type { EtcdClient, EtcdProcess, EtcdStatus } from './api';
import { cancelError } from './errors';
import { startDelay, startFailure } from './start-failure';

const PROBE_TIMEOUT_MS = 1_000;

export type WaitReadyOptions = {
  readonly process: Pick<EtcdProcess, 'exited' | 'lastLines'>;
  readonly client: Pick<EtcdClient, 'status'>;
  readonly signal: AbortSignal;
  /** A member with quorum serves within a second or two. A learner that receives a snapshot opens its port only after about 7 s. */
  readonly timeoutMs: number;
};

/**
 * Resolves with the first status that etcd answers: its client port is open, which a member of a new cluster does once there is
 * a leader. Says nothing about being a voter, a leader or up to date.
 *
 * Throws, as soon as etcd exits, ETCD_START_FAILED or DATA_DIR_DAMAGED (see start-failure.ts); ETCD_START_FAILED when it runs but
 * does not serve in time; what the signal says when it aborts.
 */
export const waitReady = async (options: WaitReadyOptions): Promise<EtcdStatus> => {
  const over = new AbortController();
  const onAbort = () => over.abort(options.signal.reason);
  if (options.signal.aborted) throw cancelError(options.signal);
  options.signal.addEventListener('abort', onAbort, { once: true });
  const exited = options.process.exited.then((exit) => Promise.reject(startFailure(exit)));
  try {
    return await Promise.race([exited, probe(options, over.signal)]);
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    over.abort();
  }
};

const probe = async (options: WaitReadyOptions, signal: AbortSignal): Promise<EtcdStatus> => {
  const deadline = systemClock.monotonic() + options.timeoutMs;
  const backoff = createBackoff({ baseMs: 25, maxMs: 100 });
  for (;;) {
    try {
      return await options.client.status({ signal, timeoutMs: PROBE_TIMEOUT_MS });
    } catch (error) {
      if (signal.aborted) throw cancelError(signal);
      if (systemClock.monotonic() >= deadline) throw startDelay(options.timeoutMs, options.process.lastLines());
      if (!isAppError(error, 'ETCD_UNAVAILABLE') && !isAppError(error, 'TIMEOUT')) throw error;
    }
    await systemClock.sleep(backoff.next(), signal);
  }
};
