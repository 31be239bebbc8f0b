/**
 * Membership: observe → plan (pure, in core) → apply, at most one change a round. Every voter runs it; etcd serialises what they do.
 *
 * Owns: promotions, evictions, finishing and undoing joins that their joiner left behind, removals by an operator. Never: adds a member
 * (that is the join room's), decides anything about quorum by itself (that is core/cluster/quorum's).
 */
import { type Change, type MembershipPolicy, type MembershipView, planMembership, type Rejection } from '@quorate/core/cluster/membership-plan';
import { assertNever } from '@quorate/core/errors/assert-never';
import type { RecordEvent } from '@quorate/core/events/event';
import type { JoinRecord } from '@quorate/core/join/join-record';
import type { JoinPhase } from '@quorate/core/join/saga';
import type { EtcdClient } from '../../etcd/api';
import type { Failpoint } from '../../kit/failpoint';
import type { Logger } from '../../kit/logger';
import type { Stored } from '../../store/codec';
import type { JoinsStore } from '../../store/joins-store';
import { type ObserveDeps, observeMembership } from './observe';

export type MembershipDeps = ObserveDeps & {
  readonly etcd: Pick<EtcdClient, 'memberList' | 'status' | 'memberPromote' | 'memberRemove'>;
  readonly joins: Pick<JoinsStore, 'list' | 'get' | 'finish'>;
  readonly logger: Logger;
  readonly recordEvent: RecordEvent;
  readonly failpoint: Failpoint;
  readonly policy: MembershipPolicy;
  /** From the join room: removes the learner, gives the token use back. */
  readonly undoJoin: (join: { joinId: string; reason: string }, signal: AbortSignal) => Promise<JoinPhase>;
  /** Says that members changed, so that the picture of the cluster is taken anew. */
  readonly onChange: () => void;
};

/** A promotion that etcd refuses ("not in sync") answers at once; a dead endpoint would not (shared facts: ask with a short deadline). */
const PROMOTE_TIMEOUT_MS = 3_000;

/** One round. Resolves to what was rejected and why, for the progress of joins. */
export const runMembershipRound = async (deps: MembershipDeps, signal: AbortSignal): Promise<readonly Rejection[]> => {
  const { view, settled } = await observeMembership(deps, signal);
  for (const join of settled) await finishPromoted(deps, join, signal);
  return applyFirst(deps, view, signal);
};

/** Applies the planned change; when etcd says that a learner is not in sync yet, plans again without it. */
const applyFirst = async (deps: MembershipDeps, view: MembershipView, signal: AbortSignal): Promise<readonly Rejection[]> => {
  const plan = planMembership(view, deps.policy);
  if (plan.change === null) return plan.rejected;
  const applied = await applyChange(deps, plan.change, signal);
  if (applied || plan.change.kind !== 'promote') return plan.rejected;
  const refused = plan.change.memberId;
  const rest = await applyFirst(deps, { ...view, learners: view.learners.filter((learner) => learner.memberId !== refused) }, signal);
  return [{ kind: 'promote', subject: refused, reason: 'etcd says it is not in sync with the leader yet' }, ...rest];
};

/** False when etcd refused the promotion because the learner is not in sync. */
const applyChange = async (deps: MembershipDeps, change: Change, signal: AbortSignal): Promise<boolean> => {
  switch (change.kind) {
    case 'promote':
      return promote(deps, change, signal);
    case 'evict':
      deps.logger.warn({ memberId: change.memberId, reason: change.reason }, 'evicting a learner');
      if (change.joinId !== null) await deps.undoJoin({ joinId: change.joinId, reason: change.reason }, signal);
      // The record may have been finished by an earlier, interrupted round: the learner itself goes in any case.
      await removeIfPresent(deps, change.memberId, signal);
      deps.recordEvent({ type: 'learner.evicted', subject: change.memberId, detail: change.reason });
      deps.onChange();
      return true;
    case 'undo-join':
      await deps.undoJoin({ joinId: change.joinId, reason: change.reason }, signal);
      deps.onChange();
      return true;
    default:
      return assertNever(change);
  }
};

const promote = async (deps: MembershipDeps, change: Extract<Change, { kind: 'promote' }>, signal: AbortSignal): Promise<boolean> => {
  const promoted = await deps.etcd.memberPromote(BigInt(`0x${change.memberId}`), { signal, timeoutMs: PROMOTE_TIMEOUT_MS });
  if (!promoted) return false;
  deps.failpoint('admit:promote-sent');
  deps.logger.info({ memberId: change.memberId, lag: change.lag?.toString() ?? 'unknown' }, 'learner promoted');
  const join = change.joinId === null ? null : await deps.joins.get(change.joinId, { signal });
  if (join) await finishPromoted(deps, join, signal);
  deps.onChange();
  return true;
};

const removeIfPresent = async (deps: MembershipDeps, memberId: string, signal: AbortSignal): Promise<void> => {
  const members = await deps.etcd.memberList({ signal });
  if (members.some((member) => member.isLearner && member.id.toString(16) === memberId)) await deps.etcd.memberRemove(BigInt(`0x${memberId}`), { signal });
};

/** Marks a join as promoted and lets the next one in. Several voters may try; one succeeds. */
const finishPromoted = async (deps: MembershipDeps, join: Stored<JoinRecord>, signal: AbortSignal): Promise<void> => {
  const record: JoinRecord = { ...join.value, phase: 'promoted', updatedAtMs: deps.clock.now() };
  if (!(await deps.joins.finish({ join, record }, { signal }))) return;
  deps.failpoint('admit:promoted');
  deps.recordEvent({ type: 'member.promoted', subject: record.joiner.name, detail: `member ${record.memberId ?? ''} is a voter` });
  deps.onChange();
};
