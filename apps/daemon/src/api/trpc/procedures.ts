import { AppError } from '@quorate/core/errors/app-error';
import { t } from './init';
import { toTrpcError } from './trpc-error';

/** Gives errors of the services the status that belongs to their code, and refuses everything while the replica starts. */
const servingProcedure = t.procedure.use(async ({ ctx, next }) => {
  if (ctx.services === null) throw toTrpcError(new AppError('STARTING', { message: 'this replica does not serve yet' }));
  const result = await next({ ctx: { services: ctx.services } });
  if (!result.ok && result.error.cause instanceof AppError) throw toTrpcError(result.error.cause);
  return result;
});

/** Every procedure is one of these: nothing is open. The caller is an administrator, by token or over the admin socket. */
export const operatorProcedure = servingProcedure.use(({ ctx, next }) => {
  if (ctx.actor !== null) return next({ ctx: { actor: ctx.actor } });
  if (ctx.retryAfterSeconds !== null) {
    throw toTrpcError(
      new AppError('RATE_LIMITED', { message: 'too many wrong credentials from this address', data: { retryAfterSeconds: ctx.retryAfterSeconds } }),
    );
  }
  throw toTrpcError(new AppError('UNAUTHENTICATED', { message: 'this needs an administrator' }));
});
