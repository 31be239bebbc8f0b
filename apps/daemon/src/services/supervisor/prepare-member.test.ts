import { X509Certificate } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClusterCa } from '../../pki/ca';
import { writeClusterCa } from '../../pki/ca-files';
import { identifyPeer } from '../../pki/chain';
import { readIdentity, writeIdentity } from './identity';
import { type MemberSettings, type PreparedMember, prepareMember } from './prepare-member';
import type { ReplicaUrls } from './urls';

const URLS: ReplicaUrls = {
  peer: 'https://127.0.24.200:2380',
  listenPeer: 'https://127.0.24.200:2380',
  client: 'https://127.0.24.200:2379',
  replica: 'https://replica.example:8443',
  public: null,
};

/** Made once, for keys take time: a host whose first start is prepared. */
let prepared: string;
let dataDir: string;
beforeAll(async () => {
  prepared = await mkdtemp(join(tmpdir(), 'quorate-prepared-'));
  dataDir = prepared;
  await first();
}, 30_000);
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'quorate-prepare-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));
afterAll(() => rm(prepared, { recursive: true, force: true }));

/** This host is the one whose first start is prepared. */
const copyPrepared = () => cp(prepared, dataDir, { recursive: true });
const settings = (part: Partial<MemberSettings> = {}): MemberSettings => ({
  dataDir,
  etcdDir: join(dataDir, 'etcd'),
  caFiles: { certFile: join(dataDir, 'ca', 'cluster-ca.crt'), keyFile: join(dataDir, 'ca', 'cluster-ca.key') },
  name: 'n1',
  clusterToken: 'quorate-cluster',
  initialCluster: null,
  binary: '/usr/bin/etcd',
  timers: { heartbeatMs: 100, electionMs: 1_000 },
  quotaBackendBytes: 1,
  urls: URLS,
  ...part,
});
const first = (part: Partial<MemberSettings> = {}) => prepareMember(settings(part), { kind: 'new-single' }, null);
const again = (part: Partial<MemberSettings> = {}) => prepareMember(settings(part), { kind: 'resume', modeIgnored: false }, null);
const certificate = async (prepared: PreparedMember, name: string) => new X509Certificate(await readFile(join(prepared.pkiDir, name)));

describe('a new cluster of one', () => {
  it('gets a CA, certificates for every address, and an identity, all on disk before etcd runs', async () => {
    const prepared = await first();
    const peer = await certificate(prepared, 'peer.crt');
    expect(identifyPeer(peer, prepared.ca.certPem)).toMatchObject({ kind: 'peer', memberName: 'n1', generation: 1 });
    expect((await certificate(prepared, 'server.crt')).checkHost('replica.example')).toBeDefined();
    expect(await readIdentity(dataDir)).toEqual({
      v: 1,
      clusterId: prepared.ca.clusterId,
      memberName: 'n1',
      generation: 1,
      peerUrl: URLS.peer,
      joinId: null,
      hasServed: false,
    });
    for (const file of ['identity.json', 'ca/cluster-ca.key', 'pki/peer.key']) expect((await stat(join(dataDir, file))).mode & 0o777).toBe(0o600);
  });

  it('begins as a cluster of itself, which only peers of its generation may join', async () => {
    await copyPrepared();
    const { flags, ca } = await first();
    expect(flags).toMatchObject({ initialCluster: `n1=${URLS.peer}`, initialClusterState: 'new', dataDir: join(dataDir, 'etcd') });
    expect(flags.peer.allowedCn).toBe(`quorate-${ca.clusterId}-g1`);
  });

  it('has a client CA of its own, which no certificate of the cluster opens', async () => {
    await copyPrepared();
    const { client, ca } = await first();
    expect(client.caPem).not.toBe(ca.certPem);
    const own = new X509Certificate(client.certPem);
    expect(own.verify(new X509Certificate(client.caPem).publicKey)).toBe(true);
    expect(own.verify(new X509Certificate(ca.certPem).publicKey)).toBe(false);
  });

  it('keeps everything when it is prepared again: a start that failed begins where it was', async () => {
    await copyPrepared();
    const [one, two] = [await first(), await first()];
    expect(two.ca.fingerprint).toBe(one.ca.fingerprint);
    expect(two.client).toEqual(one.client);
    expect(await readFile(two.flags.peer.certFile, 'utf8')).toBe(await readFile(one.flags.peer.certFile, 'utf8'));
  });
});

