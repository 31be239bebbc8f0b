import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CertKind, ClusterCa } from './api';
import { createClusterCa } from './ca';
import { generateRsaKey, type KeyPair } from './keys';
import { createLeaf, issueLeaf } from './leaf';
import { openssl } from './testing/openssl';

let ca: ClusterCa;
let key: KeyPair;
beforeAll(async () => {
  [ca, key] = await Promise.all([createClusterCa({ now: Date.now }), generateRsaKey(2048)]);
});
const issue = (kind: CertKind, extra: object = {}) =>
  issueLeaf(
    ca,
    { kind, clusterId: ca.clusterId, generation: 3, memberName: 'n1', hosts: ['127.0.22.1', 'N1.example.org', '[2001:db8::1]', '::ffff:10.1.2.3'], ...extra },
    key.publicKeyPem,
  );

describe('issueLeaf', () => {
  it.each([
    ['peer', 'sslserver'],
    ['peer', 'sslclient'],
    ['replica', 'sslclient'],
    ['server', 'sslserver'],
  ] as const)('makes a %s leaf that openssl accepts as %s', async (kind, purpose) => {
    const verified = await openssl(['verify', '-x509_strict', '-purpose', purpose, '-CAfile', '@ca', '@leaf'], { ca: ca.certPem, leaf: issue(kind) });
    expect(verified).toContain(': OK');
  });

  it.each([
    ['replica', 'sslserver'],
    ['server', 'sslclient'],
  ] as const)('makes a %s leaf that openssl refuses as %s', async (kind, purpose) => {
    await expect(openssl(['verify', '-purpose', purpose, '-CAfile', '@ca', '@leaf'], { ca: ca.certPem, leaf: issue(kind) })).rejects.toThrow(/purpose/i);
  });

  it('names a peer by cluster and generation, and the others by member', async () => {
    const subject = async (kind: CertKind) => openssl(['x509', '-noout', '-subject', '-in', '@leaf'], { leaf: issue(kind) });
    expect(await subject('peer')).toContain(`CN = quorate-${ca.clusterId}-g3, O = quorate-${ca.clusterId}, OU = peer-g3, UID = n1`);
    expect(await subject('replica')).toContain(`CN = n1, O = quorate-${ca.clusterId}, OU = replica-g3`);
    expect(await subject('server')).toContain(`CN = n1, O = quorate-${ca.clusterId}, OU = server-g3`);
  });

  it('types hosts as DNS names and addresses, and adds loopback to peers', async () => {
    const text = await openssl(['x509', '-noout', '-ext', 'subjectAltName', '-in', '@leaf'], { leaf: issue('peer') });
    expect(text).toContain(
      'IP Address:127.0.22.1, DNS:n1.example.org, IP Address:2001:DB8:0:0:0:0:0:1, IP Address:0:0:0:0:0:FFFF:A01:203, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost',
    );
    const server = new X509Certificate(issue('server'));
    expect(server.checkIP('2001:db8::1')).toBeDefined();
    expect(server.checkIP('127.0.0.1')).toBeUndefined();
  });

  it('is valid for a year from five minutes ago, never longer than its CA', () => {
    const nowMs = Date.parse('2030-01-01T00:00:00Z');
    const leaf = new X509Certificate(issue('peer', { nowMs }));
    expect(new Date(leaf.validFrom).toISOString()).toBe('2029-12-31T23:55:00.000Z');
    expect(new Date(leaf.validTo).toISOString()).toBe('2031-01-01T00:00:00.000Z');
    const late = new X509Certificate(issue('peer', { validForMs: 100 * 365 * 24 * 3_600_000 }));
    expect(late.validTo).toBe(new X509Certificate(ca.certPem).validTo);
  });

  it('has a positive serial number of 127 bits, another one each time, and points to its CA by key id', async () => {
    const serials = Array.from({ length: 5 }, () => new X509Certificate(issue('server')).serialNumber);
    expect(new Set(serials).size).toBe(5);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
    const keyIds = await openssl(['x509', '-noout', '-ext', 'authorityKeyIdentifier,subjectKeyIdentifier', '-in', '@leaf'], { leaf: issue('server') });
    const caKeyId = await openssl(['x509', '-noout', '-ext', 'subjectKeyIdentifier', '-in', '@ca'], { ca: ca.certPem });
    const hex = /([0-9A-F]{2}:){19}[0-9A-F]{2}/;
    expect(keyIds).toContain(hex.exec(caKeyId)?.[0]);
  });

  it('refuses to sign without the CA key, for another cluster, or for an impossible host', () => {
    const subject = { kind: 'server', clusterId: ca.clusterId, generation: 1, memberName: 'n1', hosts: [] } as const;
    expect(() => issueLeaf({ ...ca, keyPem: null }, subject, key.publicKeyPem)).toThrow(expect.objectContaining({ code: 'CA_KEY_MISSING' }));
    expect(() => issueLeaf(ca, { ...subject, clusterId: '0'.repeat(16) }, key.publicKeyPem)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    for (const host of ['', 'a b', '-x', 'fe80::1%eth0', 'a..b', '*.example.org', 'x'.repeat(64)])
      expect(() => issueLeaf(ca, { ...subject, hosts: [host] }, key.publicKeyPem), host).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('createLeaf', () => {
  it('makes a key that belongs to the certificate', async () => {
    const leaf = await createLeaf(ca, { kind: 'replica', clusterId: ca.clusterId, generation: 1, memberName: 'n1', hosts: [] });
    const both = await Promise.all([
      openssl(['x509', '-noout', '-pubkey', '-in', '@cert'], { cert: leaf.certPem }),
      openssl(['pkey', '-pubout', '-in', '@key'], { key: leaf.keyPem }),
    ]);
    expect(both[0]).toBe(both[1]);
  });
});
