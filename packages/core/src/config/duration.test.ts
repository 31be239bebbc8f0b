import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DurationSchema, formatDuration, parseDurationMs } from './duration';

describe('duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['15m', 900_000],
    ['6h', 21_600_000],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '5', '5 s', '-5s', '1.5h', '5S', '1h30m', '1w', 's', '9999999999s'])('%j is none', (text) => {
    expect(parseDurationMs(text)).toBeNull();
    expect(DurationSchema.safeParse(text).error?.issues[0]?.message).toMatch(/a whole number and a unit/);
  });

  it('comes back from its shortest text', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999 }), fc.constantFrom('ms', 's', 'm', 'h', 'd'), (count, unit) => {
        const ms = parseDurationMs(`${count}${unit}`) ?? Number.NaN;
        expect(parseDurationMs(formatDuration(ms))).toBe(ms);
      }),
    );
    expect([90_000, 3_600_000, 86_400_000, 1001].map(formatDuration)).toEqual(['90s', '1h', '1d', '1001ms']);
  });
});
