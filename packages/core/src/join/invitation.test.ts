import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error';
import { checksumOf } from './checksum';
import { formatInvitation, INVITATION_MAX_LENGTH, type Invitation, parseInvitation } from './invitation';
import { formatJoinToken } from './token';

const token = formatJoinToken({ id: 'abcdefghij', secret: new Uint8Array(32).fill(7) });
const invitation: Invitation = { token, urls: ['https://10.0.0.10:8443'], caFingerprint: `sha256:${'0a'.repeat(32)}` };

const refusal = (run: () => unknown): AppError => {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

const encode = (value: unknown): string => {
  const body = `qri_${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
  return body + checksumOf(body);
};

describe('invitation', () => {
  it('comes back from its text, with any addresses and cluster token', () => {
    const arbitrary = fc.record(
      {
        token: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((secret) => formatJoinToken({ id: 'abcdefghij', secret })),
        urls: fc.array(
          fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 })).map(([host, port]) => `https://${host}:${port}`),
          { minLength: 1, maxLength: 16 },
        ),
        caFingerprint: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => `sha256:${Buffer.from(bytes).toString('hex')}`),
        clusterToken: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => text.length <= 128),
      },
      { requiredKeys: ['token', 'urls', 'caFingerprint'] },
    );
    fc.assert(
      fc.property(arbitrary, (given) => {
        const text = formatInvitation(given);
        expect(text).toMatch(/^qri_[A-Za-z0-9_-]+$/);
        expect(text.length).toBeLessThanOrEqual(INVITATION_MAX_LENGTH);
        expect(parseInvitation(text)).toEqual(given);
      }),
    );
  });

  it('survives line breaks that a mail program puts into it', () => {
    expect(parseInvitation(`${formatInvitation(invitation).replace(/(.{40})/g, '$1\r\n  ')}\n`)).toEqual(invitation);
  });

  it('is found mistyped when any character changes', () => {
    const text = formatInvitation(invitation);
    fc.assert(
      fc.property(fc.integer({ min: 4, max: text.length - 1 }), fc.constantFrom('a', 'Z', '0', '_'), (at, letter) => {
        fc.pre(text[at] !== letter);
        expect(refusal(() => parseInvitation(text.slice(0, at) + letter + text.slice(at + 1))).message).toMatch(/incomplete or mistyped/);
      }),
    );
  });

  it.each([
    ['', /is empty/],
    ['hello', /starts with "qri_"/],
    [token, /is a join token, not an invitation/],
    ['qri_a b%c', /a character that cannot be part/],
    [formatInvitation(invitation).slice(0, -9), /incomplete or mistyped/],
    [`qri_${'a'.repeat(5000)}`, /longer than 4096/],
    ['x'.repeat(100_000), /longer than 4096/],
    [encode({ v: 2 }), /has version 2, and this program reads version 1/],
    [encode('text'), /not complete/],
    [encode({ ...invitation, v: 1, urls: [] }), /urls: it names no address/],
    [encode({ ...invitation, v: 1, urls: ['http://h:8443'] }), /urls\.0: an address must be https/],
    [encode({ ...invitation, v: 1, caFingerprint: 'md5:1' }), /caFingerprint: the CA fingerprint must be "sha256:"/],
    [encode({ ...invitation, v: 1, token: 'qrt_join_x' }), /token: the token in it is not a join token/],
  ])('refuses %j by name', (text, message) => {
    const error = refusal(() => parseInvitation(text));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.message).toMatch(message);
  });

  it('never repeats the token in a refusal', () => {
    const error = refusal(() => parseInvitation(encode({ ...invitation, v: 1, urls: [] })));
    expect(JSON.stringify([error.message, error.hint, error.data])).not.toContain(token.slice(-20));
  });

  it('is not made from wrong parts or beyond its size', () => {
    expect(refusal(() => formatInvitation({ ...invitation, urls: ['https://h:8443/path'] })).message).toMatch(/urls\.0/);
    const urls = Array.from({ length: 16 }, (_, n) => `https://${'h'.repeat(240)}${n}:8443`);
    expect(refusal(() => formatInvitation({ ...invitation, urls })).message).toMatch(/4096 is the limit/);
  });
});
