/**
 * Looks at the cluster once a second (and when woken) and keeps one picture of it: the feed that page, CLI, API and health routes read.
 *
 * Owns: asking this replica's etcd and the other replicas, remembering who was heard when. Never: decides or changes anything. Works
 * without quorum, on a learner, and while this replica's own etcd does not answer; it then says how old its knowledge is.
 */
import type { ClusterStatus } from '@quorate/core/api/cluster';
import { addSample, type ProgressSample } from '@quorate/core/cluster/progress';
import { type JoinRecord, type PeerView, PeerViewSchema } from '@quorate/core/join/join-record';
import { isJoinLive } from '@quorate/core/join/saga';
import { type ReplicaStatus, ReplicaStatusSchema } from '@quorate/core/join/wire';
import type { EtcdClient, EtcdStatus } from '../../etcd/api';
import type { ReplicaClient } from '../../host/replica-client';
import type { Clock } from '../../kit/clock';
import { createFeed, type Feed } from '../../kit/feed';
import type { JoinsStore } from '../../store/joins-store';
import type { ReplicasStore } from '../../store/replicas-store';
import { drawCluster } from './cluster-view';
import type { ClusterFacts, Heard } from './facts';
import { type CachedMember, writeMemberCache } from './member-cache';

export type ObserverDeps = {
  readonly etcd: Pick<EtcdClient, 'status' | 'memberList'>;
  readonly joins: Pick<JoinsStore, 'list'>;
  readonly replicas: Pick<ReplicasStore, 'list'>;
  readonly client: () => ReplicaClient;
  readonly clock: Clock;
  readonly dataDir: string;
  /** What does not change during a run, and what other rooms know. */
  readonly surroundings: () => Pick<
    ClusterFacts,
    | 'self'
    | 'clusterId'
    | 'caFingerprint'
    | 'generation'
    | 'evictAfterMs'
    | 'maxLagEntries'
    | 'quotaBytes'
    | 'etcdRestarting'
    | 'modeIgnored'
    | 'certificates'
    | 'hasCaKey'
  >;
};

export type Observer = {
  readonly feed: Feed<ClusterStatus>;
  /** One look; the loop around it is main's. */
  readonly look: (signal: AbortSignal) => Promise<void>;
  readonly heard: (memberId: string) => Heard | null;
  readonly etcdStatus: () => EtcdStatus | null;
  readonly members: () => readonly CachedMember[];
  /** For learners, which cannot read it themselves. */
  readonly view: () => PeerView;
};

const OWN_STATUS_MS = 800;
const PEER_STATUS_MS = 900;
/** Undone joins stay in the picture as a finding for an hour. */
const UNDONE_SHOWN_MS = 3_600_000;

