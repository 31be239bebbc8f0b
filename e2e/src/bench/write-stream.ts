import { setTimeout as sleep } from 'node:timers/promises';
import type { WriteEndpoint } from './write-endpoint';

export type WriteStream = {
  /** Ends the writing. Times in milliseconds; a stall is the time between two acknowledgements of one writer. */
  readonly stop: () => Promise<{ readonly acknowledged: number; readonly failed: number; readonly longestStallMs: number; readonly stalls: readonly number[] }>;
};

/** Pause between two writes of a writer. */
const PAUSE_MS = 5;

/** One writer per endpoint, one write after the other. */
export const startWriteStream = (endpoints: readonly WriteEndpoint[], options: { readonly timeoutMs: number }): WriteStream => {
  const ending = new AbortController();
  let acknowledged = 0;
  let failed = 0;
  const stalls: number[] = [];
  const writers = endpoints.map(async (endpoint) => {
    for (let lastAt = performance.now(); !ending.signal.aborted; ) {
      if (await endpoint.write(options.timeoutMs)) {
        acknowledged += 1;
        stalls.push(performance.now() - lastAt);
        lastAt = performance.now();
      } else failed += 1;
      await sleep(PAUSE_MS);
    }
  });
  return {
    stop: async () => {
      ending.abort();
      await Promise.all(writers);
      return { acknowledged, failed, longestStallMs: Math.max(0, ...stalls), stalls };
    },
  };
};
