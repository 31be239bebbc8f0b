import { describe, expect, it } from 'vitest';
import { createEventId, randomHex } from './ids';

describe('createEventId', () => {
  it('sorts by time as text', () => {
    const times = [0, 1, 999, 1_750_000_000_000, 1_750_000_000_001, 2 ** 47];
    const ids = times.map((time) => createEventId(time));
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  });

  it('differs within one millisecond', () => {
    expect(createEventId(5)).not.toBe(createEventId(5));
  });
});

describe('randomHex', () => {
  it('spells the bytes in hex', () => {
    expect(randomHex(3, () => Uint8Array.from([0, 15, 255]))).toBe('000fff');
    expect(randomHex(16)).toHaveLength(32);
  });
});
