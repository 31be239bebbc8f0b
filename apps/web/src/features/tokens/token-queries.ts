import { mutationOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '../../lib/api-client';
import { queryKeys } from '../../lib/query-keys';

/** All join tokens. The live stream marks the list out of date when a join moves; opening the page or coming back to it reads it anew. */
export const joinTokensQuery = (api: ApiClient) =>
  queryOptions({
    queryKey: queryKeys.joinTokens,
    queryFn: ({ signal }) => api.joinTokens.list.query(undefined, { signal }),
  });

export type NewJoinToken = { readonly name?: string; readonly ttl: string; readonly maxUses: number };

/** Mints a token. The answer holds its plaintext and is dropped with the dialog that shows it. */
export const createJoinTokenMutation = (api: ApiClient, queryClient: QueryClient) =>
  mutationOptions({
    mutationFn: (input: NewJoinToken) => api.joinTokens.create.mutate({ kind: 'cluster', ...input }),
    onSettled: () => invalidateTokens(queryClient),
    gcTime: 0,
  });

/** Ends a token. */
export const revokeJoinTokenMutation = (api: ApiClient, queryClient: QueryClient) =>
  mutationOptions({
    mutationFn: (id: string) => api.joinTokens.revoke.mutate({ id }),
    onSettled: () => invalidateTokens(queryClient),
  });

const invalidateTokens = async (queryClient: QueryClient): Promise<void> => {
  await Promise.all([queryKeys.joinTokens, queryKeys.events].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
};
