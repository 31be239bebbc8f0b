import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { publicKeySha256 } from './chain';
import { createCsr, readCsr } from './csr';
import { generateRsaKey } from './keys';
import { openssl } from './testing/openssl';

const refused = (message: string) => expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(message) });

describe('createCsr and readCsr', () => {
  it('carry a public key whose owner signed the request', async () => {
    const key = await generateRsaKey(2048);
    const csr = createCsr(key.keyPem, 'n2');
    expect(await openssl(['req', '-verify', '-noout', '-subject', '-in', '@csr'], { csr })).toMatch(/verify OK[\s\S]*CN = n2|CN = n2[\s\S]*verify OK/);
    const content = readCsr(csr);
    expect(content.publicKeyPem).toBe(key.publicKeyPem);
    expect(content.publicKeySha256).toBe(publicKeySha256(key.keyPem));
  });

  it('read what openssl makes', async () => {
    const key = await generateRsaKey(2048);
    const csr = await openssl(['req', '-new', '-key', '@key', '-subj', '/CN=n3'], { key: key.keyPem });
    expect(readCsr(csr).publicKeyPem).toBe(key.publicKeyPem);
  });
});

describe('readCsr', () => {
  it('refuses a request whose signature is not by its own key', async () => {
    const [one, other] = [await generateRsaKey(2048), await generateRsaKey(2048)];
    const der = (pem: string) => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
    const [csr, foreign] = [der(createCsr(one.keyPem, 'n1')), der(createCsr(other.keyPem, 'n1'))];
    // Same layout, so the last 256 bytes are the signature in both.
    const mixed = Buffer.concat([csr.subarray(0, -256), foreign.subarray(-256)]);
    expect(() => readCsr(`-----BEGIN CERTIFICATE REQUEST-----\n${mixed.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`)).toThrow(
      refused('not signed with its own key'),
    );
  });

  it('refuses keys that are too small or have an odd exponent', () => {
    const pem = (modulusLength: number, publicExponent = 65_537) =>
      generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const keyPem of [pem(1024), pem(2048, 3)]) expect(() => readCsr(createCsr(keyPem, 'n1'))).toThrow(refused('the key must be RSA'));
  });

  it('refuses keys of another kind and text that is no request', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const csr = await openssl(['req', '-new', '-key', '@key', '-subj', '/CN=n3'], { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
    for (const text of [csr, '', 'x', '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----'])
      expect(() => readCsr(text)).toThrow(refused('it cannot be read'));
  });
});
