import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '../../lib/api-client';
import { queryKeys } from '../../lib/query-keys';

const SHOWN = 25;

/** The newest events. The live stream marks them out of date whenever the cluster changes. */
export const recentEventsQuery = (api: ApiClient) =>
  queryOptions({
    queryKey: queryKeys.events,
    queryFn: ({ signal }) => api.events.list.query({ limit: SHOWN }, { signal }),
  });
