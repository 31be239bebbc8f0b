/**
 * Gives memory back when nothing happens. V8 collects when it needs room, not when it has time: a daemon that was busy once keeps what it
 * used then (measured: 130 MiB resident after a burst of writes, 88 MiB ten seconds after one full collection of 20 to 40 ms).
 */
import { performance } from 'node:perf_hooks';
import v8 from 'node:v8';
import vm from 'node:vm';
import type { Logger } from './logger';
import { type Loop, runLoop } from './loop';

const EVERY_MS = 15_000;
/** A process that was busy for less than this part of the last interval has the time. */
const IDLE_UTILIZATION = 0.1;
/** Less than this is not worth a collection. */
const WORTH_BYTES = 4 * 1024 * 1024;

/** Collects garbage in idle moments until the signal aborts. */
export const collectWhenIdle = (options: { readonly signal: AbortSignal; readonly logger: Logger }): Loop => {
  const collect = findCollector();
  let usedAfterBytes = 0;
  let before = performance.eventLoopUtilization();
  return runLoop({
    name: 'idle-memory',
    everyMs: EVERY_MS,
    signal: options.signal,
    logger: options.logger,
    run: () => {
      const { utilization } = performance.eventLoopUtilization(before);
      before = performance.eventLoopUtilization();
      if (utilization > IDLE_UTILIZATION || process.memoryUsage().heapUsed - usedAfterBytes < WORTH_BYTES) return;
      collect();
      usedAfterBytes = process.memoryUsage().heapUsed;
    },
  });
};

/** The engine's own collector, without asking for a command-line flag; a new context sees it once the flag is set. */
const findCollector = (): (() => void) => {
  v8.setFlagsFromString('--expose-gc');
  const collect: unknown = vm.runInNewContext('gc');
  v8.setFlagsFromString('--no-expose-gc');
  return typeof collect === 'function' ? () => void collect() : () => undefined;
};
