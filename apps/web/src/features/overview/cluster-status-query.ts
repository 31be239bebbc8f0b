import { queryOptions } from '@tanstack/react-query';
import type { ApiClient } from '../../lib/api-client';
import { queryKeys } from '../../lib/query-keys';
import { type Connection, isStreaming } from './connection';

/** How often the status is asked for while the live stream is down. */
const POLL_MS = 5_000;

/** The status of the cluster as the serving replica sees it. The stream keeps it current; without the stream it is asked for again and again. */
export const clusterStatusQuery = (api: ApiClient, connection: Connection) =>
  queryOptions({
    queryKey: queryKeys.clusterStatus,
    queryFn: ({ signal }) => api.cluster.status.query(undefined, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: isStreaming(connection) ? false : POLL_MS,
    refetchIntervalInBackground: true,
  });
