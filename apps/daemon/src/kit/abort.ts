/** Small words around AbortSignal. Every listener set here is removed when the wait ends. */

/** True when an error (or one of its causes) says that the work was cancelled, not that it failed. */
export const isAbort = (error: unknown): boolean => hasName(error, 'AbortError');

/** True when an error (or one of its causes) says that a time limit ran out. */
export const isTimeout = (error: unknown): boolean => hasName(error, 'TimeoutError');

/**
 * A signal that aborts with `signal`, or after `ms` with a TimeoutError, whichever is first.
 * Not `AbortSignal.any`: on Node 20 that keeps a record of every combination for as long as the outer signal lives.
 * Here nothing is held longer than `ms`.
 */
export const withTimeout = (signal: AbortSignal | undefined, ms: number): AbortSignal => {
  if (signal?.aborted) return signal;
  const controller = new AbortController();
  const onAbort = () => {
    clearTimeout(timer);
    controller.abort(signal?.reason);
  };
  const timer = setTimeout(() => {
    signal?.removeEventListener('abort', onAbort);
    controller.abort(new DOMException(`not done within ${ms} ms`, 'TimeoutError'));
  }, ms);
  timer.unref();
  signal?.addEventListener('abort', onAbort, { once: true });
  return controller.signal;
};

/** Resolves once the signal aborts; never rejects. */
export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** The promise's outcome, or a rejection with `signal.reason` if that comes first. The work itself goes on: it must heed the signal too. */
export const raceAbort = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};

/** A value that is settled once. Later calls of `resolve` change nothing. */
export type Latch<T> = {
  readonly resolve: (value: T) => void;
  /** The value, null while there is none. */
  readonly peek: () => { readonly value: T } | null;
  /** Resolves with the value; rejects with `signal.reason`. */
  readonly wait: (signal: AbortSignal) => Promise<T>;
};

export const createLatch = <T>(): Latch<T> => {
  let settled: { readonly value: T } | null = null;
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return Object.freeze({
    resolve: (value: T) => {
      settled ??= { value };
      open(value);
    },
    peek: () => settled,
    wait: (signal: AbortSignal) => raceAbort(opened, signal),
  });
};

const hasName = (error: unknown, name: string): boolean => {
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < 8; depth += 1, at = at.cause) if (at.name === name) return true;
  return false;
};
