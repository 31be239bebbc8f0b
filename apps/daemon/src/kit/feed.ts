/** A value that changes, and can be followed. */
export type Feed<T> = {
  readonly get: () => T;
  /** Replaces the value. Setting the very same value (Object.is) is no change. */
  readonly set: (value: T) => void;
  /**
   * The present value at once, then the latest one after each change. A slow consumer skips what it missed: it never sees a
   * value older than the last one it saw. Ends without an error when the signal aborts.
   */
  readonly watch: (signal: AbortSignal) => AsyncIterable<T>;
};

export const createFeed = <T>(initial: T): Feed<T> => {
  let value = initial;
  let version = 0;
  const waiters = new Set<() => void>();

  const changed = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        waiters.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      waiters.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });

  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    version += 1;
    for (const wake of [...waiters]) wake();
  };

  async function* watch(signal: AbortSignal): AsyncGenerator<T, void, void> {
    let seen = -1;
    while (!signal.aborted) {
      if (seen === version) {
        await changed(signal);
        continue;
      }
      seen = version;
      yield value;
    }
  }

  return Object.freeze({ get: () => value, set, watch });
};
