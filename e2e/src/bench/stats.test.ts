import { describe, expect, it } from 'vitest';
import { formatMs, median, percentile } from './stats';

describe('figures of a measurement', () => {
  it('takes the nearest rank as a percentile', () => {
    const values = [5, 1, 4, 2, 3];
    expect(median(values)).toBe(3);
    expect(percentile(values, 0.99)).toBe(5);
    expect(percentile(values, 0)).toBe(1);
  });

  it('has no percentile of nothing', () => {
    expect(median([])).toBeNaN();
  });

  it('prints milliseconds below a second and seconds from there', () => {
    expect(formatMs(999.4)).toBe('999 ms');
    expect(formatMs(1_234)).toBe('1.23 s');
  });
});
