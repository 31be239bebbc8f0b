import { Readable } from 'node:stream';
import { toProblem } from '@quorate/core/errors/problem';
import { isTrackedEnvelope } from '@trpc/server';
import { systemClock } from '../../kit/clock';
import { SSE_PING_MS } from '../trpc/init';
import { appErrorOf } from '../trpc/trpc-error';

type StreamOptions = {
  readonly requestId: string;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  /** Silence after which a comment is sent. Default 10,000. */
  readonly pingMs?: number;
};

/**
 * The text of an event stream (WHATWG server-sent events): one `message` event per value with its id, a comment in long silences, and
 * at a failure one `problem` event, after which it ends. A slow reader slows the source down; nothing piles up here.
 */
export const eventStream = (events: AsyncIterable<unknown>, options: StreamOptions): Readable => Readable.from(lines(events, options), { objectMode: false });

async function* lines(events: AsyncIterable<unknown>, options: StreamOptions): AsyncGenerator<Buffer> {
  const { requestId, signal, pingMs = SSE_PING_MS } = options;
  const iterator = events[Symbol.asyncIterator]();
  try {
    yield Buffer.from('retry: 1000\n\n');
    let next = iterator.next();
    while (!signal.aborted) {
      const result = await nextWithin(next, pingMs);
      if (result === 'silence') {
        yield Buffer.from(': still here\n\n');
        continue;
      }
      if (result.done === true) return;
      yield Buffer.from(eventText(result.value));
      next = iterator.next();
    }
  } catch (error) {
    if (!signal.aborted) yield Buffer.from(`event: problem\ndata: ${JSON.stringify(toProblem(appErrorOf(error), requestId))}\n\n`);
  } finally {
    await iterator.return?.();
  }
}

const eventText = (value: unknown): string => {
  if (!isTrackedEnvelope(value)) return `data: ${JSON.stringify(value)}\n\n`;
  return `id: ${value[0]}\ndata: ${JSON.stringify(value[1])}\n\n`;
};

const nextWithin = async <T>(next: Promise<IteratorResult<T>>, ms: number): Promise<IteratorResult<T> | 'silence'> => {
  const waiting = new AbortController();
  const silence = systemClock.sleep(ms, waiting.signal).then(
    () => 'silence' as const,
    () => 'silence' as const,
  );
  try {
    return await Promise.race([next, silence]);
  } finally {
    waiting.abort();
  }
};
