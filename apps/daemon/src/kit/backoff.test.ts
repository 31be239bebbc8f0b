import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBackoff } from './backoff';

describe('createBackoff', () => {
  it('doubles up to the ceiling and starts over after a reset', () => {
    const backoff = createBackoff({ baseMs: 100, maxMs: 1_000, random: () => 0.5 });
    expect(Array.from({ length: 6 }, backoff.next)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  it('varies by the jitter and never passes the ceiling', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 60 }), (randoms) => {
        let at = 0;
        const backoff = createBackoff({ baseMs: 100, maxMs: 5_000, jitter: 0.3, random: () => randoms[at++ % randoms.length] ?? 0 });
        return randoms.every(() => {
          const delay = backoff.next();
          return delay >= 70 && delay <= 5_000;
        });
      }),
    );
  });

  it('stays at the ceiling after thousands of failures', () => {
    const backoff = createBackoff({ baseMs: 1, maxMs: 50, random: () => 0.5 });
    for (let i = 0; i < 5_000; i += 1) backoff.next();
    expect(backoff.next()).toBe(50);
  });
});
