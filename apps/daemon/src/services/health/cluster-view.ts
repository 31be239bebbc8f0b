import type { ClusterStatus } from '@quorate/core/api/cluster';
import type { Member, MemberPhase } from '@quorate/core/cluster/member';
import { describeStall, estimateEtaSeconds, percentOf } from '@quorate/core/cluster/progress';
import { reportQuorum } from '@quorate/core/cluster/quorum';
import { evaluateConditions } from '@quorate/core/health/evaluate';
import type { JoinRecord } from '@quorate/core/join/join-record';
import { isJoinLive, type JoinProgress } from '@quorate/core/join/saga';
import type { ClusterFacts, Heard } from './facts';
import type { CachedMember } from './member-cache';

/** A voter nobody has heard of for this long is shown as unreachable. */
const UNREACHABLE_MS = 3_500;

/** Draws the picture of the cluster from the facts of one look. Pure. */
export const drawCluster = (facts: ClusterFacts): ClusterStatus => {
  const leaderId = leaderOf(facts);
  const leaderIndex = indexOf(facts, leaderId);
  const live = facts.joins.filter((join) => isJoinLive(join.phase));
  const joins = live.map((join) => describeJoin(facts, join, { leaderIndex, queuePosition: queuePosition(live, join) }));
  const members = [...facts.members]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((member) => describeMember(facts, member, { leaderId, leaderIndex, join: joins.find((join) => join.memberId === member.id) ?? null }));
  const quorum = reportQuorum(
    members.map((member) => ({
      id: member.id,
      name: member.name,
      role: member.role,
      up: member.phase === 'ready' || member.phase === 'catching-up',
      isLeader: member.isLeader,
    })),
  );
  const self = members.find((member) => member.isSelf);
  return {
    clusterId: facts.clusterId,
    caFingerprint: facts.caFingerprint,
    generation: facts.generation,
    servedBy: { memberId: facts.self.memberId, name: facts.self.name, role: self?.role ?? 'voter' },
    leaderId,
    raftTerm: facts.etcd?.raftTerm.toString() ?? '0',
    quorum,
    members,
    joins,
    conditions: evaluateConditions({
      quorum,
      hasLeader: leaderId !== null,
      members,
      nowMs: facts.nowMs,
      etcdErrors: facts.etcd?.errors ?? [],
      quotaBytes: facts.quotaBytes,
      undoneJoins: facts.joins
        .filter(
          (join) => join.phase === 'undone' && join.admittedAtMs !== null && !members.some(({ name, role }) => name === join.joiner.name && role === 'voter'),
        )
        .map((join) => ({ name: join.joiner.name, reason: join.undoneReason ?? '', atMs: join.updatedAtMs })),
      etcdRestarting: facts.etcdRestarting,
      modeIgnored: facts.modeIgnored,
      certificates: facts.certificates.map(({ file, notAfter }) => ({ file, notAfterMs: notAfter.getTime() })),
      hasCaKey: facts.hasCaKey,
      unreadableKeys: facts.unreadableKeys,
    }),
    replicaUrls: [facts.self.replicaUrl, ...members.flatMap((member) => (member.isSelf || member.replicaUrl === null ? [] : [member.replicaUrl]))],
    observedAt: new Date(facts.nowMs).toISOString(),
  };
};

/** As this member's etcd says; while it does not answer, as the voter heard last says. */
const leaderOf = (facts: ClusterFacts): string | null => {
  if (facts.etcd) return facts.etcd.leaderId === 0n ? null : facts.etcd.leaderId.toString(16);
  const fresh = [...facts.heard.values()].filter((heard) => heard.isFresh && !heard.status.isLearner);
  return fresh.find((heard) => heard.status.leaderId !== null)?.status.leaderId ?? null;
};

const indexOf = (facts: ClusterFacts, memberId: string | null): bigint | null => {
  if (memberId === null) return null;
  if (memberId === facts.self.memberId) return facts.etcd?.raftAppliedIndex ?? null;
  const told = facts.heard.get(memberId)?.status.raftAppliedIndex;
  return told === undefined ? null : BigInt(told);
};

