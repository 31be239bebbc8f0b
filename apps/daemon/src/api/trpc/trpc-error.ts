import { AppError, toAppError } from '@quorate/core/errors/app-error';
import { errorRow } from '@quorate/core/errors/codes';
import { type Problem, toProblem } from '@quorate/core/errors/problem';
import { TRPCError } from '@trpc/server';
import { inputError, isZodError } from '../input-error';

/** An AppError as tRPC wants to see it; the AppError stays its cause. */
export const toTrpcError = (error: AppError): TRPCError => new TRPCError({ code: errorRow(error.code).trpc, message: error.message, cause: error });

/** What went wrong in our own words, whoever noticed it: our code, zod at the input, or tRPC itself (unknown procedure, bad body). */
export const appErrorOf = (error: unknown): AppError => {
  if (!(error instanceof TRPCError)) return toAppError(error);
  const { cause } = error;
  if (cause instanceof AppError) return cause;
  switch (error.code) {
    case 'BAD_REQUEST':
      return isZodError(cause) ? inputError(cause) : new AppError('INVALID_INPUT', { message: error.message });
    case 'PARSE_ERROR':
    case 'METHOD_NOT_SUPPORTED':
      return new AppError('INVALID_INPUT', { message: error.message });
    case 'UNSUPPORTED_MEDIA_TYPE':
      return new AppError('UNSUPPORTED_MEDIA_TYPE', { message: error.message });
    case 'NOT_FOUND':
      return new AppError('NOT_FOUND', { message: error.message, hint: 'Client and server are of different versions, or the name is misspelt.' });
    case 'PAYLOAD_TOO_LARGE':
      return new AppError('PAYLOAD_TOO_LARGE', { message: error.message });
    case 'CLIENT_CLOSED_REQUEST':
      return new AppError('CANCELLED', { message: error.message });
    default:
      return toAppError(cause ?? error);
  }
};

/** The body that REST and tRPC give for an error. */
export const problemOf = (error: unknown, requestId: string): Problem => toProblem(appErrorOf(error), requestId);
