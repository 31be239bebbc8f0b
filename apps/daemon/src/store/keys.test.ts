import { describe, expect, it } from 'vitest';
import { keys } from './keys';

describe('keys', () => {
  const all = [keys.ca, keys.adminToken, keys.joinToken('x'), keys.join('x'), keys.admission, keys.replica('x'), keys.event('x')];

  it('all lie below one root, so that a snapshot can be read by kind', () => {
    for (const key of all) expect(key.startsWith(keys.root)).toBe(true);
  });

  it('differ', () => {
    expect(new Set(all).size).toBe(all.length);
  });

  it('of a noun begin with the prefix by which it is listed, and no other noun is listed with them', () => {
    const nouns = [
      [keys.joinTokens, keys.joinToken('x')],
      [keys.joins, keys.join('x')],
      [keys.replicas, keys.replica('x')],
      [keys.events, keys.event('x')],
    ] as const;
    for (const [prefix, own] of nouns) expect(all.filter((key) => key.startsWith(prefix))).toEqual([own]);
  });
});
