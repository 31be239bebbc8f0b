import type { ErrorCode } from '@quorate/core/errors/codes';
import type { Problem } from '@quorate/core/errors/problem';
import { TRPCClientError } from '@trpc/client';
import { beginSentence } from './format';

/** Why a call did not succeed, ready to be shown: what happened, what to do, and what to quote when asking for help. */
export type ApiFailure = {
  readonly code: ErrorCode | 'UNKNOWN';
  readonly message: string;
  readonly hint: string;
  /** Empty when the request never reached a daemon. */
  readonly requestId: string;
};

const UNREACHABLE: ApiFailure = {
  code: 'DAEMON_UNREACHABLE',
  message: 'The replica that served this page does not answer.',
  hint: 'Check that quorated runs on its host, or open the page of another replica.',
  requestId: '',
};

/** Reads whatever a call threw. The daemon puts its problem document into `data.problem`; anything else came from in between. */
export const readFailure = (error: unknown): ApiFailure => {
  const problem = readProblem(error);
  if (problem) return { code: problem.code, message: sentence(problem.detail), hint: problem.hint, requestId: problem.requestId };
  if (error instanceof TRPCClientError && readStatus(error.meta) === null) return UNREACHABLE;
  return {
    code: 'UNKNOWN',
    message: 'The answer is not one of Quorate.',
    hint: 'Look for a proxy between the browser and the replica; if there is none, reload the page, it may be of another version.',
    requestId: '',
  };
};

/** True when the daemon does not accept the token. */
export const isRefusedToken = (failure: ApiFailure): boolean => failure.code === 'UNAUTHENTICATED';

type ReadableProblem = Pick<Problem, 'detail' | 'hint' | 'requestId'> & { readonly code: ErrorCode };

const readProblem = (error: unknown): ReadableProblem | null => {
  if (!(error instanceof TRPCClientError)) return null;
  const data: unknown = error.data;
  if (typeof data !== 'object' || data === null || !('problem' in data)) return null;
  const { problem } = data;
  if (typeof problem !== 'object' || problem === null) return null;
  const { code, detail, hint, requestId } = problem as Record<string, unknown>;
  if (typeof code !== 'string' || typeof detail !== 'string' || typeof hint !== 'string' || typeof requestId !== 'string') return null;
  // The closed set is the daemon's; a newer one may know more codes, and they are only printed here.
  return { code: code as ErrorCode, detail, hint, requestId };
};

const readStatus = (meta: unknown): number | null => {
  if (typeof meta !== 'object' || meta === null || !('response' in meta)) return null;
  return meta.response instanceof Response ? meta.response.status : null;
};

/** The daemon writes messages as parts of a sentence. */
const sentence = (text: string): string => {
  const begun = beginSentence(text);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
};
