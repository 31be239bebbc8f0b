import { describe, expect, it } from 'vitest';
import { oneLine, pairs, table } from './table';
import { ago, bytes, count, seconds, until } from './words';

const NOW = Date.parse('2026-01-02T03:04:05.000Z');

describe('figures in words', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [150 * 1024 * 1024, '150 MiB'],
    [2 ** 41, '2.0 TiB'],
    [2 ** 60, '1048576 TiB'],
  ])('write %i bytes as %s', (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  it.each([
    [-1, '0 s'],
    [0.4, '0 s'],
    [59, '59 s'],
    [59.6, '1 min'],
    [75, '1 min 15 s'],
    [3_600, '1 h'],
    [5_400, '1 h 30 min'],
    [90_000, '1 d 1 h'],
  ])('write %d seconds as %s', (value, text) => {
    expect(seconds(value)).toBe(text);
  });

  it('say how long ago and how far away a time is', () => {
    expect(ago(null, NOW)).toBe('never');
    expect(ago('2026-01-02T03:04:04.500Z', NOW)).toBe('now');
    expect(ago('2026-01-02T03:03:05.000Z', NOW)).toBe('1 min ago');
    expect(until('2026-01-02T04:04:05.000Z', NOW)).toBe('in 1 h');
    expect(until('2026-01-02T03:04:00.000Z', NOW)).toBe('5 s ago');
    expect([count(1, 'use'), count(2, 'use')]).toEqual(['1 use', '2 uses']);
  });
});

describe('a table', () => {
  it('is aligned, without columns that are empty in every row', () => {
    const columns = [
      { title: 'NAME', cell: (row: { name: string }) => row.name },
      { title: 'EMPTY', cell: () => '' },
      { title: 'N', cell: (row: { name: string }) => String(row.name.length), align: 'right' as const },
    ];
    expect(table(columns, [{ name: 'a' }, { name: 'longer name' }])).toBe('NAME          N\na             1\nlonger name  11\n');
  });

  it('keeps control characters and tricks of direction out', () => {
    expect(oneLine('a\u001b[31mb\nc\u202ed')).toBe('a [31mb c d');
    expect(
      pairs([
        ['a', 'x\ny'],
        ['long', null],
        ['bb', 'z'],
      ]),
    ).toBe('a   x y\nbb  z\n');
  });
});
