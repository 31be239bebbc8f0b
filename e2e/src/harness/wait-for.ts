import { setTimeout as sleep } from 'node:timers/promises';

export type WaitOptions = {
  readonly timeoutMs: number;
  /** What is awaited, as the end of the sentence "waited 5 s for …". */
  readonly what: string;
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
};

/**
 * Polls until `check` returns something else than null, undefined or false, and returns that.
 * A check that throws counts as "not yet"; its last error becomes the cause when the time is up.
 */
export const waitFor = async <T>(check: () => T | Promise<T>, options: WaitOptions): Promise<NonNullable<T>> => {
  const deadline = performance.now() + options.timeoutMs;
  for (let lastError: unknown; ; ) {
    options.signal?.throwIfAborted();
    try {
      const value = await check();
      if (value !== null && value !== undefined && value !== false) return value;
      lastError = undefined;
    } catch (error) {
      if (error instanceof GaveUp) throw error;
      lastError = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`waited ${options.timeoutMs / 1000} s for ${options.what}, in vain`, lastError === undefined ? {} : { cause: lastError });
    }
    await sleep(options.everyMs ?? 50, undefined, options.signal ? { signal: options.signal } : {});
  }
};

/** Thrown inside a check when waiting longer is useless, as when the awaited process is gone. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp';
}
