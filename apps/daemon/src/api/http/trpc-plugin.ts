import { errorRow } from '@quorate/core/errors/codes';
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../../kit/logger';
import type { ApiContext } from '../trpc/context';
import { type AppRouter, appRouter } from '../trpc/router';
import { appErrorOf } from '../trpc/trpc-error';
import { BODY_LIMIT_BYTES } from './app';
import { headersOf, logFailure } from './problem-reply';

/** Most calls in one batch. */
const MAX_BATCH = 16;

export type TrpcDeps = { readonly context: (request: FastifyRequest) => Promise<ApiContext>; readonly logger: Logger };

/** Serves the router below /trpc; a single call's answer has the very status and headers that REST gives. */
export const registerTrpc = async (fastify: FastifyInstance, deps: TrpcDeps): Promise<void> => {
  const options: FastifyTRPCPluginOptions<AppRouter> = {
    prefix: '/trpc',
    trpcOptions: {
      router: appRouter,
      maxBatchSize: MAX_BATCH,
      maxBodySize: BODY_LIMIT_BYTES,
      createContext: ({ req }) => deps.context(req),
      responseMeta: ({ errors }) => {
        const [first] = errors.map(appErrorOf);
        if (first === undefined) return {};
        return errors.length === 1 ? { status: errorRow(first.code).http, headers: new Headers(headersOf(first)) } : {};
      },
      onError: ({ error, path, req }) => logFailure(deps.logger, appErrorOf(error), { requestId: req.id, procedure: path ?? null }),
    },
  };
  await fastify.register(fastifyTRPCPlugin, options);
};