describe('a member with data', () => {
  beforeEach(copyPrepared);

  it('keeps generation, join and history of its identity', async () => {
    const { identity } = await first();
    await writeIdentity(dataDir, { ...identity, generation: 4, joinId: 'a'.repeat(32), hasServed: true });
    const prepared = await again();
    expect(prepared.identity).toMatchObject({ generation: 4, joinId: 'a'.repeat(32), hasServed: true });
    expect(prepared.flags.peer.allowedCn).toBe(`quorate-${prepared.ca.clusterId}-g4`);
    expect(identifyPeer(await certificate(prepared, 'peer.crt'), prepared.ca.certPem)).toMatchObject({ generation: 4 });
  });

  it('never makes another CA: without the old one it does not start', async () => {
    await rm(join(dataDir, 'ca'), { recursive: true });
    await expect(again()).rejects.toMatchObject({ code: 'CA_MISSING', message: expect.stringContaining('cluster-ca.crt') });
  });

  it('does not start with the CA of another cluster, and names both sides', async () => {
    const { ca } = await first();
    const stranger = await createClusterCa({ now: Date.now });
    await writeClusterCa(settings().caFiles, stranger);
    await expect(again()).rejects.toMatchObject({
      code: 'CA_DIVERGED',
      message: expect.stringMatching(new RegExp(`cluster ${ca.clusterId}.*cluster ${stranger.clusterId}`)),
    });
  });

  it('gets new certificates when its addresses change, with the same keys', async () => {
    const before = await first();
    const key = await readFile(before.flags.peer.keyFile, 'utf8');
    const prepared = await again({ urls: { ...URLS, peer: 'https://127.0.24.201:2380', listenPeer: 'https://127.0.24.201:2380' } });
    expect((await certificate(prepared, 'peer.crt')).checkIP('127.0.24.201')).toBeDefined();
    expect(await readFile(prepared.flags.peer.keyFile, 'utf8')).toBe(key);
    expect(prepared.flags.peerUrl).toBe('https://127.0.24.201:2380');
  });

  it('does not start on a certificate that it cannot replace, and says which', async () => {
    await rm(join(dataDir, 'ca', 'cluster-ca.key'));
    await expect(again()).resolves.toBeDefined();
    await rm(join(dataDir, 'pki', 'peer.crt'));
    await expect(again()).rejects.toMatchObject({ code: 'CERT_INVALID', data: { file: join(dataDir, 'pki', 'peer.crt') } });
  });
});

describe('other first starts', () => {
  it('mode bootstrap begins with the full list, and never makes a CA', async () => {
    const initialCluster = `n1=${URLS.peer},n2=https://127.0.24.201:2380`;
    await expect(prepareMember(settings({ initialCluster }), { kind: 'new-bootstrap' }, null)).rejects.toMatchObject({ code: 'CA_MISSING' });
    await copyPrepared();
    const { flags } = await prepareMember(settings({ initialCluster }), { kind: 'new-bootstrap' }, null);
    expect(flags).toMatchObject({ initialCluster, initialClusterState: 'new' });
  });

  it('a joiner begins with the list of the cluster it joins', async () => {
    await copyPrepared();
    const joined = `n0=https://127.0.24.199:2380,n1=${URLS.peer}`;
    const { flags } = await prepareMember(settings(), { kind: 'join' }, joined);
    expect(flags).toMatchObject({ initialCluster: joined, initialClusterState: 'existing' });
  });
});
