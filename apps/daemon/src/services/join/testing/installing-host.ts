import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { CommitResponse } from '@quorate/core/join/wire';
import { createClusterCa } from '../../../pki/ca';
import { publicKeySha256 } from '../../../pki/chain';
import { generateRsaKey } from '../../../pki/keys';
import { issueLeaf } from '../../../pki/leaf';
import type { InstallPaths } from '../install';

/** Paths of a host whose whole life lies in one temporary directory. */
export const pathsIn = (dataDir: string): InstallPaths => ({
  dataDir,
  etcdDir: join(dataDir, 'etcd'),
  caCertFile: join(dataDir, 'ca', 'cluster-ca.crt'),
  caKeyFile: join(dataDir, 'ca', 'cluster-ca.key'),
  pkiDir: join(dataDir, 'pki'),
});

export const makeDataDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'quorate-install-'));
export const removeDataDir = (dataDir: string): Promise<void> => rm(dataDir, { recursive: true, force: true });

/** Files of a replica that was a cluster of its own. */
const OLD_FILES: Readonly<Record<string, string>> = {
  'identity.json': '{"v":1,"clusterId":"0123456789abcdef","memberName":"old","generation":1,"peerUrl":"https://127.0.24.200:2380","joinId":null}',
  'etcd/member/wal/0.wal': 'old wal',
  'etcd/member/snap/db': 'old db',
  'pki/peer.crt': 'old peer',
  'pki/client.key': 'old client key',
  'ca/cluster-ca.crt': 'old ca',
  'ca/cluster-ca.key': 'old ca key',
  'members.json': '{"v":1,"members":[]}',
  'admin-token': 'old token',
  'admin-token.sha256': 'old digest',
};

export const writeOldData = async (dataDir: string): Promise<void> => {
  for (const [name, text] of Object.entries(OLD_FILES)) {
    await mkdir(dirname(join(dataDir, name)), { recursive: true });
    await writeFile(join(dataDir, name), text);
  }
};

/** Every file of a host by its path, without the sidecar of the join and what was set aside. */
export const filesOf = async (dataDir: string): Promise<Record<string, string>> => {
  const files: Record<string, string> = {};
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    const path = relative(dataDir, join(entry.parentPath, entry.name));
    if (entry.isFile() && !/^(join|set-aside)\//.test(path)) files[path] = await readFile(join(dataDir, path), 'utf8');
  }
  return files;
};

/** What a cluster answers a joiner called n1 whose key this is. */
export const makeAnswer = async (): Promise<{ readonly answer: CommitResponse; readonly keyPem: string; readonly publicKeySha256: string }> => {
  const [ca, key] = await Promise.all([createClusterCa({ now: Date.now }), generateRsaKey(2048)]);
  const subject = { clusterId: ca.clusterId, generation: 3, memberName: 'n1', hosts: ['127.0.24.200'] };
  const leaf = (kind: 'peer' | 'replica' | 'server') => issueLeaf(ca, { ...subject, kind }, key.publicKeyPem);
  const answer: CommitResponse = {
    clusterId: ca.clusterId,
    generation: 3,
    memberId: 'abc123',
    caCertPem: ca.certPem,
    certificates: { peerPem: leaf('peer'), replicaPem: leaf('replica'), serverPem: leaf('server') },
    initialCluster: 'n0=https://127.0.24.199:2380,n1=https://127.0.24.200:2380',
    replicaUrls: ['https://127.0.24.199:8443'],
  };
  return { answer, keyPem: key.keyPem, publicKeySha256: publicKeySha256(key.keyPem) };
};
