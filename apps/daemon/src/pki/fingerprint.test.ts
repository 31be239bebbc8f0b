import { describe, expect, it } from 'vitest';
import { fingerprintOf, fingerprintsEqual, normalizeFingerprint } from './fingerprint';

const HEX = 'ab'.repeat(32);

describe('normalizeFingerprint', () => {
  it.each([
    ['as we print it', `sha256:${HEX}`],
    ['without the prefix', HEX],
    ['in upper case with colons', `SHA256:${'AB:'.repeat(32).slice(0, -1)}`],
    ['as openssl prints it', `SHA256 Fingerprint=${'AB:'.repeat(32).slice(0, -1)}`],
    ['as newer openssl prints it', `sha256 Fingerprint=${'AB:'.repeat(32).slice(0, -1)}`],
    ['with spaces around', `  sha256:${HEX}\n`],
  ])('accepts a fingerprint %s', (_, text) => {
    expect(normalizeFingerprint(text)).toBe(`sha256:${HEX}`);
  });

  it.each(['', 'sha256:', HEX.slice(1), `${HEX}0`, `sha1:${HEX}`, 'z'.repeat(64)])('refuses %j', (text) => {
    expect(() => normalizeFingerprint(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('fingerprintsEqual', () => {
  it('compares across spellings', () => {
    expect(fingerprintsEqual(HEX.toUpperCase(), `sha256:${HEX}`)).toBe(true);
    expect(fingerprintsEqual(HEX, 'ac'.repeat(32))).toBe(false);
  });
});

describe('fingerprintOf', () => {
  it('refuses what is no certificate', () => {
    expect(() => fingerprintOf('nonsense')).toThrow(expect.objectContaining({ code: 'CERT_INVALID' }));
  });
});
