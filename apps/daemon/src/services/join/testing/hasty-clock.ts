import type { Clock } from '../../../kit/clock';

export type HastyClock = Clock & {
  /** Milliseconds slept so far. */
  readonly slept: () => number;
};

const NOON_MS = Date.UTC(2026, 0, 15, 12);

/** A clock on which every sleep is over at once and takes `factor` times its time: patience of minutes ends within a test. */
export const createHastyClock = ({ startMs = NOON_MS, factor = 1 }: { readonly startMs?: number; readonly factor?: number } = {}): HastyClock => {
  let elapsed = 0;
  return Object.freeze({
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    slept: () => elapsed,
    sleep: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted();
      elapsed += ms * factor;
      // Lets sockets and timers have their turn, as a real pause would.
      await new Promise<void>((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    },
  });
};
