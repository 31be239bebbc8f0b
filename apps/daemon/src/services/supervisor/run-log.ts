import type { AppError } from '@quorate/core/errors/app-error';
import type { Logger } from '../../kit/logger';

export type Stage = 'starting' | 'joining' | 'serving' | 'stopping' | 'failed';

/** What a boot did so far, for the log and for commands on this host that watch it through the admin socket. */
export type RunLog = {
  readonly stage: () => Stage;
  readonly setStage: (stage: Stage) => void;
  readonly step: (line: string) => void;
  readonly fail: (error: AppError) => void;
  readonly lines: () => readonly string[];
  readonly error: () => AppError | null;
};

const KEPT_LINES = 200;

export const createRunLog = (logger: Logger): RunLog => {
  let stage: Stage = 'starting';
  let error: AppError | null = null;
  const lines: string[] = [];
  return {
    stage: () => stage,
    setStage: (next) => {
      stage = next;
    },
    step: (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      logger.info({ stage, step: line }, 'step');
    },
    fail: (failure) => {
      stage = 'failed';
      error = failure;
    },
    lines: () => [...lines],
    error: () => error,
  };
};
