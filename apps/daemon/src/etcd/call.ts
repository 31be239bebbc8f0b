import { createBackoff } from '../kit/backoff';
import { systemClock } from '../kit/clock';
import type { CallOptions } from './api';
import { cancelError, isEtcdFailure, isTransient } from './errors';
import type { UnaryCall } from './transport';

const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * How long a read is repeated while etcd is away, at most: an etcd that is being restarted answers within this time, and one
 * that is down should be reported as down, not after the whole deadline.
 */
const READ_RETRY_WINDOW_MS = 2_000;

/** A call that changes something: one attempt, fails at once while there is no leader. */
export const writeCall = (call: CallOptions = {}): UnaryCall => ({
  signal: call.signal,
  timeoutMs: call.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  effect: 'write',
  requireLeader: true,
});

/** A call that changes nothing: one attempt. */
export const readCall = (call: CallOptions & { readonly requireLeader: boolean }): UnaryCall => ({
  signal: call.signal,
  timeoutMs: call.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  effect: 'read',
  requireLeader: call.requireLeader,
});

/**
 * Runs a read, again while the connection to etcd is away or the leader changed under it, inside the caller's deadline.
 * Only for calls without any effect.
 */
export const retryRead = async <T>(call: UnaryCall, attempt: (call: UnaryCall) => Promise<T>): Promise<T> => {
  const startedAt = systemClock.monotonic();
  const lastStart = startedAt + Math.min(READ_RETRY_WINDOW_MS, call.timeoutMs);
  const backoff = createBackoff({ baseMs: 20, maxMs: 100 });
  const signal = call.signal ?? new AbortController().signal;
  for (;;) {
    try {
      return await attempt({ ...call, timeoutMs: Math.max(1, call.timeoutMs - (systemClock.monotonic() - startedAt)) });
    } catch (error) {
      const pauseMs = backoff.next();
      if (!isWorthRepeating(error) || systemClock.monotonic() + pauseMs >= lastStart) throw error;
      await systemClock.sleep(pauseMs, signal).catch(() => {
        throw cancelError(signal);
      });
    }
  }
};

const isWorthRepeating = (error: unknown): boolean => isTransient(error) && isEtcdFailure(error, 'unavailable', 'not-connected', 'stopped', 'leader-changed');
