import { mutationOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '../../lib/api-client';
import { queryKeys } from '../../lib/query-keys';

/** What removing this member would do, worked out by the daemon. Asked anew each time the dialog opens, and when the cluster changes. */
export const removalPreviewQuery = (api: ApiClient, memberId: string) =>
  queryOptions({
    queryKey: queryKeys.removalPreview(memberId),
    queryFn: ({ signal }) => api.cluster.previewRemoval.query({ id: memberId }, { signal }),
    gcTime: 0,
  });

/** Removes a member; with `force` also when tolerance is lost. */
export const removeMemberMutation = (api: ApiClient, queryClient: QueryClient) =>
  mutationOptions({
    mutationFn: (input: { readonly id: string; readonly force: boolean }) => api.cluster.removeMember.mutate(input),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.clusterStatus }),
  });
