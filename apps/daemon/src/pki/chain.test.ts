import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CertKind, ClusterCa } from './api';
import { createClusterCa } from './ca';
import { buildCertificate } from './certificate-builder';
import { identifyPeer, publicKeySha256 } from './chain';
import { generateRsaKey, type KeyPair } from './keys';
import { issueLeaf } from './leaf';

let ca: ClusterCa;
let other: ClusterCa;
let key: KeyPair;
beforeAll(async () => {
  [ca, other, key] = await Promise.all([createClusterCa({ now: Date.now }), createClusterCa({ now: Date.now }), generateRsaKey(2048)]);
});
const leaf = (kind: CertKind, by = ca, extra: object = {}) =>
  new X509Certificate(issueLeaf(by, { kind, clusterId: by.clusterId, generation: 2, memberName: 'n.1_a', hosts: [], ...extra }, key.publicKeyPem));

describe('identifyPeer', () => {
  it.each(['peer', 'replica', 'server'] as const)('tells kind, cluster, generation, member and key of a %s leaf', (kind) => {
    const expected = { kind, clusterId: ca.clusterId, generation: 2, memberName: 'n.1_a', publicKeySha256: publicKeySha256(key.keyPem) };
    expect(identifyPeer(leaf(kind), ca.certPem)).toEqual(expected);
    expect(identifyPeer(leaf(kind).raw, ca.certPem)).toEqual(expected);
  });

  it('knows nobody by a certificate of another CA, the CA itself, or bytes that are no certificate', () => {
    expect(identifyPeer(leaf('replica', other), ca.certPem)).toBeNull();
    expect(identifyPeer(new X509Certificate(ca.certPem), ca.certPem)).toBeNull();
    expect(identifyPeer(Buffer.from('nonsense'), ca.certPem)).toBeNull();
  });

  it('knows nobody by a certificate outside its dates', () => {
    const nowMs = Date.now();
    const brief = leaf('replica', ca, { nowMs, validForMs: 60_000 });
    expect(identifyPeer(brief, ca.certPem, nowMs)).not.toBeNull();
    expect(identifyPeer(brief, ca.certPem, nowMs + 120_000)).toBeNull();
    expect(identifyPeer(brief, ca.certPem, nowMs - 3_600_000)).toBeNull();
  });

  it('does not believe a certificate that only looks like ours', () => {
    const forged = buildCertificate({
      subject: [
        { name: 'commonName', value: 'n1' },
        { name: 'organizationName', value: `quorate-${ca.clusterId}` },
        { name: 'organizationalUnitName', value: 'replica-g2' },
      ],
      publicKeyPem: key.publicKeyPem,
      issuerCertPem: ca.certPem,
      issuerKeyPem: key.keyPem,
      nowMs: Date.now(),
      validForMs: 3_600_000,
      use: { kind: 'leaf', client: true, server: false, hosts: [] },
    });
    expect(identifyPeer(new X509Certificate(forged), ca.certPem)).toBeNull();
  });

  it('knows nobody by a certificate of our CA without the form of a leaf', () => {
    const subject = (unit: string) => [
      { name: 'commonName' as const, value: 'n1\nOU=replica-g2' },
      { name: 'organizationName' as const, value: `quorate-${ca.clusterId}` },
      { name: 'organizationalUnitName' as const, value: unit },
    ];
    for (const unit of ['admin-g2', 'replica-g0', 'replica-g2x', 'replica'])
      expect(
        identifyPeer(
          new X509Certificate(
            buildCertificate({
              subject: subject(unit),
              publicKeyPem: key.publicKeyPem,
              issuerCertPem: ca.certPem,
              issuerKeyPem: ca.keyPem ?? '',
              nowMs: Date.now(),
              validForMs: 3_600_000,
              use: { kind: 'leaf', client: true, server: true, hosts: [] },
            }),
          ),
          ca.certPem,
        ),
        unit,
      ).toBeNull();
  });
});

describe('publicKeySha256', () => {
  it('is the same for private key, public key and certificate', () => {
    const hash = publicKeySha256(key.keyPem);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(publicKeySha256(key.publicKeyPem)).toBe(hash);
    expect(publicKeySha256(leaf('peer').toString())).toBe(hash);
    expect(() => publicKeySha256('x')).toThrow(expect.objectContaining({ code: 'CERT_INVALID' }));
  });
});
