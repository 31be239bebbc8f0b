import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase32 } from './base32';
import { checksumOf, hasValidChecksum } from './checksum';
import { formatAdminToken, formatJoinToken, formatTokenId, parseAdminToken, parseJoinToken } from './token';

const secretOf = fc.uint8Array({ minLength: 32, maxLength: 32 });
const idOf = fc.uint8Array({ minLength: 7, maxLength: 7 }).map(formatTokenId);

describe('encodeBase32', () => {
  // RFC 4648, section 10, in lower case and without padding.
  it.each([
    ['', ''],
    ['f', 'my'],
    ['fo', 'mzxq'],
    ['foo', 'mzxw6'],
    ['foob', 'mzxw6yq'],
    ['fooba', 'mzxw6ytb'],
    ['foobar', 'mzxw6ytboi'],
  ])('encodes %j as %j', (text, encoded) => {
    expect(encodeBase32(new TextEncoder().encode(text))).toBe(encoded);
  });
});

describe('checksum', () => {
  it('finds every changed character and every swapped pair of neighbours', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z2-7_]{5,80}$/), fc.nat(), fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz234567'), (text, seed, letter) => {
        const whole = text + checksumOf(text);
        expect(hasValidChecksum(whole)).toBe(true);
        const at = seed % whole.length;
        const changed = whole.slice(0, at) + letter + whole.slice(at + 1);
        expect(hasValidChecksum(changed)).toBe(changed === whole);
        const swapped =
          whole.slice(0, at) +
          whole
            .slice(at, at + 2)
            .split('')
            .reverse()
            .join('') +
          whole.slice(at + 2);
        expect(hasValidChecksum(swapped)).toBe(swapped === whole);
      }),
    );
  });
});

describe('join token', () => {
  it('has a public id of 10 characters and a tail of 56', () => {
    const text = formatJoinToken({ id: formatTokenId(new Uint8Array(7).fill(255)), secret: new Uint8Array(32) });
    expect(text).toMatch(/^qrt_join_7777777777_a{52}[a-z2-7]{4}$/);
  });

  it('comes back from its text, white space around it aside', () => {
    fc.assert(
      fc.property(idOf, secretOf, (id, secret) => {
        const plaintext = formatJoinToken({ id, secret });
        expect(parseJoinToken(`  ${plaintext}\n`)).toEqual({ ok: true, id, plaintext });
      }),
    );
  });

  it('differs for different secrets', () => {
    fc.assert(
      fc.property(secretOf, secretOf, (one, other) => {
        fc.pre(!Buffer.from(one).equals(Buffer.from(other)));
        expect(formatJoinToken({ id: 'a'.repeat(10), secret: one })).not.toBe(formatJoinToken({ id: 'a'.repeat(10), secret: other }));
      }),
    );
  });

  it('is called mistyped when one character is wrong, whatever it is', () => {
    fc.assert(
      fc.property(idOf, secretOf, fc.nat({ max: 55 }), fc.constantFrom('a', 'b', 'z', '2', '0', '1', '9', 'A', '-'), (id, secret, at, letter) => {
        const text = formatJoinToken({ id, secret });
        const start = text.length - 56;
        const wrong = text.slice(0, start + at) + letter + text.slice(start + at + 1);
        fc.pre(wrong !== text);
        expect(parseJoinToken(wrong)).toEqual({ ok: false, reason: 'mistyped' });
      }),
    );
  });

  it.each(['', 'qrt_join_', 'qrt_join_abc_def', 'hunter2', formatAdminToken(new Uint8Array(32)), 'qri_abcd'])(
    'is called malformed when it is none: %j',
    (text) => {
      expect(parseJoinToken(text)).toEqual({ ok: false, reason: 'malformed' });
    },
  );

  it('refuses to be made from too few random bytes', () => {
    expect(() => formatJoinToken({ id: 'a'.repeat(10), secret: new Uint8Array(16) })).toThrow(/expected 32 random bytes, not 16/);
  });
});

describe('administrator token', () => {
  it('comes back from its text and is no join token', () => {
    fc.assert(
      fc.property(secretOf, (secret) => {
        const plaintext = formatAdminToken(secret);
        expect(plaintext).toMatch(/^qrt_admin_[a-z2-7]{56}$/);
        expect(parseAdminToken(`${plaintext}\n`)).toEqual({ ok: true, plaintext });
        expect(parseJoinToken(plaintext).ok).toBe(false);
      }),
    );
  });

  it('is called mistyped with a wrong character and malformed otherwise', () => {
    const text = formatAdminToken(new Uint8Array(32));
    expect(parseAdminToken(text.replace('aaaa', 'aaba'))).toEqual({ ok: false, reason: 'mistyped' });
    expect(parseAdminToken(text.slice(0, -1))).toEqual({ ok: false, reason: 'malformed' });
  });
});
