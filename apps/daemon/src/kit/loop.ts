import { errorChain } from '@quorate/core/errors/app-error';
import { type Alarm, createAlarm } from './alarm';
import { type Backoff, createBackoff } from './backoff';
import { type Clock, systemClock } from './clock';
import { createFailureLog } from './failure-log';
import type { Logger } from './logger';

export type LoopStatus = {
  readonly name: string;
  readonly state: 'running' | 'waiting' | 'backing-off' | 'stopped';
  /** Why the present or last turn ran. */
  readonly reason: 'start' | 'tick' | 'wake' | 'retry';
  /** Turns begun so far. */
  readonly iteration: number;
  readonly lastResult: 'ok' | 'failed' | null;
  readonly lastError: string | null;
  /** Failures in a row. */
  readonly consecutive: number;
  /** How long the last finished turn took. */
  readonly durationMs: number | null;
  /** Wall clock, milliseconds, when the last turn finished. */
  readonly finishedAtMs: number | null;
};

export type LoopOptions = {
  readonly name: string;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** One turn: looks for itself what there is to do, idempotent, no retry inside. */
  readonly run: (signal: AbortSignal) => unknown;
  /** Each item wakes the loop. The iterable is not waited for at the end. */
  readonly wake?: AsyncIterable<unknown>;
  readonly clock?: Clock;
  /** Share by which the tick varies. Default 0.1. */
  readonly jitter?: number;
  /** Delays after failures. Default: from 1 s (or the tick, if shorter) up to 30 s (or the tick, if longer). */
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
  readonly random?: () => number;
};

export type Loop = {
  /** Asks for a turn soon. While one runs, any number of calls cause exactly one more. */
  readonly wake: () => void;
  readonly status: () => LoopStatus;
  /** Resolves when the signal has aborted and the last turn has ended; never rejects. */
  readonly done: Promise<void>;
};

/**
 * The one way to do something again and again: at once, then on the tick or on `wake()`, never overlapping, backing off on
 * failure. While backing off a wake shortens the wait to the base delay, not to nothing: a busy waker must not spin a failing turn.
 */
export const runLoop = (options: LoopOptions): Loop => {
  const { name, everyMs, signal, clock = systemClock, jitter = 0.1, random = Math.random } = options;
  const retry = options.backoff ?? { baseMs: Math.min(1_000, everyMs), maxMs: Math.max(30_000, everyMs) };
  const backoff = createBackoff({ ...retry, random });
  const alarm = createAlarm(signal, clock);
  const failures = createFailureLog(options.logger, name, clock);
  let status: LoopStatus = {
    name,
    state: 'running',
    reason: 'start',
    iteration: 0,
    lastResult: null,
    lastError: null,
    consecutive: 0,
    durationMs: null,
    finishedAtMs: null,
  };
  const patch = (part: Partial<LoopStatus>): void => {
    status = { ...status, ...part };
  };

  const turn = async (): Promise<void> => {
    const startedAt = clock.monotonic();
    patch({ state: 'running', iteration: status.iteration + 1 });
    alarm.clear();
    try {
      await options.run(signal);
      failures.succeeded(status.consecutive);
      backoff.reset();
      patch({ lastResult: 'ok', lastError: null, consecutive: 0 });
    } catch (error) {
      // What a cancelled turn throws is the cancellation's echo.
      if (signal.aborted) return;
      patch({ lastResult: 'failed', lastError: errorChain(error).join(': '), consecutive: status.consecutive + 1 });
      failures.failed(error, status.consecutive);
    } finally {
      patch({ durationMs: clock.monotonic() - startedAt, finishedAtMs: clock.now() });
    }
  };

  const rest = async (): Promise<LoopStatus['reason']> => {
    if (status.lastResult === 'ok') {
      patch({ state: 'waiting' });
      return (await alarm.sleep(everyMs * (1 + jitter * (2 * random() - 1)))) ? 'wake' : 'tick';
    }
    patch({ state: 'backing-off' });
    await backOff({ alarm, backoff, baseMs: retry.baseMs, clock, signal });
    return 'retry';
  };

  const main = async (): Promise<void> => {
    // Not inside the call: what `run` closes over, the handle included, exists by then.
    await Promise.resolve();
    while (!signal.aborted) {
      await turn();
      if (signal.aborted) break;
      patch({ reason: await rest() });
    }
    patch({ state: 'stopped' });
  };

  // Not awaited: a source that ignores the signal must not hold up the end of the loop. It never rejects.
  if (options.wake !== undefined) void follow(options.wake, alarm, failures.wakeFailed);
  return Object.freeze({ wake: alarm.ring, status: () => status, done: main() });
};

const backOff = async (deps: { alarm: Alarm; backoff: Backoff; baseMs: number; clock: Clock; signal: AbortSignal }): Promise<void> => {
  const delayMs = deps.backoff.next();
  const firstMs = Math.min(delayMs, deps.baseMs);
  await deps.clock.sleep(firstMs, deps.signal).catch(() => undefined);
  if (delayMs > firstMs) await deps.alarm.sleep(delayMs - firstMs);
};

const follow = async (source: AsyncIterable<unknown>, alarm: Alarm, failed: (error: unknown) => void): Promise<void> => {
  try {
    for await (const _ of source) alarm.ring();
  } catch (error) {
    failed(error);
  }
};
