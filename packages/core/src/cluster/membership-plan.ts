/**
 * Decides the next change of membership: promote a learner, evict one, or undo a join that lost its learner. At most one change a round.
 *
 * Pure: `services/membership` observes, asks here, applies. Every change that was considered and not chosen is returned with the reason,
 * so that an operator can read why a learner is not a voter yet.
 *
 * Promotion has two gates. etcd's own is a ratio: `isLearnerReady` in etcd's server/etcdserver/server.go refuses until the learner's match
 * index is 0.9 (`readyPercentThreshold`) of the leader's. On a long log that still leaves millions of entries, so ours is absolute:
 * at most `maxLagEntries` behind. Where the learner's index is not known yet (its etcd opens the client port late), the ratio alone is enough
 * exactly when a tenth of the leader's index is within our limit: what etcd lets through then is within it too.
 *
 * Neither gate notices that a learner which had caught up has died since. Promoting it would raise the votes needed without adding a
 * vote, and end a cluster of one voter. Hence the third: a learner is promoted only while it is in contact.
 */
import type { JoinPhase } from '../join/saga';
import type { MemberRole } from './member';

export type PlannedMember = {
  readonly id: string;
  readonly name: string;
  readonly role: MemberRole;
  /** In contact with the observer; for a learner, a report of its daemon counts as contact. */
  readonly up: boolean;
};

export type PlannedLearner = {
  readonly memberId: string;
  readonly peerUrl: string;
  /** The join that brought it; null when no record names it (added by other means, or the record is gone). */
  readonly joinId: string | null;
  /** Phase of that join; null without one. */
  readonly phase: JoinPhase | null;
  /** Raft applied index; null when nobody has read it yet. */
  readonly appliedIndex: bigint | null;
  /** The index is proven to be at least this (read from a log, not from a status): the true lag may be smaller. */
  readonly appliedIndexIsLowerBound: boolean;
  readonly addedAtMs: number;
  /** When `appliedIndex` last grew; `addedAtMs` when it never did. */
  readonly progressedAtMs: number;
};

/** A join whose token is spent and whose learner is not among the members. */
export type OrphanedJoin = { readonly joinId: string; readonly admittedAtMs: number; readonly memberId: string | null };

export type MembershipView = {
  /** Wall-clock milliseconds, comparable with the times below. */
  readonly nowMs: number;
  readonly hasLeader: boolean;
  readonly leaderAppliedIndex: bigint | null;
  readonly members: readonly PlannedMember[];
  readonly learners: readonly PlannedLearner[];
  readonly orphanedJoins: readonly OrphanedJoin[];
};

export type MembershipPolicy = {
  /** membership.promote_max_lag */
  readonly maxLagEntries: number;
  /** membership.evict_after */
  readonly evictAfterMs: number;
};

export type Change =
  /** `lag` is null when the learner's index is unknown. */
  | { readonly kind: 'promote'; readonly memberId: string; readonly joinId: string | null; readonly lag: bigint | null }
  | { readonly kind: 'evict'; readonly memberId: string; readonly joinId: string | null; readonly reason: string }
  | { readonly kind: 'undo-join'; readonly joinId: string; readonly reason: string };

export type Rejection = { readonly kind: Change['kind'] /** Member id, or join id for `undo-join`. */; readonly subject: string; readonly reason: string };

export type MembershipPlan = { readonly change: Change | null; readonly rejected: readonly Rejection[] };

/** An admitted join gets its learner within a second or two; retries while etcd settles take a few more. After this long it is dead. */
export const ORPHAN_AFTER_MS = 60_000;
/** A learner that joined or progressed this recently counts as in contact although nobody has reached its status yet. */
export const LEARNER_CONTACT_MS = 10_000;

type Verdict = { readonly ok: true; readonly change: Change } | { readonly ok: false; readonly rejection: Rejection };

/**
 * The one change to make now, if any, and why each other was not chosen. Promotions come before evictions, evictions before undone joins.
 * When etcd refuses a planned promotion ("not in sync"), plan again in the same round without that learner, so that it delays nothing else.
 */
export const planMembership = (view: MembershipView, policy: MembershipPolicy): MembershipPlan => {
  const verdicts = [
    ...sortByLag(view).map((learner) => judgePromotion(learner, view, policy)),
    ...view.learners.map((learner) => judgeEviction(learner, view, policy)),
    ...view.orphanedJoins.map((orphan) => judgeUndo(orphan, view)),
  ];
  const possible = verdicts.flatMap((verdict) => (verdict.ok ? [verdict.change] : []));
  const rejected = verdicts.flatMap((verdict) => (verdict.ok ? [] : [verdict.rejection]));
  // Everything here ends in a write; without a leader none can be made, and the observation itself may be old.
  const change = view.hasLeader ? (possible[0] ?? null) : null;
  const reason = view.hasLeader ? 'one change per round: another one goes first' : 'there is no leader to commit it';
  const postponed = possible.filter((other) => other !== change).map((other) => ({ kind: other.kind, subject: subjectOf(other), reason }));
  return { change, rejected: [...postponed, ...rejected] };
};

