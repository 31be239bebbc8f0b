import { X509Certificate } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { postJson } from '../kit/http-json';
import type { CertKind, ClusterCa, KeyAndCert } from './api';
import { createClusterCa } from './ca';
import { createLeaf, type LeafRequest } from './leaf';
import { fetchPinnedCa, pinnedTlsOptions } from './pinned-tls';

const HOST = '127.0.22.1';
let ca: ClusterCa;
let other: ClusterCa;
const closers: (() => void)[] = [];

beforeAll(async () => {
  [ca, other] = await Promise.all([createClusterCa({ now: Date.now }), createClusterCa({ now: Date.now })]);
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(() => {
  for (const close of closers.splice(0)) close();
});

const leafOf = (by: ClusterCa, kind: CertKind = 'server', extra: Partial<LeafRequest> = {}) =>
  createLeaf(by, { kind, clusterId: by.clusterId, generation: 1, memberName: 'n1', hosts: [HOST], ...extra });

const listen = async (server: net.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  closers.push(() => server.close());
  return (server.address() as net.AddressInfo).port;
};

/** A TLS server that shows these certificates, and keeps what it is sent. */
const serve = async (leaf: KeyAndCert, shown: readonly ClusterCa[], options: tls.TlsOptions = {}) => {
  const received: Buffer[] = [];
  const server = tls.createServer(
    { key: leaf.keyPem, cert: leaf.certPem + shown.map((one) => one.certPem).join(''), minVersion: 'TLSv1.3', ...options },
    (socket) => {
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      socket.on('error', () => undefined);
    },
  );
  server.on('tlsClientError', () => undefined);
  return { port: await listen(server), received };
};
const fetch = (port: number, fingerprint = ca.fingerprint, extra: object = {}) => fetchPinnedCa({ host: HOST, port, fingerprint, ...extra });
const refused = (code: string, data: object = {}) => expect.objectContaining({ code, data: expect.objectContaining(data) });

describe('fetchPinnedCa', () => {
  it('gets the CA behind a replica listener, measures the round trip, and sends nothing', async () => {
    const { port, received } = await serve(await leafOf(ca), [ca]);
    const found = await fetch(port, ca.fingerprint.toUpperCase());
    expect(found.caCertPem).toBe(ca.certPem);
    expect(found.rttMs).toBeGreaterThan(0);
    expect(found.rttMs).toBeLessThan(1_000);
    expect(received).toEqual([]);
  });

  it('refuses a cluster with another CA and says which it saw', async () => {
    const { port, received } = await serve(await leafOf(other), [other]);
    await expect(fetch(port)).rejects.toEqual(refused('JOIN_FINGERPRINT_MISMATCH', { expected: ca.fingerprint, presented: other.fingerprint }));
    expect(received).toEqual([]);
  });

  it('refuses a listener that shows the right CA behind a certificate of its own', async () => {
    const { port, received } = await serve(await leafOf(other), [ca]);
    await expect(fetch(port)).rejects.toEqual(refused('JOIN_FINGERPRINT_MISMATCH', { expected: ca.fingerprint }));
    const both = await serve(await leafOf(other), [other, ca]);
    await expect(fetch(both.port)).rejects.toEqual(refused('JOIN_FINGERPRINT_MISMATCH', { expected: ca.fingerprint }));
    expect(received).toEqual([]);
  });

  it('refuses a forged certificate that names the right CA as its issuer', async () => {
    // The name of our CA, the key of another: what somebody in between can make.
    const forged = await createLeaf(
      { ...ca, keyPem: other.keyPem },
      { kind: 'server', clusterId: ca.clusterId, generation: 1, memberName: 'n1', hosts: [HOST] },
    );
    const { port } = await serve(forged, [ca]);
    await expect(fetch(port)).rejects.toEqual(refused('JOIN_FINGERPRINT_MISMATCH', { expected: ca.fingerprint }));
  });

  it("knows etcd's peer port by its certificate", async () => {
    const { port } = await serve(await leafOf(ca, 'peer'), [ca]);
    await expect(fetch(port)).rejects.toEqual(refused('JOIN_UNREACHABLE', { reason: 'wrong-port' }));
  });

  it('tells an expired certificate and one from the future from a wrong one, with both clocks', async () => {
    const hour = 3_600_000;
    const expired = await serve(await leafOf(ca, 'server', { nowMs: Date.now() - 2 * hour, validForMs: hour }), [ca]);
    await expect(fetch(expired.port)).rejects.toEqual(refused('JOIN_CLOCK_OFF', { validity: 'expired' }));
    const early = await serve(await leafOf(ca, 'server', { nowMs: Date.now() + 2 * hour }), [ca]);
    await expect(fetch(early.port)).rejects.toEqual(refused('JOIN_CLOCK_OFF', { validity: 'not-yet-valid' }));
    const behind = await serve(await leafOf(ca), [ca]);
    const year = 365 * 24 * hour;
    await expect(fetch(behind.port, ca.fingerprint, { now: () => Date.now() - year })).rejects.toEqual(
      refused('JOIN_CLOCK_OFF', { validity: 'not-yet-valid' }),
    );
  });

  it('says why nothing could be reached', async () => {
    const closed = await listen(net.createServer());
    for (const close of closers.splice(0)) close();
    await expect(fetch(closed)).rejects.toEqual(refused('JOIN_UNREACHABLE', { reason: 'refused' }));
    const plain = await listen(http.createServer());
    await expect(fetch(plain)).rejects.toEqual(refused('JOIN_UNREACHABLE', { reason: 'tls' }));
    const old = await serve(await leafOf(ca), [ca], { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    await expect(fetch(old.port)).rejects.toEqual(refused('JOIN_UNREACHABLE', { reason: 'tls' }));
    const hangingUp = await listen(net.createServer((socket) => socket.destroy()));
    await expect(fetch(hangingUp)).rejects.toEqual(refused('JOIN_UNREACHABLE', { reason: 'reset' }));
    await expect(fetchPinnedCa({ host: 'no-such-host.invalid', port: 1, fingerprint: ca.fingerprint })).rejects.toEqual(
      refused('JOIN_UNREACHABLE', { reason: 'dns' }),
    );
    const silent = await listen(net.createServer((socket) => closers.push(() => socket.destroy())));
    await expect(fetch(silent, ca.fingerprint, { timeoutMs: 100 })).rejects.toEqual(refused('JOIN_UNREACHABLE', { reason: 'timeout' }));
  });

  it('stops with the reason of its signal', async () => {
    const silent = await listen(net.createServer((socket) => closers.push(() => socket.destroy())));
    const stop = new AbortController();
    const fetching = fetch(silent, ca.fingerprint, { signal: stop.signal });
    setImmediate(() => stop.abort(new Error('stopping')));
    await expect(fetching).rejects.toThrow('stopping');
  });

  it('refuses a fingerprint that is none before it connects', async () => {
    await expect(fetch(1, 'abc')).rejects.toEqual(refused('INVALID_INPUT'));
  });
});

describe('pinnedTlsOptions', () => {
  const serveJson = async (leaf: KeyAndCert): Promise<string> => {
    const server = https.createServer({ key: leaf.keyPem, cert: leaf.certPem, minVersion: 'TLSv1.3' }, (_, response) => response.end('{"ok":true}'));
    return `https://${HOST}:${await listen(server)}/`;
  };

  it('lets requests through to a replica under an address its certificate does not know', async () => {
    const url = await serveJson(await leafOf(ca, 'server', { hosts: ['elsewhere.example.org'] }));
    expect(await postJson({ url, body: {}, tls: pinnedTlsOptions(ca.certPem) })).toMatchObject({ status: 200, json: { ok: true } });
  });

  it('refuses other certificates of the same CA before anything is sent', async () => {
    const url = await serveJson(await leafOf(ca, 'peer'));
    await expect(postJson({ url, body: {}, tls: pinnedTlsOptions(ca.certPem) })).rejects.toEqual(refused('JOIN_FINGERPRINT_MISMATCH'));
  });

  it('refuses certificates of another CA, and expired ones', async () => {
    const tlsFailure = refused('DAEMON_UNREACHABLE', { reason: 'tls', sent: false });
    await expect(postJson({ url: await serveJson(await leafOf(other)), body: {}, tls: pinnedTlsOptions(ca.certPem) })).rejects.toEqual(tlsFailure);
    const expired = await leafOf(ca, 'server', { nowMs: Date.now() - 7_200_000, validForMs: 3_600_000 });
    expect(Date.parse(new X509Certificate(expired.certPem).validTo)).toBeLessThan(Date.now());
    await expect(postJson({ url: await serveJson(expired), body: {}, tls: pinnedTlsOptions(ca.certPem) })).rejects.toEqual(tlsFailure);
  });
});
