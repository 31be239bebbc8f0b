import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterCa } from './api';
import { type CaFiles, loadOrCreateClusterCa } from './ca-files';
import { type ClientPkiFiles, ensureClientPki } from './client-files';
import { ensureLeaves } from './leaf-files';
import { peerCommonName } from './names';

const run = promisify(execFile);
const CLUSTER = ['n1', 'n2', 'n3'].map((name, i) => ({ name, host: `127.0.22.${11 + i}` }));
const children: ChildProcess[] = [];
let dir = '';
let ca: ClusterCa;
let caFiles: CaFiles;
const clients: ClientPkiFiles[] = [];

/** Starts a member whose certificates are of the given generation. */
const startMember = async (index: number, generation: number) => {
  const { name, host } = CLUSTER[index] ?? { name: '', host: '' };
  const pki = join(dir, name, 'pki');
  const leaves = await ensureLeaves({ dir: pki, ca, clusterId: ca.clusterId, generation, memberName: name, hosts: [host] });
  const client = await ensureClientPki({ dir: pki, hosts: [host] });
  clients[index] = client;
  const flags = {
    name,
    'data-dir': join(dir, name, 'etcd'),
    'listen-peer-urls': `https://${host}:2380`,
    'initial-advertise-peer-urls': `https://${host}:2380`,
    'listen-client-urls': `https://${host}:2379`,
    'advertise-client-urls': `https://${host}:2379`,
    'initial-cluster': CLUSTER.map((one) => `${one.name}=https://${one.host}:2380`).join(','),
    'initial-cluster-token': 'pki-test',
    'peer-cert-file': leaves.peer.certFile,
    'peer-key-file': leaves.peer.keyFile,
    'peer-trusted-ca-file': caFiles.certFile,
    'peer-client-cert-auth': 'true',
    'peer-cert-allowed-cn': peerCommonName(ca.clusterId, generation),
    'cert-file': client.server.certFile,
    'key-file': client.server.keyFile,
    'trusted-ca-file': client.caFile,
    'client-cert-auth': 'true',
  };
  children.push(
    spawn(
      'etcd',
      Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
      { stdio: 'ignore' },
    ),
  );
};

/** Runs etcdctl against one member with the client certificate of another (or its own). */
const etcdctl = (member: number, args: readonly string[], as = member) => {
  const files = clients[as];
  if (files === undefined) throw new Error('no such member');
  const tls = ['--cacert', clients[member]?.caFile ?? '', '--cert', files.client.certFile, '--key', files.client.keyFile];
  return run('etcdctl', [`--endpoints=https://${CLUSTER[member]?.host}:2379`, '--dial-timeout=1s', '--command-timeout=2s', ...tls, ...args]);
};

const succeedsSoon = async (act: () => Promise<unknown>) => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt >= 60) throw error;
      await delay(250);
    }
  }
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quorate-trust-'));
  caFiles = { certFile: join(dir, 'ca.crt'), keyFile: join(dir, 'ca.key') };
  ca = await loadOrCreateClusterCa(caFiles);
  await Promise.all([startMember(0, 1), startMember(1, 1), startMember(2, 2)]);
});
afterAll(async () => {
  await Promise.all(
    children.map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve();
          child.once('exit', () => resolve());
          child.kill('SIGKILL');
        }),
    ),
  );
  await rm(dir, { recursive: true, force: true });
});

describe('etcd with our certificates', () => {
  it('forms a quorum of one generation, keeps another generation out, and serves only its own client', async () => {
    await succeedsSoon(() => etcdctl(0, ['put', 'key', 'value']));
    expect((await etcdctl(1, ['get', 'key', '--print-value-only'])).stdout.trim()).toBe('value');
    await expect(etcdctl(2, ['get', 'key'])).rejects.toThrow();
    await expect(etcdctl(0, ['get', 'key'], 1)).rejects.toThrow();
  });
});
