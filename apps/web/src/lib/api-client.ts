import type { AppRouter } from '@quorate/daemon/router';
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, type TRPCClient } from '@trpc/client';
import { FetchEventSource } from './fetch-event-source';
import { TRPC_PATH } from './paths';

export type ApiClient = TRPCClient<AppRouter>;

/**
 * A client that calls the daemon which served the page, with this administrator token.
 *
 * Calls are not batched: the status comes from memory and must not wait for a list that etcd cannot answer while there is no quorum.
 */
export const createApiClient = ({ token }: { readonly token: string }): ApiClient => {
  const headers = { authorization: `Bearer ${token}` };
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({ url: TRPC_PATH, EventSource: FetchEventSource, eventSourceOptions: { headers } }),
        false: httpLink({ url: TRPC_PATH, headers }),
      }),
    ],
  });
};
