import { describe, expect, it } from 'vitest';
import { createFeed } from './feed';
import { type LoopOptions, runLoop } from './loop';
import { createFakeClock } from './testing/fake-clock';

const start = (options: Partial<LoopOptions> & Pick<LoopOptions, 'run'>) => {
  const clock = createFakeClock();
  const stop = new AbortController();
  const lines: { level: string; fields: Record<string, unknown>; message: string }[] = [];
  const note = (level: string) => (first: unknown, message?: string) => {
    lines.push({ level, fields: typeof first === 'object' ? { ...first } : {}, message: message ?? String(first) });
  };
  const loop = runLoop({
    name: 'test',
    everyMs: 10_000,
    jitter: 0,
    random: () => 0.5,
    signal: stop.signal,
    clock,
    logger: { warn: note('warn'), info: note('info') },
    ...options,
  });
  return { clock, stop, lines, loop };
};

describe('runLoop', () => {
  it('runs at once and then on each tick', async () => {
    let turns = 0;
    const { clock, loop, stop } = start({ run: () => (turns += 1) });
    await clock.settle();
    expect(turns).toBe(1);
    await clock.advance(9_999);
    expect(turns).toBe(1);
    await clock.advance(1);
    expect(turns).toBe(2);
    await clock.advance(30_000);
    expect(turns).toBe(5);
    expect(loop.status()).toMatchObject({ state: 'waiting', reason: 'tick', iteration: 5, lastResult: 'ok' });
    stop.abort();
    await loop.done;
    expect(loop.status().state).toBe('stopped');
  });

  it('runs at once when woken', async () => {
    let turns = 0;
    const { clock, loop, stop } = start({ run: () => (turns += 1) });
    await clock.settle();
    loop.wake();
    await clock.settle();
    expect(turns).toBe(2);
    expect(loop.status().reason).toBe('wake');
    stop.abort();
    await loop.done;
  });

  it('never overlaps, and turns any number of wakes during a turn into one more turn', async () => {
    let running = 0;
    let most = 0;
    let turns = 0;
    const { clock, loop, stop } = start({
      run: async (signal) => {
        turns += 1;
        running += 1;
        most = Math.max(most, running);
        await clock.sleep(1_000, signal);
        running -= 1;
      },
    });
    await clock.advance(500);
    for (let i = 0; i < 5; i += 1) loop.wake();
    await clock.advance(5_000);
    expect({ turns, most }).toEqual({ turns: 2, most: 1 });
    stop.abort();
    await loop.done;
  });

  it('backs off while it fails, logs the first failure and one a minute, and logs the recovery', async () => {
    let turns = 0;
    let broken = true;
    const { clock, loop, lines, stop } = start({
      run: () => {
        turns += 1;
        if (broken) throw new Error('disk is gone');
      },
    });
    await clock.settle();
    expect(loop.status()).toMatchObject({ state: 'backing-off', lastResult: 'failed', lastError: 'disk is gone', consecutive: 1 });
    await clock.advance(1_000);
    expect(turns).toBe(2);
    await clock.advance(2_000);
    expect(turns).toBe(3);
    expect(lines.map((line) => line.fields.consecutive)).toEqual([1]);
    await clock.advance(120_000);
    expect(lines.map((line) => line.level)).toEqual(['warn', 'warn', 'warn']);
    broken = false;
    await clock.advance(30_000);
    expect(lines.at(-1)).toMatchObject({ level: 'info', message: 'loop recovered' });
    expect(loop.status()).toMatchObject({ lastResult: 'ok', consecutive: 0, lastError: null });
    stop.abort();
    await loop.done;
  });

  it('does not spin when it is woken all the time while it fails', async () => {
    let turns = 0;
    const { clock, loop, stop } = start({
      run: () => {
        turns += 1;
        loopWake();
        throw new Error('no');
      },
    });
    const loopWake = () => queueMicrotask(() => loop.wake());
    await clock.advance(10_000);
    expect(turns).toBeGreaterThan(5);
    expect(turns).toBeLessThan(12);
    stop.abort();
    await loop.done;
  });

  it('is woken by the items of an iterable', async () => {
    let turns = 0;
    const feed = createFeed(0);
    const following = new AbortController();
    const { clock, loop, stop } = start({ run: () => (turns += 1), wake: feed.watch(following.signal) });
    await clock.settle();
    const before = turns;
    feed.set(1);
    await clock.settle();
    expect(turns).toBe(before + 1);
    following.abort();
    stop.abort();
    await loop.done;
  });

  it('ends without a log line when its signal aborts in the middle of a turn', async () => {
    const { clock, loop, lines, stop } = start({ run: (signal) => clock.sleep(1_000, signal) });
    await clock.settle();
    stop.abort(new Error('stopping'));
    await loop.done;
    expect(lines).toEqual([]);
    expect(loop.status().state).toBe('stopped');
  });
});
