/**
 * The tRPC instance: context, what a procedure declares about itself, and how an error leaves.
 * Nothing of HTTP is known here; `api/http-server.ts`, `api/rest` and `api/admin-socket.ts` bring their own context.
 */
import { initTRPC } from '@trpc/server';
import type { z } from 'zod';
import type { ApiContext } from './context';
import { problemOf } from './trpc-error';

/** How a procedure appears over REST; read by the bridge and by the OpenAPI document. Subscriptions become event streams. */
export type RestMeta = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** OpenAPI style: /v1/cluster/members/{id}. */
  readonly path: `/v1/${string}`;
  /** Of a successful answer. */
  readonly status: 200 | 201 | 204;
  /** One sentence, imperative. */
  readonly summary: string;
  readonly tag: 'cluster' | 'join tokens' | 'events';
  /** Of a subscription: what each event holds. */
  readonly events?: z.ZodType;
};
export type ProcedureMeta = { readonly rest: RestMeta };

/** Milliseconds between the comments that keep an event stream alive through proxies, and after which a client thinks it dead. */
export const SSE_PING_MS = 10_000;
export const SSE_DEAD_MS = 25_000;

export const t = initTRPC
  .context<ApiContext>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: SSE_PING_MS }, client: { reconnectAfterInactivityMs: SSE_DEAD_MS } },
    // `data.problem` is the very body that REST answers with: code, hint, data, requestId.
    errorFormatter: ({ shape, error, ctx }) => ({ ...shape, data: { ...shape.data, problem: problemOf(error, ctx?.requestId ?? '') } }),
  });
