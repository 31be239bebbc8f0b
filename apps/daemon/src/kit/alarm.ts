import type { Clock } from './clock';

export type Alarm = {
  /** Ends the present sleep; with none, the next one ends at once. */
  readonly ring: () => void;
  /** Forgets a ring that nobody slept through. */
  readonly clear: () => void;
  /** True when rung, false after `ms` or when the signal aborts. Never rejects. One sleeper at a time. */
  readonly sleep: (ms: number) => Promise<boolean>;
};

/** A sleep that can be cut short, and that remembers being rung while nobody slept. */
export const createAlarm = (signal: AbortSignal, clock: Clock): Alarm => {
  let isRung = false;
  let sleeping: AbortController | null = null;

  const sleep = async (ms: number): Promise<boolean> => {
    if (signal.aborted) return false;
    if (!isRung) {
      const controller = new AbortController();
      const end = () => controller.abort();
      sleeping = controller;
      signal.addEventListener('abort', end, { once: true });
      await clock.sleep(ms, controller.signal).catch(() => undefined);
      signal.removeEventListener('abort', end);
      sleeping = null;
    }
    const wasRung = isRung;
    isRung = false;
    return wasRung;
  };

  return Object.freeze({
    sleep,
    ring: () => {
      isRung = true;
      sleeping?.abort();
    },
    clear: () => {
      isRung = false;
    },
  });
};
