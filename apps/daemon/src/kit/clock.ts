import { setTimeout as delay } from 'node:timers/promises';

/** Time as a dependency: whatever waits or stamps takes one of these, so that tests turn the hands themselves. */
export type Clock = {
  /** Wall clock, milliseconds since the epoch. For stamps that people read; never for leases, fences or durations. */
  readonly now: () => number;
  /** Milliseconds on a scale that never jumps. For durations. */
  readonly monotonic: () => number;
  /** Resolves after `ms`; rejects with `signal.reason` when the signal aborts first. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** The machine's clock. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms: number, signal: AbortSignal) => {
    signal.throwIfAborted();
    try {
      await delay(Math.max(0, ms), undefined, { signal });
    } catch (error) {
      // timers/promises rejects with an AbortError of its own; callers match on the reason that was given.
      throw signal.aborted ? signal.reason : error;
    }
  },
});
