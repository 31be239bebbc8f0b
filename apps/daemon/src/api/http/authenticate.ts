import type { FastifyRequest } from 'fastify';
import type { Actor, ApiServices } from '../services';

const BEARER = /^Bearer +(\S+)$/i;

/** Who a request comes from; `retryAfterSeconds` is set when its address showed wrong credentials too often. */
export type Caller = { readonly actor: Actor | null; readonly retryAfterSeconds: number | null };

/** Counts a wrong credential of the request's address: the seconds it has to wait, or null while it is within its allowance. */
export type CountFailure = (request: FastifyRequest) => Promise<number | null>;

/** True when the request carries the administrator token. */
export const hasAdminToken = (request: FastifyRequest, services: ApiServices | null): boolean => {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
  return token !== undefined && services?.access.isAdminToken(token) === true;
};

/**
 * Finds the caller of a request by its `Authorization` header. A right token always passes, also from an address that is over its
 * allowance of wrong ones: tokens hold 256 random bits, so the limit only protects log and processor, and must not let a stranger
 * behind the same proxy lock the operator out.
 */
export const authenticate = async (request: FastifyRequest, services: ApiServices | null, countFailure: CountFailure): Promise<Caller> => {
  if (services === null || request.headers.authorization === undefined) return { actor: null, retryAfterSeconds: null };
  if (hasAdminToken(request, services)) return { actor: { kind: 'admin-token', name: 'administrator', from: request.ip }, retryAfterSeconds: null };
  return { actor: null, retryAfterSeconds: await countFailure(request) };
};
