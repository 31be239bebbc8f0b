import rateLimit from '@fastify/rate-limit';
import { AppError } from '@quorate/core/errors/app-error';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CountFailure } from './authenticate';

const WINDOW_MS = 60_000;

export type RateLimits = {
  /** Requests a minute of one address (IPv6: of one /64). */
  readonly requestsPerMinute: number;
  /** Wrong credentials a minute of one address. */
  readonly failuresPerMinute: number;
};

export type FailureCount = {
  /** Counts one more; the seconds to wait once that is too many, else null. */
  readonly count: CountFailure;
  /** The seconds to wait when there were too many already, else null; counts nothing. */
  readonly peek: CountFailure;
};

/** Limits requests per address, except those that `isExempt` and routes with `rateLimit: false`. Register before the routes. */
export const registerRateLimits = async (
  fastify: FastifyInstance,
  limits: RateLimits,
  isExempt: (request: FastifyRequest) => boolean,
): Promise<FailureCount> => {
  await fastify.register(rateLimit, {
    global: true,
    max: limits.requestsPerMinute,
    timeWindow: WINDOW_MS,
    allowList: (request) => isExempt(request),
    errorResponseBuilder: (_request, { ttl }) =>
      new AppError('RATE_LIMITED', { message: 'too many requests from this address', data: { retryAfterSeconds: Math.ceil(ttl / 1000) } }),
  });
  const limit = fastify.createRateLimit({ max: limits.failuresPerMinute, timeWindow: WINDOW_MS, allowList: [] });
  const secondsOf = async (request: FastifyRequest, increment: boolean): Promise<number | null> => {
    const state = await limit(request, { increment });
    if (state.isAllowed) return null;
    const isOver = increment ? state.isExceeded : state.remaining === 0;
    return isOver ? Math.max(1, state.ttlInSeconds) : null;
  };
  return Object.freeze({ count: (request: FastifyRequest) => secondsOf(request, true), peek: (request: FastifyRequest) => secondsOf(request, false) });
};