type MemberContext = { readonly leaderId: string | null; readonly leaderIndex: bigint | null; readonly join: JoinProgress | null };

const describeMember = (facts: ClusterFacts, member: CachedMember, context: MemberContext): Member => {
  const isSelf = member.id === facts.self.memberId;
  const heard = facts.heard.get(member.id) ?? null;
  const applied = indexOf(facts, member.id);
  const behind = applied === null || context.leaderIndex === null ? null : Number(context.leaderIndex - applied);
  return {
    ...member,
    peerUrls: [...member.peerUrls],
    isLeader: member.id === context.leaderId,
    isSelf,
    phase: phaseOf(facts, member, { heard, isSelf, join: context.join }),
    etcdVersion: isSelf ? (facts.etcd?.version ?? null) : (heard?.status.versions.etcd ?? null),
    quorateVersion: isSelf ? facts.self.quorateVersion : (heard?.status.versions.quorate ?? null),
    raftAppliedIndex: applied?.toString() ?? null,
    lagEntries: behind === null ? null : Math.max(0, behind),
    dbSizeBytes: isSelf ? (facts.etcd === null ? null : Number(facts.etcd.dbSizeBytes)) : (heard?.status.dbSizeBytes ?? null),
    lastContactAt: isSelf ? new Date(facts.nowMs).toISOString() : heard ? new Date(heard.atMs).toISOString() : null,
    rttMs: isSelf ? 0 : (heard?.rttMs ?? null),
    join: context.join,
  };
};

const phaseOf = (facts: ClusterFacts, member: CachedMember, context: { heard: Heard | null; isSelf: boolean; join: JoinProgress | null }): MemberPhase => {
  const { heard, isSelf, join } = context;
  const inContact = isSelf ? facts.etcd !== null : heard !== null && (heard.isFresh || facts.nowMs - heard.atMs < UNREACHABLE_MS);
  if (member.role === 'voter') return inContact ? 'ready' : 'unreachable';
  if (join?.stallReason) return 'stalled';
  if (inContact) return 'catching-up';
  return heard === null ? 'unstarted' : 'stalled';
};

const describeJoin = (facts: ClusterFacts, join: JoinRecord, context: { leaderIndex: bigint | null; queuePosition: number | null }): JoinProgress => {
  const points = facts.history.get(join.id) ?? [];
  const applied = points.at(-1)?.appliedIndex ?? null;
  const { queuePosition } = context;
  const lagEntries = applied === null || context.leaderIndex === null ? null : maxOf(0n, context.leaderIndex - applied);
  const lastGrowth = points.findLast((point, at) => at === 0 || point.appliedIndex > (points[at - 1]?.appliedIndex ?? 0n))?.atMs ?? 0;
  return {
    joinId: join.id,
    name: join.joiner.name,
    peerUrl: join.joiner.peerUrl,
    phase: join.phase,
    memberId: join.memberId,
    queuePosition,
    percent: percentOf(applied, context.leaderIndex),
    etaSeconds: join.memberId === null ? null : estimateEtaSeconds(points, context.leaderIndex),
    stallReason: describeStall({
      phase: join.phase,
      queuePosition,
      idleMs: Math.max(0, facts.nowMs - Math.max(join.progressedAtMs, points.length > 1 ? lastGrowth : 0)),
      isUp: join.memberId !== null && (facts.heard.get(join.memberId)?.isFresh ?? false),
      lagEntries,
      maxLagEntries: facts.maxLagEntries,
      evictAfterMs: facts.evictAfterMs,
    }),
    startedAt: new Date(join.startedAtMs).toISOString(),
    updatedAt: new Date(join.updatedAtMs).toISOString(),
  };
};

/** 1 for the next to be admitted; null for a join that does not wait: it is admitted, still being checked, or nobody is in its way. */
const queuePosition = (live: readonly JoinRecord[], join: JoinRecord): number | null => {
  if (join.admittedAtMs !== null || join.phase !== 'checked') return null;
  const position = live.filter((other) => other.admittedAtMs === null && other.phase === 'checked').indexOf(join) + 1;
  return position === 1 && !live.some((other) => other.admittedAtMs !== null) ? null : position;
};

const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);
