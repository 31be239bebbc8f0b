import type { Clock } from '../clock';

type Sleeper = { readonly wakeAt: number; readonly wake: () => void };

export type FakeClock = Clock & {
  /** Moves time forward, waking each sleeper at its own moment and letting what it started settle before going on. */
  readonly advance: (ms: number) => Promise<void>;
  /** How many sleeps are pending. */
  readonly sleepers: () => number;
  /** Lets pending promises settle without moving time. */
  readonly settle: () => Promise<void>;
};

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** A clock that stands still until a test moves it. `startMs` is both the wall clock and the zero of `monotonic`. */
export const createFakeClock = (startMs = 1_750_000_000_000): FakeClock => {
  let elapsed = 0;
  const pending = new Set<Sleeper>();

  const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = () => {
        pending.delete(sleeper);
        reject(signal.reason);
      };
      const sleeper: Sleeper = {
        wakeAt: elapsed + Math.max(0, ms),
        wake: () => {
          pending.delete(sleeper);
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      pending.add(sleeper);
    });

  const advance = async (ms: number): Promise<void> => {
    const target = elapsed + ms;
    for (;;) {
      await settle();
      const next = [...pending].filter((sleeper) => sleeper.wakeAt <= target).sort((a, b) => a.wakeAt - b.wakeAt)[0];
      if (next === undefined) break;
      elapsed = Math.max(elapsed, next.wakeAt);
      next.wake();
    }
    elapsed = target;
    await settle();
  };

  return Object.freeze({ now: () => startMs + elapsed, monotonic: () => elapsed, sleep, advance, settle, sleepers: () => pending.size });
};
