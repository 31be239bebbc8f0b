/** Makes sure that a member can start: CA, certificates, identity. Everything is on disk before etcd runs. */

import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import type { EtcdFlags } from '../../etcd/api';
import type { ClusterCa } from '../../pki/api';
import { loadOrCreateClusterCa, readClusterCa } from '../../pki/ca-files';
import { ensureClientPki } from '../../pki/client-files';
import { ensureLeaves } from '../../pki/leaf-files';
import { leafHosts } from '../../pki/leaf-hosts';
import { peerCommonName } from '../../pki/names';
import type { BootPlan } from './boot-plan';
import { type Identity, readIdentity, writeIdentity } from './identity';
import type { ReplicaUrls } from './urls';

export type MemberSettings = {
  readonly dataDir: string;
  readonly etcdDir: string;
  readonly caFiles: { readonly certFile: string; readonly keyFile: string };
  readonly name: string;
  readonly clusterToken: string;
  /** Mode bootstrap: the full list. */
  readonly initialCluster: string | null;
  readonly binary: string;
  readonly timers: { readonly heartbeatMs: number; readonly electionMs: number };
  readonly quotaBackendBytes: number;
  readonly urls: ReplicaUrls;
};

export type PreparedMember = {
  readonly identity: Identity;
  readonly ca: ClusterCa;
  readonly pkiDir: string;
  readonly flags: EtcdFlags;
  /** For the daemon's own connection to its etcd. */
  readonly client: { readonly url: string; readonly caPem: string; readonly certPem: string; readonly keyPem: string };
};

export const pkiDirOf = (dataDir: string): string => join(dataDir, 'pki');

/** Prepares the start that was planned; `join` comes here after its answer is installed. Throws CA_MISSING, CERT_INVALID. */
export const prepareMember = async (settings: MemberSettings, plan: BootPlan, joinedCluster: string | null): Promise<PreparedMember> => {
  const ca = await loadCa(settings, plan);
  const found = await readIdentity(settings.dataDir);
  const identity: Identity = {
    v: 1,
    clusterId: ca.clusterId,
    memberName: settings.name,
    generation: found?.generation ?? 1,
    peerUrl: settings.urls.peer,
    joinId: found?.joinId ?? null,
    hasServed: found?.hasServed ?? false,
  };
  if (found !== null && found.clusterId !== ca.clusterId)
    throw new AppError('CA_DIVERGED', {
      message: `identity.json in ${settings.dataDir} belongs to cluster ${found.clusterId}, the CA in ${settings.caFiles.certFile} to cluster ${ca.clusterId}`,
    });
  const pkiDir = pkiDirOf(settings.dataDir);
  const { urls } = settings;
  const hosts = leafHosts([urls.peer, urls.replica, urls.public]);
  const leaves = await ensureLeaves({ dir: pkiDir, ca, clusterId: ca.clusterId, generation: identity.generation, memberName: settings.name, hosts });
  // TLS to an address is asked for by the name localhost (Node warns about addresses as server names).
  const client = await ensureClientPki({ dir: pkiDir, hosts: [...leafHosts([urls.client]), 'localhost'] });
  await mkdir(dirname(settings.etcdDir), { recursive: true, mode: 0o700 });
  await writeIdentity(settings.dataDir, identity);
  const [caPem, certPem, keyPem] = await Promise.all([
    readFile(client.caFile, 'utf8'),
    readFile(client.client.certFile, 'utf8'),
    readFile(client.client.keyFile, 'utf8'),
  ]);
  return {
    identity,
    ca,
    pkiDir,
    flags: {
      binary: settings.binary,
      name: settings.name,
      dataDir: settings.etcdDir,
      peerUrl: urls.peer,
      listenPeerUrl: urls.listenPeer,
      clientUrl: urls.client,
      initialCluster: initialClusterOf(settings, plan, joinedCluster),
      initialClusterState: plan.kind === 'join' ? 'existing' : 'new',
      clusterToken: settings.clusterToken,
      heartbeatMs: settings.timers.heartbeatMs,
      electionMs: settings.timers.electionMs,
      quotaBackendBytes: settings.quotaBackendBytes,
      peer: {
        certFile: leaves.peer.certFile,
        keyFile: leaves.peer.keyFile,
        caFile: settings.caFiles.certFile,
        allowedCn: peerCommonName(ca.clusterId, identity.generation),
      },
      client: { certFile: client.server.certFile, keyFile: client.server.keyFile, caFile: client.caFile },
    },
    client: { url: urls.client, caPem, certPem, keyPem },
  };
};

/** Only the first member of a cluster makes a CA; everybody else must find one. */
const loadCa = async (settings: MemberSettings, plan: BootPlan): Promise<ClusterCa> => {
  if (plan.kind === 'new-single') return loadOrCreateClusterCa(settings.caFiles);
  const ca = await readClusterCa(settings.caFiles);
  if (ca) return ca;
  throw new AppError('CA_MISSING', {
    message: `the cluster CA is not at ${settings.caFiles.certFile}`,
    hint: 'Put the CA files of this cluster back (they are the same on every voter), or join this replica again.',
  });
};

/** A member with data reads its members from the write-ahead log; the flag still has to name itself. */
const initialClusterOf = (settings: MemberSettings, plan: BootPlan, joinedCluster: string | null): string => {
  if (plan.kind === 'new-bootstrap' && settings.initialCluster !== null) return settings.initialCluster;
  return joinedCluster ?? `${settings.name}=${settings.urls.peer}`;
};
