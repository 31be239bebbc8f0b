import { setMaxListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, ConfigSchema } from '@quorate/core/config/schema';
import { QUORATE_VERSION } from '@quorate/core/version';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReplicaPaths, resolvePaths } from '../config/paths';
import { testPath } from '../etcd/testing/etcd-binary';
import type { CachedMember } from '../services/health/member-cache';
import { resolveHost, toInstallPaths, toJoinHost, toJoinRequest } from './host';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
const FINGERPRINT = `sha256:${'ab'.repeat(32)}`;

let dataDir: string;
let neighbour: Server;
let neighbourUrl = '';
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'quorate-host-'));
  neighbour = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => neighbour.listen({ host: '127.0.24.171', port: 0 }, resolve));
  const bound = neighbour.address();
  neighbourUrl = `https://127.0.24.171:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
});
afterAll(async () => {
  neighbour?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const config = (part: { etcd?: object; cluster_join?: object; cluster_ca?: object } = {}): Config =>
  ConfigSchema.parse({ data_dir: dataDir, ...part, etcd: { name: 'n1', peer_url: 'https://127.0.24.172:2380', ...part.etcd } });
const paths = (of: Config): ReplicaPaths => resolvePaths(of, { isRoot: false });
const resolve = (of: Config, peers: readonly CachedMember[] = [], searchPath = testPath()) => resolveHost(of, { paths: paths(of), searchPath, peers }, NEVER);
const peer = (name: string, url: string): CachedMember => ({ id: 'b', name, peerUrls: [url], role: 'voter', replicaUrl: null, publicUrl: null });

describe('this host', () => {
  it('is its addresses, its etcd and its timers', async () => {
    const host = await resolve(config());
    expect(host.urls).toMatchObject({ peer: 'https://127.0.24.172:2380', replica: 'https://127.0.24.172:8443' });
    expect(host.binary).toMatch(/etcd$/);
    expect(host.etcdVersion).toMatch(/^3\.[5-9]\.\d+/);
    expect(host.timers).toEqual({ heartbeatMs: 100, electionMs: 1_000 });
  });

  it('has an address that others can reach where none is configured', async () => {
    const { urls } = await resolve(config({ etcd: { peer_url: 'auto' } }));
    expect(urls.peer).toMatch(/^https:\/\/\d+\.\d+\.\d+\.\d+:2380$/);
    expect(new URL(urls.replica).hostname).toBe(new URL(urls.peer).hostname);
  });

  it('says that there is no etcd where there is none, or one that is none', async () => {
    await expect(resolve(config(), [], '/nonexistent')).rejects.toMatchObject({ code: 'ETCD_NOT_FOUND' });
    const impostor = join(dataDir, 'impostor');
    await writeFile(impostor, '#!/bin/sh\necho "no version"\n', { mode: 0o755 });
    await expect(resolve(config({ etcd: { binary: impostor } }))).rejects.toThrow();
  });
});

describe('timers', () => {
  it('may be configured, when the disk and the way to the others allow them', async () => {
    const etcd = { heartbeat_interval: '200ms', election_timeout: '2s' };
    const { timers } = await resolve(config({ etcd }), [peer('n2', neighbourUrl)]);
    expect(timers).toEqual({ heartbeatMs: 200, electionMs: 2_000 });
  });

  it('that cannot be safe are refused, and nothing is started with them', async () => {
    const etcd = { heartbeat_interval: '300ms', election_timeout: '1s' };
    await expect(resolve(config({ etcd }))).rejects.toMatchObject({ code: 'TIMER_PROFILE_UNSAFE', message: expect.stringContaining('300 ms') });
  });

  it('that are to be chosen are those of etcd while nobody knows how far the others are', async () => {
    expect((await resolve(config({ etcd: { timer_profile: 'auto' } }))).timers).toEqual({ heartbeatMs: 100, electionMs: 1_000 });
  });

  it('are not held up by a member that does not answer, nor measured against this one', async () => {
    const etcd = { heartbeat_interval: '200ms', election_timeout: '2s' };
    const { timers } = await resolve(config({ etcd }), [peer('n2', 'https://127.0.24.173:9'), peer('n1', 'https://127.0.24.173:9')]);
    expect(timers.heartbeatMs).toBe(200);
  });
});

describe('this host as a joiner', () => {
  it('is what it is, and where its things lie', async () => {
    const of = config({ etcd: { cluster_token: 'blue', data_dir: '/srv/etcd' }, cluster_ca: { cert_file: '/etc/quorate/ca.crt' } });
    const host = toJoinHost(of, paths(of), { ...(await resolve(of)), etcdVersion: '3.5.16' });
    expect(host).toMatchObject({
      name: 'n1',
      clusterToken: 'blue',
      versions: { quorate: QUORATE_VERSION, etcd: '3.5.16' },
      replicaAddress: { host: '0.0.0.0', port: 8443 },
    });
    expect(host.paths).toEqual({
      dataDir,
      etcdDir: '/srv/etcd',
      caCertFile: '/etc/quorate/ca.crt',
      caKeyFile: join(dataDir, 'ca', 'cluster-ca.key'),
      pkiDir: join(dataDir, 'pki'),
    });
    expect(toInstallPaths(paths(of))).toEqual(host.paths);
  });

  it('asks at every address of its configuration, with the token or its file', () => {
    const block = { cp_url: 'https://a:8443, https://b:8443', ca_fingerprint: FINGERPRINT, timeout: '5s' };
    expect(toJoinRequest(config({ cluster_join: { ...block, token_path: '/etc/quorate/token' } }))).toEqual({
      urls: ['https://a:8443', 'https://b:8443'],
      caFingerprint: FINGERPRINT,
      token: { path: '/etc/quorate/token' },
      patienceMs: 5_000,
    });
    expect(toJoinRequest(config({ cluster_join: { ...block, token: 'qrt_join_x' } })).token).toEqual({ text: 'qrt_join_x' });
  });

  it('cannot ask without knowing where, and whom to believe', () => {
    expect(() => toJoinRequest(config())).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => toJoinRequest(config({ cluster_join: { cp_url: 'https://a:8443', token: 'x' } }))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
