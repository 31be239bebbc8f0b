/**
 * Follows the cluster for as long as the page is open: one subscription after the other, with a pause between them that grows while they fail.
 * It alone decides when to reconnect; the transport below never does.
 */
import type { ClusterStatus } from '@quorate/core/api/cluster';
import type { ApiClient } from '../../lib/api-client';
import type { ConnectionEvent } from './connection';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

type FollowOptions = {
  readonly onStatus: (status: ClusterStatus) => void;
  readonly onConnection: (event: ConnectionEvent) => void;
  readonly signal: AbortSignal;
};

/** Milliseconds to wait after so many failures in a row: 500, 1000, 2000, 4000, 5000, … */
export const pauseAfter = (failures: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1));

/** Runs until the signal aborts; never rejects. */
export const followCluster = async (api: ApiClient, { onStatus, onConnection, signal }: FollowOptions): Promise<void> => {
  let failures = 0;
  while (!signal.aborted) {
    const onData = (status: ClusterStatus): void => {
      failures = 0;
      onStatus(status);
      onConnection('received');
    };
    await subscribeOnce(api, { onData, onTrouble: () => onConnection('broken'), signal });
    if (signal.aborted) return;
    failures += 1;
    await pause(pauseAfter(failures), signal);
  }
};

type SubscribeOptions = { readonly onData: (status: ClusterStatus) => void; readonly onTrouble: () => void; readonly signal: AbortSignal };

/** One subscription from its start to its end, whatever ends it. */
const subscribeOnce = async (api: ApiClient, { onData, onTrouble, signal }: SubscribeOptions): Promise<void> => {
  const over = new AbortController();
  const end = (): void => over.abort();
  const subscription = api.cluster.watch.subscribe(undefined, {
    onData: ({ data }) => onData(data),
    onError: end,
    onComplete: end,
    // An error beside "connecting" is a refusal that may pass, such as STARTING, or silence for too long: begin anew after our own pause.
    onConnectionStateChange: (state) => {
      if (state.state === 'connecting' && state.error) end();
    },
  });
  await untilAborted(AbortSignal.any([signal, over.signal]));
  subscription.unsubscribe();
  if (!signal.aborted) onTrouble();
};

const pause = (ms: number, signal: AbortSignal): Promise<void> => untilAborted(AbortSignal.any([signal, AbortSignal.timeout(ms)]));

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
