/**
 * Follows the cluster for as long as the page is open: one stream after the other, with a pause between them that grows while they fail.
 * It alone decides when to reconnect; the transport below never does.
 */
import type { ClusterStatus } from '@quorate/core/api/cluster';
import type { ConnectionEvent } from './connection';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

export type StreamHandlers = {
  readonly onStatus: (status: ClusterStatus) => void;
  /** It is over, whatever ended it. */
  readonly onEnd: () => void;
};

/** Opens one stream and returns how to close it. */
export type OpenStream = (handlers: StreamHandlers) => () => void;

export type FollowOptions = {
  readonly onStatus: (status: ClusterStatus) => void;
  readonly onConnection: (event: ConnectionEvent) => void;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
};

/** Milliseconds to wait after so many failures in a row: 500, 1000, 2000, 4000, 5000, … */
export const pauseAfter = (failures: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1));

/** Runs until the signal aborts; never rejects. */
export const followCluster = async (open: OpenStream, { onStatus, onConnection, pause = pauseFor, signal }: FollowOptions): Promise<void> => {
  let failures = 0;
  while (!signal.aborted) {
    const over = new AbortController();
    const close = open({
      onStatus: (status) => {
        failures = 0;
        onStatus(status);
        onConnection('received');
      },
      onEnd: () => over.abort(),
    });
    await untilAborted(AbortSignal.any([signal, over.signal]));
    close();
    if (signal.aborted) return;
    onConnection('broken');
    failures += 1;
    await pause(pauseAfter(failures), signal);
  }
};

const pauseFor = (ms: number, signal: AbortSignal): Promise<void> => untilAborted(AbortSignal.any([signal, AbortSignal.timeout(ms)]));

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
