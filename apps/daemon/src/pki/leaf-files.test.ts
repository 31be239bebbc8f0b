import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterCa } from './api';
import { createClusterCa } from './ca';
import { identifyPeer } from './chain';
import { type EnsureLeaves, ensureLeaves, leafExpiry, leafFiles } from './leaf-files';

const DAY = 24 * 3_600_000;
let ca: ClusterCa;
let other: ClusterCa;
let dir = '';
beforeAll(async () => {
  [ca, other] = await Promise.all([createClusterCa({ now: Date.now }), createClusterCa({ now: Date.now })]);
});
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'quorate-leaves-')), 'pki');
});
afterEach(() => rm(join(dir, '..'), { recursive: true, force: true }));
const ensure = (extra: Partial<EnsureLeaves> = {}) =>
  ensureLeaves({ dir, ca, clusterId: ca.clusterId, generation: 1, memberName: 'n1', hosts: ['127.0.22.1'], ...extra });
const learner = () => ({ ...ca, keyPem: null });

describe('ensureLeaves', () => {
  it('issues all three leaves, readable by their owner alone, and then leaves them alone', async () => {
    const files = await ensure();
    expect(files.issued).toEqual(['peer', 'replica', 'server']);
    for (const kind of ['peer', 'replica', 'server'] as const) {
      expect(identifyPeer(new X509Certificate(await readFile(files[kind].certFile)), ca.certPem)).toMatchObject({ kind, memberName: 'n1', generation: 1 });
      expect((await stat(files[kind].keyFile)).mode & 0o777).toBe(0o600);
    }
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect((await ensure()).issued).toEqual([]);
  });

  it('puts the CA behind the leaves that others see first, and not behind the one for etcd', async () => {
    const files = await ensure();
    const count = async (file: string) => (await readFile(file, 'utf8')).split('BEGIN CERTIFICATE').length - 1;
    expect([await count(files.peer.certFile), await count(files.replica.certFile), await count(files.server.certFile)]).toEqual([1, 2, 2]);
    expect(await readFile(files.server.certFile, 'utf8')).toContain(ca.certPem.trim());
  });

  it.each<[string, () => Partial<EnsureLeaves>]>([
    ['the generation changed', () => ({ generation: 2 })],
    ['the name changed', () => ({ memberName: 'n2' })],
    ['an address was added', () => ({ hosts: ['127.0.22.1', '127.0.22.9'] })],
    ['the CA changed', () => ({ ca: other, clusterId: other.clusterId })],
    ['less than 30 days are left', () => ({ now: () => Date.now() + 336 * DAY })],
    ['they have expired', () => ({ now: () => Date.now() + 400 * DAY })],
  ])('issues them anew when %s, with the same keys', async (_, extra) => {
    const files = await ensure();
    const key = await readFile(files.peer.keyFile, 'utf8');
    expect((await ensure(extra())).issued).toEqual(['peer', 'replica', 'server']);
    expect(await readFile(files.peer.keyFile, 'utf8')).toBe(key);
    expect((await ensure(extra())).issued).toEqual([]);
  });

  it('replaces only what is damaged, with a new key when the key is', async () => {
    const files = await ensure();
    await writeFile(files.server.certFile, 'rubbish');
    expect((await ensure()).issued).toEqual(['server']);
    const key = await readFile(files.replica.keyFile, 'utf8');
    await writeFile(files.replica.keyFile, 'rubbish');
    expect((await ensure()).issued).toEqual(['replica']);
    expect(await readFile(files.replica.keyFile, 'utf8')).not.toBe(key);
    await writeFile(files.peer.keyFile, key);
    expect((await ensure()).issued).toEqual(['peer']);
    await rm(files.peer.keyFile);
    expect((await ensure()).issued).toEqual(['peer']);
  });

  it('makes do, without the CA key, with leaves that still work', async () => {
    await ensure();
    expect((await ensure({ ca: learner(), hosts: ['127.0.22.9'] })).issued).toEqual([]);
    expect((await ensure({ ca: learner(), now: () => Date.now() + 350 * DAY })).issued).toEqual([]);
  });

  it('refuses, without the CA key, what cannot be used, and names the file', async () => {
    const file = leafFiles(dir).peer.certFile;
    const invalid = expect.objectContaining({ code: 'CERT_INVALID', data: { file } });
    await expect(ensure({ ca: learner() })).rejects.toEqual(invalid);
    await ensure();
    await expect(ensure({ ca: learner(), generation: 2 })).rejects.toEqual(invalid);
    await expect(ensure({ ca: learner(), now: () => Date.now() + 400 * DAY })).rejects.toEqual(invalid);
  });
});

describe('leafExpiry', () => {
  it('lists when each certificate ends', async () => {
    expect(await leafExpiry(dir)).toEqual([]);
    const files = await ensure();
    const expiry = await leafExpiry(dir);
    expect(expiry.map((entry) => entry.file)).toEqual([files.peer.certFile, files.replica.certFile, files.server.certFile]);
    for (const { notAfter } of expiry) expect(Math.abs(notAfter.getTime() - Date.now() - 365 * DAY)).toBeLessThan(DAY);
  });
});
