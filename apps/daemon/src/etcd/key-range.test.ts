import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyBytes, keyText, prefixRange } from './key-range';

const compare = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b);
const isIn = (key: Uint8Array, range: { key: Uint8Array; rangeEnd: Uint8Array }) =>
  compare(key, range.key) >= 0 && ((range.rangeEnd.length === 1 && range.rangeEnd[0] === 0) || compare(key, range.rangeEnd) < 0);

describe('prefixRange', () => {
  it('ends just behind the last key with the prefix', () => {
    expect(prefixRange('/jobs/')).toEqual({ key: keyBytes('/jobs/'), rangeEnd: keyBytes('/jobs0') });
  });

  it('means every key for the empty prefix', () => {
    expect(prefixRange('')).toEqual({ key: new Uint8Array([0]), rangeEnd: new Uint8Array([0]) });
  });

  it('begins at a given key within the prefix', () => {
    expect(prefixRange('/jobs/', '/jobs/7')).toEqual({ key: keyBytes('/jobs/7'), rangeEnd: keyBytes('/jobs0') });
  });

  it('holds exactly the keys that begin with the prefix', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const range = prefixRange(prefix);
        expect(isIn(keyBytes(prefix + other), range)).toBe(true);
        expect(isIn(keyBytes(other), range)).toBe(keyText(keyBytes(other)).startsWith(prefix));
      }),
    );
  });
});
