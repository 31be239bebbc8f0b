'use client';

import type { ClusterStatus } from '@quorate/core/api/cluster';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useReducer } from 'react';
import { useApi } from '../../lib/api-context';
import { type ApiFailure, readFailure } from '../../lib/api-failure';
import { queryKeys } from '../../lib/query-keys';
import { clusterStatusQuery } from './cluster-status-query';
import { followCluster } from './cluster-stream';
import { type Connection, initialConnection, nextConnection } from './connection';
import { openClusterStream } from './open-cluster-stream';
import { fingerprintStatus } from './status-fingerprint';

export type LiveCluster = {
  /** The last status that arrived; undefined before the first. */
  readonly status: ClusterStatus | undefined;
  /** Browser time at which it arrived, milliseconds. */
  readonly receivedAtMs: number;
  /** Why the last request failed; null when it did not, or when the stream has brought a status since. */
  readonly failure: ApiFailure | null;
  readonly connection: Connection;
  readonly retry: () => void;
};

/** The cluster, live: by the stream, or by polling while there is none. Mount it once. */
export const useLiveCluster = (): LiveCluster => {
  const api = useApi();
  const queryClient = useQueryClient();
  const [connection, dispatch] = useReducer(nextConnection, initialConnection);
  const query = useQuery(clusterStatusQuery(api, connection));

  useEffect(() => {
    const stop = new AbortController();
    // followCluster never rejects.
    void followCluster(openClusterStream(api), {
      onStatus: (status) => queryClient.setQueryData(queryKeys.clusterStatus, status),
      onConnection: dispatch,
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [api, queryClient]);

  // A broken stream does not say why: the status request does, at once.
  const isBroken = 'failures' in connection;
  useEffect(() => {
    if (isBroken) void queryClient.invalidateQueries({ queryKey: queryKeys.clusterStatus });
  }, [isBroken, queryClient]);

  const fingerprint = query.data ? fingerprintStatus(query.data) : null;
  useEffect(() => {
    if (fingerprint === null) return;
    for (const queryKey of [queryKeys.joinTokens, queryKeys.events, queryKeys.removalPreviews]) void queryClient.invalidateQueries({ queryKey });
  }, [fingerprint, queryClient]);

  return {
    status: query.data,
    receivedAtMs: query.dataUpdatedAt,
    failure: query.isError ? readFailure(query.error) : null,
    connection,
    retry: () => void query.refetch(),
  };
};
