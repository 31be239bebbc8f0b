import { reportQuorum, simulate } from '@quorate/core/cluster/quorum';
import { AppError } from '@quorate/core/errors/app-error';
import { QUORATE_VERSION } from '@quorate/core/version';
import type { ApiServices, Health, ReplicaPort } from '../api/services';
import { systemClock } from '../kit/clock';
import { undoJoin } from '../services/join/cluster-side';
import { createReplicaPort, type JoinReports } from '../services/join/replica-port';
import { createJoinTokens } from '../services/join/tokens';
import { runMembershipRound } from '../services/membership/membership';
import { previewMemberRemoval, removeMember, toQuorumMember } from '../services/membership/removal';
import type { Host } from './host';
import type { ReplicaContext } from './replica-context';
import type { RunOptions } from './run-options';

export type Wiring = {
  readonly options: RunOptions;
  readonly host: Host;
  readonly context: ReplicaContext;
  readonly reports: JoinReports;
  /** Wake the loops. */
  readonly wakeMembership: () => void;
  readonly wakeObserver: () => void;
  readonly isStopping: () => boolean;
  /** True once everything of the start is done. */
  readonly isServing: () => boolean;
};

/** A linearizable read that takes longer than this means that this replica does not serve. */
const READY_CHECK_MS = 1_000;

/** What the cluster's side of joining and the membership loop need alike. */
const joinDeps = ({ context, options, wakeMembership }: Wiring) => ({
  etcd: context.etcd,
  joins: context.stores.joins,
  tokens: context.stores.tokens,
  clock: systemClock,
  logger: options.logger.child({ room: 'join' }),
  recordEvent: context.events.record,
  failpoint: options.failpoint,
  wakeMembership,
});

export const createApiServices = (wiring: Wiring): ApiServices => {
  const { context, wakeObserver } = wiring;
  const { observer } = context;
  const tokens = createJoinTokens({
    store: context.stores.tokens,
    clock: systemClock,
    recordEvent: context.events.record,
    caFingerprint: context.ca().fingerprint,
    clusterToken: wiring.options.config.etcd.cluster_token,
    replicaUrls: context.replicaUrls,
  });
  const members = () => observer.feed.get().members;
  return {
    cluster: {
      status: () => observer.feed.get(),
      watch: (signal) => observer.feed.watch(signal),
      members: () => ({ members: members(), quorum: reportQuorum(members().map(toQuorumMember)) }),
      previewRemoval: (id) => previewMemberRemoval(members(), id),
      removeMember: (input, actor, signal) => removeMember({ ...removalDeps(wiring), members, onChange: wakeObserver }, { ...input, by: actor.name }, signal),
      simulate: (down) => simulate(members().map(toQuorumMember), down),
    },
    tokens,
    events: { list: context.events.list },
    health: { check: (signal) => checkHealth(wiring, signal) },
    access: context.access,
  };
};

const removalDeps = (wiring: Wiring) => ({
  etcd: wiring.context.etcd,
  replicas: wiring.context.stores.replicas,
  clock: systemClock,
  recordEvent: wiring.context.events.record,
  undoJoin: (join: { joinId: string; reason: string }, signal: AbortSignal) => undoJoin(joinDeps(wiring), join, signal),
});

/** Asks etcd, every time: a leader that was cut off must not go on calling itself one. */
const checkHealth = async ({ context, isServing, isStopping }: Wiring, signal: AbortSignal): Promise<Health> => {
  const bounded = { signal, timeoutMs: READY_CHECK_MS };
  const status = await context.etcd.status(bounded).catch(() => null);
  const no = (reason: string, part: Partial<Health> = {}): Health => ({ live: true, ready: false, reason, isLeader: false, hasQuorum: false, ...part });
  if (status === null) return no("this replica's etcd does not answer");
  if (status.isLearner) return no('this replica is a learner: it still catches up', { hasQuorum: status.leaderId !== 0n });
  if (status.leaderId === 0n) return no('there is no leader');
  const read = await context.stores.ca.get({ signal: AbortSignal.any([signal, AbortSignal.timeout(READY_CHECK_MS)]) }).then(
    () => null,
    (error: unknown) => (error instanceof AppError ? error.message : 'the cluster does not confirm reads'),
  );
  if (read !== null) return no(read);
  const isLeader = status.leaderId === status.memberId;
  if (!isServing()) return no('this replica is still starting', { hasQuorum: true });
  return isStopping() ? no('this replica is stopping', { hasQuorum: true }) : { live: true, ready: true, reason: null, isLeader, hasQuorum: true };
};

export const createReplicaServices = (wiring: Wiring): ReplicaPort => {
  const { context, host, options } = wiring;
  const self = context.self();
  return createReplicaPort(
    {
      ...joinDeps(wiring),
      self: { name: self.name, replicaUrl: self.replicaUrl, publicUrl: self.publicUrl, clusterToken: options.config.etcd.cluster_token },
      ca: context.ca,
      generation: context.generation,
      timers: host.timers,
      versions: () => ({ quorate: QUORATE_VERSION, etcd: host.etcdVersion }),
      replicaUrls: context.replicaUrls,
      view: context.observer.view,
    },
    {
      clock: systemClock,
      clusterToken: options.config.etcd.cluster_token,
      isInContact: (memberId) => memberId === context.self().memberId || (context.observer.heard(memberId)?.isFresh ?? false),
      timers: host.timers,
      versions: () => ({ quorate: QUORATE_VERSION, etcd: context.observer.etcdStatus()?.version ?? host.etcdVersion }),
      liveJoins: async (signal) => (await context.stores.joins.list({ signal })).records.map(({ value }) => value),
    },
    wiring.reports,
  );
};

/** One turn of the membership loop; a learner leaves it to the voters. */
export const membershipTurn =
  (wiring: Wiring, firstSeen: Map<string, number>) =>
  async (signal: AbortSignal): Promise<void> => {
    const { context, options, reports } = wiring;
    const { observer } = context;
    await runMembershipRound(
      {
        ...joinDeps(wiring),
        policy: { maxLagEntries: options.config.membership.promote_max_lag, evictAfterMs: options.config.membership.evict_after },
        undoJoin: (join, at) => undoJoin(joinDeps(wiring), join, at),
        onChange: wiring.wakeObserver,
        contactOf: (memberId) => {
          const heard = observer.heard(memberId);
          return heard && { appliedIndex: BigInt(heard.status.raftAppliedIndex), isUp: heard.isFresh };
        },
        reportOf: (joinId) => reports.get(joinId) ?? null,
        firstSeenMs: (memberId) => {
          const seen = firstSeen.get(memberId) ?? systemClock.now();
          firstSeen.set(memberId, seen);
          return seen;
        },
      },
      signal,
    );
  };
