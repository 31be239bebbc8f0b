import { AppError, errorChain } from '@quorate/core/errors/app-error';
import { toProblem } from '@quorate/core/errors/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../kit/logger';
import { inputError, isZodError } from '../input-error';
import { appErrorOf } from '../trpc/trpc-error';

export const PROBLEM_TYPE = 'application/problem+json';

type Failed = { readonly error: unknown; readonly request: FastifyRequest; readonly reply: FastifyReply; readonly logger: Logger };

/** Answers an error as RFC 9457 problem. The one place where a request's failure is logged: defects as errors, the rest for us. */
export const sendProblem = ({ error, request, reply, logger }: Failed): FastifyReply => {
  const known = requestErrorOf(error);
  logFailure(logger, known, { requestId: request.id, method: request.method, route: request.routeOptions.url ?? null });
  for (const [name, value] of Object.entries(headersOf(known))) reply.header(name, value);
  const problem = toProblem(known, request.id);
  // As bytes, because Fastify adds a charset to JSON texts, which the media type does not have.
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .header('cache-control', 'no-store')
    .header('x-request-id', request.id)
    .send(Buffer.from(JSON.stringify(problem)));
};

/** Headers that belong to an error, whatever the edge. */
export const headersOf = (error: AppError): Readonly<Record<string, string>> => {
  if (error.code === 'UNAUTHENTICATED') return { 'www-authenticate': 'Bearer realm="quorate"' };
  const { retryAfterSeconds } = error.data;
  return typeof retryAfterSeconds === 'number' ? { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) } : {};
};

/** Logs what failed: an unexpected error with its whole chain, an expected one at debug. */
export const logFailure = (logger: Logger, error: AppError, fields: Readonly<Record<string, unknown>>): void => {
  if (error.code === 'INTERNAL' || error.code === 'RECORD_UNREADABLE') logger.error({ ...fields, err: error }, 'request failed');
  else logger.debug({ ...fields, code: error.code, reason: errorChain(error).join(': ') }, 'request refused');
};

/** What a request failed of, in our own words: Fastify's codes become ours. */
export const requestErrorOf = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (isZodError(error)) return inputError(error);
  const { code, statusCode } = fastifyFacts(error);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new AppError('PAYLOAD_TOO_LARGE', { message: 'the body is larger than 64 KiB' });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new AppError('UNSUPPORTED_MEDIA_TYPE', { message: 'the body is not declared as JSON' });
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH') return new AppError('INVALID_INPUT', { message: 'the path is not valid' });
  if (code.startsWith('FST_ERR_CTP_') || statusCode === 400) return new AppError('INVALID_INPUT', { message: 'the body is not valid JSON' });
  return appErrorOf(error);
};

const fastifyFacts = (error: unknown): { code: string; statusCode: number } => {
  if (typeof error !== 'object' || error === null) return { code: '', statusCode: 0 };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 0;
  return { code, statusCode };
};
