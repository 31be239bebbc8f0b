import type { MembershipView, PlannedLearner } from '@quorate/core/cluster/membership-plan';
import type { JoinRecord } from '@quorate/core/join/join-record';
import { isJoinLive } from '@quorate/core/join/saga';
import type { EtcdClient, EtcdMember } from '../../etcd/api';
import type { Clock } from '../../kit/clock';
import type { Stored } from '../../store/codec';
import type { JoinsStore } from '../../store/joins-store';

/** What the other replicas last said of themselves; null where nothing is known. */
export type Contact = { readonly appliedIndex: bigint | null; readonly isUp: boolean };

export type ObserveDeps = {
  readonly etcd: Pick<EtcdClient, 'memberList' | 'status'>;
  readonly joins: Pick<JoinsStore, 'list'>;
  readonly clock: Pick<Clock, 'now'>;
  /** From the health observer, by hex member id. */
  readonly contactOf: (memberId: string) => Contact | null;
  /** Newest report of a joiner to this replica, which may be fresher than the record; null when it reports elsewhere. */
  readonly reportOf: (joinId: string) => { readonly appliedIndex: bigint | null; readonly atMs: number } | null;
  /** When this replica first saw a learner that no join record names. */
  readonly firstSeenMs: (memberId: string) => number;
};

export type Observation = {
  readonly view: MembershipView;
  readonly joins: readonly Stored<JoinRecord>[];
  /** Live joins whose member is a voter already: only their record has to be finished. */
  readonly settled: readonly Stored<JoinRecord>[];
};

/** Reads the cluster as it is: members, joins, indexes. Changes nothing. Linearizable: throws without quorum. */
export const observeMembership = async (deps: ObserveDeps, signal: AbortSignal): Promise<Observation> => {
  const [members, { records }, status] = await Promise.all([deps.etcd.memberList({ signal }), deps.joins.list({ signal }), deps.etcd.status({ signal })]);
  const idOf = (member: EtcdMember) => member.id.toString(16);
  const admitted = records.filter(({ value }) => value.admittedAtMs !== null && isJoinLive(value.phase));
  const memberOf = (record: JoinRecord) => members.find((member) => idOf(member) === record.memberId);
  const nowMs = deps.clock.now();
  const view: MembershipView = {
    nowMs,
    hasLeader: status.leaderId !== 0n,
    leaderAppliedIndex: leaderIndex(deps, status),
    members: members.map((member) => ({
      id: idOf(member),
      name: member.name,
      role: member.isLearner ? 'learner' : 'voter',
      up: member.id === status.memberId || (deps.contactOf(idOf(member))?.isUp ?? false),
    })),
    learners: members.filter((member) => member.isLearner).map((member) => describeLearner(deps, member, { records })),
    orphanedJoins: admitted
      .filter(({ value }) => !memberOf(value))
      .map(({ value }) => ({ joinId: value.id, admittedAtMs: value.admittedAtMs ?? nowMs, memberId: value.memberId })),
  };
  return { view, joins: records, settled: admitted.filter(({ value }) => memberOf(value)?.isLearner === false) };
};

/** The leader's applied index: read from the leader where it is this member, else what it last told; this member's own is a lower bound. */
const leaderIndex = (deps: ObserveDeps, status: Awaited<ReturnType<EtcdClient['status']>>): bigint | null => {
  if (status.leaderId === 0n) return null;
  const told = deps.contactOf(status.leaderId.toString(16))?.appliedIndex ?? null;
  // The index of the log grows on every voter with the leader's; the larger one is the closer one.
  return told !== null && told > status.raftIndex ? told : status.raftIndex;
};

/**
 * The join that brought a learner. By its id where that is written down; an interrupted admission left only the URL, and older joins of the
 * same host, undone before they had a member, have the same one.
 */
const recordOf = (records: readonly Stored<JoinRecord>[], member: EtcdMember): JoinRecord | undefined => {
  const values = records.map(({ value }) => value);
  const byUrl = values.filter((value) => value.memberId === null && value.admittedAtMs !== null && member.peerUrls.includes(value.joiner.peerUrl));
  return values.find((value) => value.memberId === member.id.toString(16)) ?? byUrl.find((value) => isJoinLive(value.phase)) ?? byUrl[0];
};

const describeLearner = (deps: ObserveDeps, member: EtcdMember, facts: { records: readonly Stored<JoinRecord>[] }): PlannedLearner => {
  const memberId = member.id.toString(16);
  const record = recordOf(facts.records, member);
  const report = record ? deps.reportOf(record.id) : null;
  const known = [record?.appliedIndex ? BigInt(record.appliedIndex) : null, deps.contactOf(memberId)?.appliedIndex ?? null, report?.appliedIndex ?? null];
  const appliedIndex = known.reduce<bigint | null>((best, index) => (index !== null && (best === null || index > best) ? index : best), null);
  return {
    memberId,
    peerUrl: member.peerUrls[0] ?? '',
    joinId: record?.id ?? null,
    phase: record?.phase ?? null,
    appliedIndex,
    // A report may come from the log of the joiner's etcd before its client port opens.
    appliedIndexIsLowerBound: (deps.contactOf(memberId)?.appliedIndex ?? null) === null,
    addedAtMs: record?.admittedAtMs ?? deps.firstSeenMs(memberId),
    progressedAtMs: Math.max(record?.progressedAtMs ?? 0, report?.atMs ?? 0),
  };
};
