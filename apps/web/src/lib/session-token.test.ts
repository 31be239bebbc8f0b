import { describe, expect, it } from 'vitest';
import { parseTokenFragment } from './session-token';

describe('parseTokenFragment', () => {
  it.each([
    ['#token=qrt_admin_abc', 'qrt_admin_abc'],
    ['#x=1&token=qrt_admin_abc', 'qrt_admin_abc'],
    ['#token=%20qrt_admin_abc%20', 'qrt_admin_abc'],
    ['#token=', null],
    ['#members', null],
    ['', null],
  ])('reads %j as %j', (hash, token) => expect(parseTokenFragment(hash)).toBe(token));
});
