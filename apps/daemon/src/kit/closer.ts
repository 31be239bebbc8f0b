import { AppError } from '@quorate/core/errors/app-error';
import { type Clock, systemClock } from './clock';

const DEFAULT_DEADLINE_MS = 5_000;

/** A step that did not end well: what it threw, or AppError TIMEOUT when its deadline passed. */
export type CloseFailure = { readonly name: string; readonly error: unknown };

export type Closer = {
  /**
   * Registers how to undo what was just started. `undo` gets a signal that aborts at its deadline (default 5,000 ms).
   * While the closer is closing, the step is undone in the same run; after that AppError STOPPING is thrown and the caller
   * undoes its step itself.
   */
  readonly push: (name: string, undo: (signal: AbortSignal) => unknown, options?: { readonly deadlineMs?: number }) => void;
  /** Undoes everything, newest first, each step bounded. Never rejects. Every call returns the same promise. */
  readonly close: () => Promise<readonly CloseFailure[]>;
};

type Step = { readonly name: string; readonly undo: (signal: AbortSignal) => unknown; readonly deadlineMs: number };

/** A stack of undo steps: start pushes, stop closes in reverse, once. One stuck or failing step never keeps the others from running. */
export const createCloser = (deps: { readonly clock: Clock } = { clock: systemClock }): Closer => {
  const steps: Step[] = [];
  let closing: Promise<readonly CloseFailure[]> | null = null;
  let closed = false;

  const drain = async (): Promise<readonly CloseFailure[]> => {
    const failures: CloseFailure[] = [];
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      try {
        await undoStep(step, deps.clock);
      } catch (error) {
        failures.push({ name: step.name, error });
      }
    }
    closed = true;
    return failures;
  };

  return Object.freeze({
    push: (name: string, undo: Step['undo'], options: { readonly deadlineMs?: number } = {}) => {
      if (closed) throw new AppError('STOPPING', { message: `${name} started after everything was closed` });
      steps.push({ name, undo, deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS });
    },
    close: () => {
      closing ??= drain();
      return closing;
    },
  });
};

const undoStep = async (step: Step, clock: Clock): Promise<void> => {
  const deadline = new AbortController();
  const sleeping = new AbortController();
  const late = clock.sleep(step.deadlineMs, sleeping.signal).then(
    () => {
      const error = new AppError('TIMEOUT', { message: `${step.name} did not stop within ${step.deadlineMs} ms`, data: { step: step.name } });
      deadline.abort(error);
      throw error;
    },
    () => undefined,
  );
  // A plain call would throw past the race when `undo` is not async.
  const undone = (async () => {
    await step.undo(deadline.signal);
  })();
  try {
    await Promise.race([undone, late]);
  } finally {
    sleeping.abort();
  }
};
