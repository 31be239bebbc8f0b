import type { Clock } from './clock';
import type { Logger } from './logger';

/** A repeating failure is logged at once, then at most this often. */
const REPEAT_LOG_MS = 60_000;

export type FailureLog = {
  /** `consecutive` counts this failure. */
  readonly failed: (error: unknown, consecutive: number) => void;
  /** `consecutive` is how many failures came before; 0 is not worth a line. */
  readonly succeeded: (consecutive: number) => void;
  readonly wakeFailed: (error: unknown) => void;
};

/** What a loop says about its failures: the first, then one a minute, then its recovery. */
export const createFailureLog = (logger: Pick<Logger, 'warn' | 'info'>, loop: string, clock: Clock): FailureLog => {
  let loggedAt = 0;
  return Object.freeze({
    failed: (error: unknown, consecutive: number) => {
      if (consecutive > 1 && clock.monotonic() - loggedAt < REPEAT_LOG_MS) return;
      loggedAt = clock.monotonic();
      logger.warn({ loop, consecutive, err: error }, 'loop failed');
    },
    succeeded: (consecutive: number) => {
      if (consecutive > 0) logger.info({ loop, consecutive }, 'loop recovered');
    },
    wakeFailed: (error: unknown) => logger.warn({ loop, err: error }, 'loop lost its wake source'),
  });
};
