import { type ErrorCode, errorRow } from './codes';

export type AppErrorOptions = {
  /** What was being done, or what is wrong; never repeats the message of `cause`. */
  readonly message: string;
  /** How to fix it, when the remedy of the code is too general. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Facts for machines; no secrets. */
  readonly data?: Readonly<Record<string, unknown>>;
};

/** The only error class of Quorate. Match on `code`, never on text. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, options: AppErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint ?? errorRow(code).remedy;
    this.data = options.data ?? {};
  }
}

/** True for an AppError, with the given code if one is named. */
export const isAppError = (error: unknown, code?: ErrorCode): error is AppError => error instanceof AppError && (code === undefined || error.code === code);

/** Turns anything thrown into an AppError: once, at an edge. Unknown things become INTERNAL with the original as cause. */
export const toAppError = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (error instanceof Error && error.name === 'AbortError') return new AppError('CANCELLED', { message: 'the work was cancelled', cause: error });
  if (error instanceof Error && error.name === 'TimeoutError') return new AppError('TIMEOUT', { message: 'the work took too long', cause: error });
  return new AppError('INTERNAL', { message: 'something unexpected went wrong', cause: error });
};

/** The messages of an error and its causes, outermost first. */
export const errorChain = (error: unknown): string[] => {
  const lines: string[] = [];
  for (let at: unknown = error; at !== undefined && at !== null && lines.length < 8; at = at instanceof Error ? at.cause : undefined)
    lines.push(at instanceof Error ? at.message : String(at));
  return lines;
};
