import { z } from 'zod';
import type { AppError } from './app-error';
import { errorRow } from './codes';

/** The body of every refused REST request: RFC 9457 "application/problem+json" with our stable `code`. */
export const ProblemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  hint: z.string(),
  requestId: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type Problem = z.infer<typeof ProblemSchema>;

/** Builds the body for an error. `INTERNAL` hides its cause: that goes to the log with the request id. */
export const toProblem = (error: AppError, requestId: string): Problem => ({
  type: `urn:quorate:error:${error.code}`,
  title: error.code,
  status: errorRow(error.code).http,
  code: error.code,
  detail: error.message,
  hint: error.hint,
  requestId,
  data: { ...error.data },
});