const judgePromotion = (learner: PlannedLearner, view: MembershipView, policy: MembershipPolicy): Verdict => {
  const reject = (reason: string): Verdict => ({ ok: false, rejection: { kind: 'promote', subject: learner.memberId, reason } });
  if (learner.phase === 'undone') return reject('its join was undone');
  if (!isInContact(learner, view)) return reject('it is not in contact: as a voter it would be needed for quorum and could not answer');
  const gate = judgeLag(learner, view, policy);
  if (!gate.ok) return reject(gate.reason);
  return { ok: true, change: { kind: 'promote', memberId: learner.memberId, joinId: learner.joinId, lag: gate.lag } };
};

type Gate = { readonly ok: true; readonly lag: bigint | null } | { readonly ok: false; readonly reason: string };

const judgeLag = (learner: PlannedLearner, view: MembershipView, { maxLagEntries, evictAfterMs }: MembershipPolicy): Gate => {
  const leaderIndex = view.leaderAppliedIndex;
  if (leaderIndex === null) return { ok: false, reason: "the leader's index is not known" };
  const lag = lagOf(learner, leaderIndex);
  if (lag !== null && lag <= BigInt(maxLagEntries)) return { ok: true, lag };
  if (lag !== null && !learner.appliedIndexIsLowerBound) return { ok: false, reason: `it is ${lag} entries behind; at most ${maxLagEntries} are allowed` };
  // An index that stays unknown for so long is not a late client port but an etcd that does not come up.
  const idleMs = idleMsOf(learner, view);
  if (idleMs >= evictAfterMs) return { ok: false, reason: `its index is not known, and it has not progressed for ${seconds(idleMs)}` };
  const letThrough = leaderIndex / 10n;
  if (letThrough <= BigInt(maxLagEntries)) return { ok: true, lag: null };
  const reason = `its index is not known, and etcd's own check would let it be ${letThrough} entries behind; at most ${maxLagEntries} are allowed`;
  return { ok: false, reason };
};

const judgeEviction = (learner: PlannedLearner, view: MembershipView, policy: MembershipPolicy): Verdict => {
  const { memberId, joinId } = learner;
  const reject = (reason: string): Verdict => ({ ok: false, rejection: { kind: 'evict', subject: memberId, reason } });
  const evict = (reason: string): Verdict => ({ ok: true, change: { kind: 'evict', memberId, joinId, reason } });
  if (learner.phase === 'undone') return evict('its join was undone and the learner was left behind');
  const idleMs = idleMsOf(learner, view);
  if (idleMs < policy.evictAfterMs) return reject(`it progressed ${seconds(idleMs)} ago; it is evicted after ${seconds(policy.evictAfterMs)} without progress`);
  // An idle cluster gives a caught-up learner nothing to progress on: it waits for its promotion, it is not stalled.
  if (isUp(learner, view) && judgeLag(learner, view, policy).ok) return reject('it has caught up and is in contact: it waits to be promoted');
  return evict(
    `no progress for ${seconds(idleMs)} (limit ${seconds(policy.evictAfterMs)}), ${isUp(learner, view) ? 'although it is in contact' : 'and no contact'}`,
  );
};

const judgeUndo = (orphan: OrphanedJoin, view: MembershipView): Verdict => {
  const reject = (reason: string): Verdict => ({ ok: false, rejection: { kind: 'undo-join', subject: orphan.joinId, reason } });
  const member = view.members.find(({ id }) => id === orphan.memberId);
  if (member) return reject(`its member ${member.id} is in the cluster as a ${member.role}`);
  const ageMs = Math.max(0, view.nowMs - orphan.admittedAtMs);
  if (ageMs <= ORPHAN_AFTER_MS) return reject(`it was admitted ${seconds(ageMs)} ago; its learner may still be on the way`);
  const reason =
    orphan.memberId === null
      ? `admitted ${seconds(ageMs)} ago, and its learner was never added`
      : `admitted ${seconds(ageMs)} ago, and its learner ${orphan.memberId} is no longer a member`;
  return { ok: true, change: { kind: 'undo-join', joinId: orphan.joinId, reason } };
};

/** Closest to the leader first; unknown last; then by id, so that every replica plans the same. */
const sortByLag = (view: MembershipView): PlannedLearner[] =>
  [...view.learners].sort((a, b) => {
    const indexA = a.appliedIndex ?? -1n;
    const indexB = b.appliedIndex ?? -1n;
    if (indexA !== indexB) return indexA > indexB ? -1 : 1;
    return a.memberId < b.memberId ? -1 : 1;
  });

const lagOf = (learner: PlannedLearner, leaderIndex: bigint): bigint | null => {
  if (learner.appliedIndex === null) return null;
  // The learner may have been read after the leader was.
  return learner.appliedIndex > leaderIndex ? 0n : leaderIndex - learner.appliedIndex;
};

const isUp = (learner: PlannedLearner, view: MembershipView): boolean => view.members.some(({ id, up }) => id === learner.memberId && up);
const isInContact = (learner: PlannedLearner, view: MembershipView): boolean => isUp(learner, view) || idleMsOf(learner, view) <= LEARNER_CONTACT_MS;
/** Times come from several clocks: one that lies ahead counts as now. */
const idleMsOf = (learner: PlannedLearner, view: MembershipView): number => Math.max(0, view.nowMs - Math.max(learner.addedAtMs, learner.progressedAtMs));
const subjectOf = (change: Change): string => (change.kind === 'undo-join' ? change.joinId : change.memberId);
const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
