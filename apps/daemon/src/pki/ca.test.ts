import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClusterCa } from './api';
import { createClusterCa, parseClusterCa } from './ca';
import { buildCertificate } from './certificate-builder';
import { normalizeFingerprint } from './fingerprint';
import { generateRsaKey } from './keys';
import { createLeaf } from './leaf';
import { openssl } from './testing/openssl';

let ca: ClusterCa;
beforeAll(async () => {
  ca = await createClusterCa({ now: Date.now });
});

describe('createClusterCa', () => {
  it('makes an RSA 3072 CA for ten years that may sign leaves and nothing else', async () => {
    const text = await openssl(['x509', '-noout', '-text', '-in', '@ca'], { ca: ca.certPem });
    expect(text).toContain('Public-Key: (3072 bit)');
    expect(text).toContain('sha256WithRSAEncryption');
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
    expect(text).toContain('Subject Key Identifier');
    expect(text).toContain(`CN = Quorate cluster CA, O = quorate-${ca.clusterId}`);
    const certificate = new X509Certificate(ca.certPem);
    const years = (Date.parse(certificate.validTo) - Date.now()) / (365.25 * 24 * 3_600_000);
    expect(years).toBeGreaterThan(9.9);
    expect(years).toBeLessThan(10.1);
    expect(ca.clusterId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('has the fingerprint that openssl prints', async () => {
    const printed = await openssl(['x509', '-noout', '-fingerprint', '-sha256', '-in', '@ca'], { ca: ca.certPem });
    expect(normalizeFingerprint(printed)).toBe(ca.fingerprint);
  });
});

describe('parseClusterCa', () => {
  it('reads what it made, with and without the key', () => {
    expect(parseClusterCa({ certPem: ca.certPem, keyPem: ca.keyPem })).toEqual(ca);
    expect(parseClusterCa({ certPem: ca.certPem, keyPem: null })).toEqual({ ...ca, keyPem: null });
  });

  it('refuses text that is no certificate, a leaf, a foreign key, and a CA of something else', async () => {
    const leaf = await createLeaf(ca, { kind: 'server', clusterId: ca.clusterId, generation: 1, memberName: 'n1', hosts: [] });
    const key = await generateRsaKey(2048);
    const foreign = buildCertificate({
      subject: [{ name: 'commonName', value: 'Some CA' }],
      publicKeyPem: key.publicKeyPem,
      issuerCertPem: null,
      issuerKeyPem: key.keyPem,
      nowMs: Date.now(),
      validForMs: 3_600_000,
      use: { kind: 'ca' },
    });
    const refusals: [string, { certPem: string; keyPem: string | null }][] = [
      ['no readable certificate', { certPem: 'x', keyPem: null }],
      ['not a self-signed CA', { certPem: leaf.certPem, keyPem: null }],
      ['does not belong', { certPem: ca.certPem, keyPem: leaf.keyPem }],
      ['does not belong', { certPem: ca.certPem, keyPem: 'x' }],
      ['names no Quorate cluster', { certPem: foreign, keyPem: null }],
    ];
    for (const [message, pems] of refusals)
      expect(() => parseClusterCa(pems)).toThrow(expect.objectContaining({ code: 'CERT_INVALID', message: expect.stringContaining(message) }));
  });
});
