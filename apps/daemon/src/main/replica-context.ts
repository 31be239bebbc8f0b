import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { QUORATE_VERSION } from '@quorate/core/version';
import type { EtcdClient } from '../etcd/api';
import { createEtcdClient } from '../etcd/client';
import { createReplicaClient, type ReplicaClient } from '../host/replica-client';
import { systemClock } from '../kit/clock';
import type { Closer } from '../kit/closer';
import type { ClusterCa } from '../pki/api';
import { leafExpiry, leafFiles } from '../pki/leaf-files';
import { pinnedTlsOptions } from '../pki/pinned-tls';
import { createAccess } from '../services/access/admin-token';
import { createEventLog } from '../services/events/event-log';
import type { CachedMember } from '../services/health/member-cache';
import { createObserver, type Observer } from '../services/health/observer';
import type { KeeperState } from '../services/supervisor/etcd-keeper';
import type { PreparedMember } from '../services/supervisor/prepare-member';
import { createAccessStore } from '../store/access-store';
import { createCaStore } from '../store/ca-store';
import { createEventsStore } from '../store/events-store';
import { createJoinTokensStore } from '../store/join-tokens-store';
import { createJoinsStore } from '../store/joins-store';
import { createReplicasStore } from '../store/replicas-store';
import type { Host } from './host';
import type { RunOptions } from './run-options';

/** The rooms of one running replica, built once its member is prepared; nothing here needs etcd to answer yet. */
export const createReplicaContext = (options: RunOptions, given: Given) => {
  const { config, logger } = options;
  const { host, prepared, closer } = given;
  const stopped = new AbortController();
  setMaxListeners(0, stopped.signal);
  closer.push('background work', () => stopped.abort());
  const etcd = createEtcdClient(prepared.client);
  closer.push('etcd client', () => etcd.close());
  const stores = createStores(etcd);
  let ca = prepared.ca;
  let client = openReplicaClient(prepared.pkiDir, ca);
  closer.push('replica client', () => client.close());
  let memberId = given.remembered.find((member) => member.name === prepared.identity.memberName)?.id ?? '0';
  let certificates: { file: string; notAfter: Date }[] = [];
  let modeIgnored = false;
  const self = () => ({
    memberId,
    name: prepared.identity.memberName,
    replicaUrl: host.urls.replica,
    publicUrl: host.urls.public,
    quorateVersion: QUORATE_VERSION,
  });

  const observer: Observer = createObserver(
    {
      etcd,
      joins: stores.joins,
      replicas: stores.replicas,
      client: () => client,
      clock: systemClock,
      dataDir: options.paths.dataDir,
      surroundings: () => ({
        self: self(),
        clusterId: ca.clusterId,
        caFingerprint: ca.fingerprint,
        generation: prepared.identity.generation,
        evictAfterMs: config.membership.evict_after,
        maxLagEntries: config.membership.promote_max_lag,
        quotaBytes: config.etcd.quota_backend_bytes,
        etcdRestarting: describeRestart(given.keeperState()),
        modeIgnored,
        certificates,
        hasCaKey: ca.keyPem !== null,
      }),
    },
    given.remembered,
  );
  const events = createEventLog({
    store: stores.events,
    clock: systemClock,
    logger: logger.child({ room: 'events' }),
    memberName: self().name,
    signal: stopped.signal,
  });
  const access = createAccess({
    store: stores.access,
    clock: systemClock,
    logger: logger.child({ room: 'access' }),
    dataDir: options.paths.dataDir,
    memberName: self().name,
  });

  return {
    etcd,
    stores,
    observer,
    events,
    access,
    self,
    signal: stopped.signal,
    ca: () => ca,
    client: () => client,
    generation: prepared.identity.generation,
    setMemberId: (id: string) => {
      memberId = id;
    },
    setModeIgnored: () => {
      modeIgnored = true;
    },
    /** After certificates or CA key changed on disk. */
    reloadPki: async (next: ClusterCa): Promise<void> => {
      ca = next;
      client.close();
      client = openReplicaClient(prepared.pkiDir, ca);
      certificates = await leafExpiry(prepared.pkiDir);
    },
    replicaUrls: (): readonly string[] => observer.feed.get().replicaUrls,
    otherReplicaUrls: (extra: readonly string[]): readonly string[] =>
      [...new Set([...observer.feed.get().replicaUrls, ...extra])].filter((url) => url !== host.urls.replica),
  };
};

type Given = {
  readonly host: Host;
  readonly prepared: PreparedMember;
  readonly remembered: readonly CachedMember[];
  readonly closer: Closer;
  readonly keeperState: () => KeeperState | null;
};

export type ReplicaContext = ReturnType<typeof createReplicaContext>;

const createStores = (etcd: EtcdClient) => {
  const tokens = createJoinTokensStore(etcd);
  return {
    tokens,
    ca: createCaStore(etcd),
    access: createAccessStore(etcd),
    replicas: createReplicasStore(etcd),
    events: createEventsStore(etcd),
    joins: createJoinsStore(etcd, tokens),
  };
};

const openReplicaClient = (pkiDir: string, ca: ClusterCa): ReplicaClient => {
  const { replica } = leafFiles(pkiDir);
  return createReplicaClient({ ...pinnedTlsOptions(ca.certPem), cert: readFileSync(replica.certFile, 'utf8'), key: readFileSync(replica.keyFile, 'utf8') });
};

const describeRestart = (state: KeeperState | null): { restarts: number; reason: string } | null =>
  state?.phase === 'restarting' ? { restarts: state.restarts, reason: state.reason } : null;
