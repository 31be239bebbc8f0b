import { describe, expect, it } from 'vitest';
import { createLatch, isAbort, isTimeout, raceAbort, untilAborted, withTimeout } from './abort';

describe('withTimeout', () => {
  it('aborts with the reason of the outer signal', () => {
    const outer = new AbortController();
    const signal = withTimeout(outer.signal, 60_000);
    outer.abort(new Error('stopping'));
    expect(signal.reason).toMatchObject({ message: 'stopping' });
  });

  it('aborts with a timeout when the time is up', async () => {
    const signal = withTimeout(undefined, 1);
    await untilAborted(signal);
    expect(isTimeout(signal.reason)).toBe(true);
    expect(isAbort(signal.reason)).toBe(false);
  });

  it('is aborted at once when the outer signal is', () => {
    expect(withTimeout(AbortSignal.abort('gone'), 10).reason).toBe('gone');
  });
});

describe('isAbort', () => {
  it('finds the cancellation among the causes', () => {
    expect(isAbort(new Error('while reading', { cause: new DOMException('', 'AbortError') }))).toBe(true);
    expect(isAbort(new Error('broken'))).toBe(false);
    expect(isAbort('AbortError')).toBe(false);
  });
});

describe('raceAbort', () => {
  it('gives the outcome of the promise when that comes first', async () => {
    expect(await raceAbort(Promise.resolve(7), new AbortController().signal)).toBe(7);
  });

  it('rejects with the reason when the signal comes first', async () => {
    const stop = new AbortController();
    const raced = raceAbort(new Promise(() => undefined), stop.signal);
    stop.abort(new Error('stopping'));
    await expect(raced).rejects.toThrow('stopping');
  });
});

describe('createLatch', () => {
  it('keeps its first value for everyone who waits', async () => {
    const latch = createLatch<string>();
    expect(latch.peek()).toBeNull();
    const early = latch.wait(new AbortController().signal);
    latch.resolve('first');
    latch.resolve('second');
    expect(await early).toBe('first');
    expect(await latch.wait(new AbortController().signal)).toBe('first');
    expect(latch.peek()).toEqual({ value: 'first' });
  });

  it('stops waiting when the signal aborts', async () => {
    await expect(createLatch<string>().wait(AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping');
  });
});
