import { describe, expect, it } from 'vitest';
import { createFeed } from './feed';

describe('createFeed', () => {
  it('gives the present value at once and then each change', async () => {
    const feed = createFeed('a');
    const changes = feed.watch(new AbortController().signal)[Symbol.asyncIterator]();
    expect((await changes.next()).value).toBe('a');
    const next = changes.next();
    feed.set('b');
    expect((await next).value).toBe('b');
    expect(feed.get()).toBe('b');
  });

  it('skips to the latest value for a slow consumer', async () => {
    const feed = createFeed(0);
    const changes = feed.watch(new AbortController().signal)[Symbol.asyncIterator]();
    await changes.next();
    for (const value of [1, 2, 3]) feed.set(value);
    expect((await changes.next()).value).toBe(3);
  });

  it('does not report a value that was set to itself', async () => {
    const same = { n: 1 };
    const feed = createFeed<object>(same);
    const changes = feed.watch(new AbortController().signal)[Symbol.asyncIterator]();
    await changes.next();
    feed.set(same);
    const next = changes.next();
    const other = { n: 2 };
    feed.set(other);
    expect((await next).value).toBe(other);
  });

  it('serves several consumers and ends quietly when the signal aborts', async () => {
    const feed = createFeed(1);
    const stop = new AbortController();
    const seen: number[][] = [[], []];
    const consumers = seen.map(async (list) => {
      for await (const value of feed.watch(stop.signal)) {
        list.push(value);
        if (value === 2) setImmediate(() => stop.abort());
      }
    });
    feed.set(2);
    await Promise.all(consumers);
    expect(seen).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});
