import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatList,
  formatPlural,
  formatRelative,
  formatRoundTrip,
  formatShortId,
  formatShortTime,
  formatSpan,
  formatTimestamp,
} from './format';

const AT = Date.parse('2026-11-21T14:03:22.500Z');

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [25_165_824, '24 MiB'],
    [25_206_784, '24 MiB'],
    [104_857_600, '100 MiB'],
    [1_073_741_823, '1 GiB'],
    [2_147_483_648, '2 GiB'],
    [5 * 1024 ** 4, '5 TiB'],
    [5000 * 1024 ** 4, '5000 TiB'],
  ])('tells %i bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1\u202f000'],
    [1_234_567, '1\u202f234\u202f567'],
    ['18446744073709551615', '18\u202f446\u202f744\u202f073\u202f709\u202f551\u202f615'],
  ])('groups the digits of %s', (count, text) => expect(formatCount(count)).toBe(text));
});

describe('formatRoundTrip', () => {
  it.each([
    [0, '0.0 ms'],
    [0.42, '0.4 ms'],
    [12.3, '12 ms'],
    [1840, '1.8 s'],
  ])('tells %f ms as %s', (ms, text) => expect(formatRoundTrip(ms)).toBe(text));
});

describe('formatSpan', () => {
  it.each([
    [-5, '0 s'],
    [9_400, '9 s'],
    [12_000, '10 s'],
    [58_000, '55 s'],
    [90_000, '2 min'],
    [3_599_000, '60 min'],
    [7_200_000, '2 h'],
    [47 * 3_600_000, '47 h'],
    [4 * 86_400_000, '4 d'],
  ])('tells %i ms as %s', (ms, text) => expect(formatSpan(ms)).toBe(text));
});

describe('formatRelative', () => {
  it('calls both sides of the present "just now", because clocks differ', () => {
    expect(formatRelative(AT, AT + 9_000)).toBe('just now');
    expect(formatRelative(AT, AT - 9_000)).toBe('just now');
  });
  it('tells the past and the future', () => {
    expect(formatRelative(AT, AT + 180_000)).toBe('3 min ago');
    expect(formatRelative(AT, AT - 3_000_000)).toBe('in 50 min');
  });
});

describe('times', () => {
  it('prints a whole timestamp in UTC', () => expect(formatTimestamp(AT, 'utc')).toBe('2026-11-21 14:03:22 UTC'));
  it('names the offset of the local zone', () => expect(formatTimestamp(AT, 'local')).toMatch(/^2026-11-2\d \d\d:\d\d:22 UTC[+−]\d+(:\d\d)?$/));
  it('leaves the date out on the same day only', () => {
    expect(formatShortTime(AT, AT + 60_000, 'utc')).toBe('14:03:22');
    expect(formatShortTime(AT, AT + 86_400_000, 'utc')).toBe('2026-11-21 14:03:22');
  });
});

describe('words', () => {
  it('shortens only what is long', () => {
    expect(formatShortId('8e9e05c5')).toBe('8e9e05c5');
    expect(formatShortId('8e9e05c52164694d')).toBe('8e9e05c5…694d');
  });
  it('knows one from many', () => {
    expect(formatPlural(1, 'replica')).toBe('1 replica');
    expect(formatPlural(0, 'replica')).toBe('0 replicas');
  });
  it('lists with and, or with or', () => {
    expect(formatList([])).toBe('');
    expect(formatList(['r1'])).toBe('r1');
    expect(formatList(['r1', 'r2', 'r3'])).toBe('r1, r2 and r3');
    expect(formatList(['r1', 'r2'], 'or')).toBe('r1 or r2');
  });
});
