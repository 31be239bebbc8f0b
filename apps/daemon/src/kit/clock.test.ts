import { describe, expect, it } from 'vitest';
import { systemClock } from './clock';
import { createFakeClock } from './testing/fake-clock';

describe('systemClock', () => {
  it('sleeps, and rejects with the very reason of the signal', async () => {
    await systemClock.sleep(1, new AbortController().signal);
    const reason = new Error('stopping');
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60_000, stop.signal);
    stop.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(systemClock.sleep(1, stop.signal)).rejects.toBe(reason);
  });
});

describe('createFakeClock', () => {
  it('wakes sleepers in order, each at its own moment', async () => {
    const clock = createFakeClock(1_000);
    const signal = new AbortController().signal;
    const seen: string[] = [];
    const nap = async (name: string, ms: number) => {
      await clock.sleep(ms, signal);
      seen.push(`${name}@${clock.now()}`);
    };
    const naps = [nap('late', 20), nap('early', 10)];
    await clock.advance(100);
    await Promise.all(naps);
    expect(seen).toEqual(['early@1010', 'late@1020']);
    expect(clock.monotonic()).toBe(100);
  });
});
