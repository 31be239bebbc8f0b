import { isAppError } from '@quorate/core/errors/app-error';
import { describe, expect, it } from 'vitest';
import { createCloser } from './closer';
import { createFakeClock } from './testing/fake-clock';

describe('createCloser', () => {
  it('undoes in reverse order, once, and answers every call with the same promise', async () => {
    const order: string[] = [];
    const closer = createCloser({ clock: createFakeClock() });
    closer.push('first', () => order.push('first'));
    closer.push('second', async () => order.push('second'));
    const closing = closer.close();
    expect(closer.close()).toBe(closing);
    expect(await closing).toEqual([]);
    expect(order).toEqual(['second', 'first']);
  });

  it('goes on after a step that fails, and names it', async () => {
    const order: string[] = [];
    const closer = createCloser({ clock: createFakeClock() });
    closer.push('kept', () => order.push('kept'));
    closer.push('broken', () => {
      throw new Error('no');
    });
    expect(await closer.close()).toMatchObject([{ name: 'broken', error: { message: 'no' } }]);
    expect(order).toEqual(['kept']);
  });

  it('leaves a step that hangs at its deadline, tells it so, and goes on', async () => {
    const clock = createFakeClock();
    const order: string[] = [];
    const closer = createCloser({ clock });
    closer.push('kept', () => order.push('kept'));
    closer.push(
      'stuck',
      (signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => order.push('told'));
        }),
      { deadlineMs: 100 },
    );
    const closing = closer.close();
    await clock.advance(99);
    expect(order).toEqual([]);
    await clock.advance(1);
    const failures = await closing;
    expect(failures).toHaveLength(1);
    expect(isAppError(failures[0]?.error, 'TIMEOUT')).toBe(true);
    expect(order).toEqual(['told', 'kept']);
    expect(clock.sleepers()).toBe(0);
  });

  it('undoes what is started while it closes, and refuses what is started later', async () => {
    const order: string[] = [];
    const closer = createCloser({ clock: createFakeClock() });
    closer.push('first', () => order.push('first'));
    closer.push('second', () => closer.push('late', () => order.push('late')));
    await closer.close();
    expect(order).toEqual(['late', 'first']);
    expect(() => closer.push('too late', () => undefined)).toThrow(expect.objectContaining({ code: 'STOPPING' }));
  });
});