export const createObserver = (deps: ObserverDeps, remembered: readonly CachedMember[]): Observer => {
  const heard = new Map<string, Heard>();
  const history = new Map<string, ProgressSample[]>();
  let members = remembered;
  let joins: readonly JoinRecord[] = [];
  let unreadableKeys: readonly string[] = [];
  let etcd: EtcdStatus | null = null;

  const draw = (): ClusterStatus => drawCluster({ ...deps.surroundings(), nowMs: deps.clock.now(), etcd, members, heard, joins, history, unreadableKeys });
  const feed = createFeed(draw());

  const readLists = async (signal: AbortSignal): Promise<void> => {
    if (etcd === null) return;
    if (etcd.isLearner) return readListsFromPeer(signal);
    const [list, rows, records] = await Promise.all([
      deps.etcd.memberList({ linearizable: false, signal }),
      deps.replicas.list({ serializable: true, signal }),
      deps.joins.list({ serializable: true, signal }),
    ]);
    joins = shownJoins(
      records.records.map(({ value, createRevision }) => ({ value, order: createRevision })),
      deps.clock.now(),
    );
    unreadableKeys = records.unreadable;
    await setMembers(
      list.map((member) => {
        const id = member.id.toString(16);
        const row = rows.find((candidate) => candidate.memberId === id);
        const join = records.records.find(({ value }) => value.memberId === id)?.value.joiner;
        const self = deps.surroundings().self;
        const own = self.memberId === id ? self : null;
        return {
          id,
          name: member.name || join?.name || '',
          peerUrls: [...member.peerUrls],
          role: member.isLearner ? ('learner' as const) : ('voter' as const),
          replicaUrl: own?.replicaUrl ?? row?.replicaUrl ?? join?.replicaUrl ?? null,
          publicUrl: own?.publicUrl ?? row?.publicUrl ?? join?.publicUrl ?? null,
        };
      }),
    );
  };

  /** A learner's etcd answers neither member lists nor linearizable reads: it borrows the lists of the first voter that answers. */
  const readListsFromPeer = async (signal: AbortSignal): Promise<void> => {
    const selfId = deps.surroundings().self.memberId;
    for (const peer of members.filter((member) => member.id !== selfId && member.replicaUrl !== null)) {
      const view = await deps
        .client()
        .call({ url: peer.replicaUrl ?? '', method: 'GET', path: '/v1/replica/view', schema: PeerViewSchema, signal, timeoutMs: PEER_STATUS_MS })
        .catch(() => null);
      if (!view) continue;
      joins = view.joins;
      return setMembers(view.members);
    }
  };

  const setMembers = async (next: readonly CachedMember[]): Promise<void> => {
    const changed = JSON.stringify(next) !== JSON.stringify(members);
    members = next;
    for (const id of heard.keys()) if (!members.some((member) => member.id === id)) heard.delete(id);
    if (changed) await writeMemberCache(deps.dataDir, next);
  };

  const ask = async (member: CachedMember, signal: AbortSignal): Promise<void> => {
    const startedAt = deps.clock.monotonic();
    try {
      const status: ReplicaStatus = await deps
        .client()
        .call({ url: member.replicaUrl ?? '', method: 'GET', path: '/v1/replica/status', schema: ReplicaStatusSchema, signal, timeoutMs: PEER_STATUS_MS });
      if (status.memberId !== member.id) throw new Error('another replica answers at this address');
      heard.set(member.id, { status, atMs: deps.clock.now(), rttMs: round(deps.clock.monotonic() - startedAt), isFresh: true });
    } catch {
      const before = heard.get(member.id);
      if (before) heard.set(member.id, { ...before, isFresh: false });
    }
  };

  return {
    feed,
    heard: (memberId) => heard.get(memberId) ?? null,
    etcdStatus: () => etcd,
    members: () => members,
    view: () => ({ members: members.map((member) => ({ ...member, peerUrls: [...member.peerUrls] })), joins: [...joins] }),
    look: async (signal) => {
      etcd = await deps.etcd.status({ signal, timeoutMs: OWN_STATUS_MS }).catch(() => null);
      await readLists(signal).catch(() => undefined);
      const selfId = deps.surroundings().self.memberId;
      await Promise.all(members.filter((member) => member.id !== selfId && member.replicaUrl !== null).map((member) => ask(member, signal)));
      signal.throwIfAborted();
      remember(history, { joins, heard, nowMs: deps.clock.now() });
      const next = draw();
      if (isWorthShowing(feed.get(), next)) feed.set(next);
    },
  };
};

type Ordered = { readonly value: JoinRecord; readonly order: bigint };

const shownJoins = (records: readonly Ordered[], nowMs: number): JoinRecord[] =>
  [...records]
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ value }) => value)
    .filter((join) => isJoinLive(join.phase) || (join.phase === 'undone' && nowMs - join.updatedAtMs < UNDONE_SHOWN_MS));

type Sighting = { readonly joins: readonly JoinRecord[]; readonly heard: ReadonlyMap<string, Heard>; readonly nowMs: number };

const remember = (history: Map<string, ProgressSample[]>, { joins, heard, nowMs }: Sighting): void => {
  for (const id of history.keys()) if (!joins.some((join) => join.id === id)) history.delete(id);
  for (const join of joins) {
    const told = join.memberId === null ? undefined : heard.get(join.memberId)?.status.raftAppliedIndex;
    const index = told ?? join.appliedIndex;
    if (index === null || index === undefined) continue;
    history.set(join.id, addSample(history.get(join.id) ?? [], { atMs: nowMs, appliedIndex: BigInt(index) }));
  }
};

/** Everything but the time of the look itself. */
const isWorthShowing = (before: ClusterStatus, after: ClusterStatus): boolean =>
  strip(before) !== strip(after) || Date.parse(after.observedAt) - Date.parse(before.observedAt) >= 5_000;
const strip = (status: ClusterStatus): string =>
  JSON.stringify({ ...status, observedAt: '', members: status.members.map((member) => ({ ...member, lastContactAt: null, rttMs: null })) });
const round = (ms: number): number => Math.round(ms * 10) / 10;
