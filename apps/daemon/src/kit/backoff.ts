export type BackoffOptions = {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Default 2. */
  readonly factor?: number;
  /** Share of the delay by which it varies both ways, 0 to 1. Default 0.2. */
  readonly jitter?: number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
};
export type Backoff = {
  /** The next delay in milliseconds; grows with each call, never above `maxMs`. */
  readonly next: () => number;
  readonly reset: () => void;
};

/** Growing delays between attempts, spread so that many callers do not come back at once. */
export const createBackoff = (options: BackoffOptions): Backoff => {
  const { baseMs, maxMs, factor = 2, jitter = 0.2, random = Math.random } = options;
  let attempt = 0;
  return Object.freeze({
    next: () => {
      const plain = Math.min(maxMs, baseMs * factor ** attempt);
      // Past the ceiling there is nothing to count; the exponent must not overflow in a loop that fails for months.
      if (plain < maxMs) attempt += 1;
      return Math.min(maxMs, Math.round(plain * (1 + jitter * (2 * random() - 1))));
    },
    reset: () => {
      attempt = 0;
    },
  });
};
