import type { QuorumReport, RemovalPreview } from '@quorate/core/api/cluster';
import type { Member } from '@quorate/core/cluster/member';
import { previewRemoval, type QuorumMember } from '@quorate/core/cluster/quorum';
import { AppError, isAppError } from '@quorate/core/errors/app-error';
import type { RecordEvent } from '@quorate/core/events/event';
import { isJoinLive, type JoinPhase } from '@quorate/core/join/saga';
import type { EtcdClient } from '../../etcd/api';
import type { Clock } from '../../kit/clock';
import type { ReplicasStore } from '../../store/replicas-store';

export type RemovalDeps = {
  readonly etcd: Pick<EtcdClient, 'memberRemove' | 'moveLeader' | 'memberList'>;
  readonly replicas: Pick<ReplicasStore, 'remove'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly recordEvent: RecordEvent;
  /** Members as the health observer sees them now. */
  readonly members: () => readonly Member[];
  readonly undoJoin: (join: { joinId: string; reason: string }, signal: AbortSignal) => Promise<JoinPhase>;
  readonly onChange: () => void;
};

/** etcd wants every member connected for about 5 s before it allows the next change; longer than that is another reason. */
const SETTLE_TRIES = 8;
const SETTLE_PAUSE_MS = 1_000;
/** raft drops a change that is proposed while another one is being applied: an answer that does not come soon never comes. */
const CHANGE_TIMEOUT_MS = 2_000;

/** What removing the member would leave; nothing is changed. Throws MEMBER_NOT_FOUND. */
export const previewMemberRemoval = (members: readonly Member[], id: string): RemovalPreview => {
  const preview = previewRemoval(members.map(toQuorumMember), id);
  const member = members.find((candidate) => candidate.id === id);
  if (!member) throw new AppError('MEMBER_NOT_FOUND', { message: `no member has the id ${id}`, data: { id } });
  return { member, ...preview };
};

export const toQuorumMember = (member: Member): QuorumMember => ({
  id: member.id,
  name: member.name,
  role: member.role,
  up: member.phase === 'ready' || member.phase === 'catching-up',
  isLeader: member.isLeader,
});

/**
 * Removes a member. A learner's join is undone with it; a leader hands over first. Throws MEMBER_NOT_FOUND, MEMBER_REMOVE_REFUSED (never),
 * MEMBER_REMOVE_UNSAFE (only with force), and what etcd refuses with.
 */
export const removeMember = async (
  deps: RemovalDeps,
  input: { id: string; force: boolean; by: string },
  signal: AbortSignal,
): Promise<{ removedId: string; before: QuorumReport; after: QuorumReport }> => {
  const preview = previewMemberRemoval(deps.members(), input.id);
  const { member, before, after } = preview;
  const data = { id: input.id, name: member.name, before: before.words, after: after.words, consequences: preview.consequences };
  if (preview.verdict === 'refused')
    throw new AppError('MEMBER_REMOVE_REFUSED', { message: `removing ${member.name} is refused: ${preview.consequences.join(' ')}`, data });
  if (preview.verdict === 'unsafe' && !input.force)
    throw new AppError('MEMBER_REMOVE_UNSAFE', { message: `removing ${member.name} is not safe: ${preview.consequences.join(' ')}`, data });
  if (member.isLeader) await handOver(deps, member.id, signal);
  if (member.join && isJoinLive(member.join.phase)) await deps.undoJoin({ joinId: member.join.joinId, reason: `removed by ${input.by}` }, signal);
  await removeSettled(deps, BigInt(`0x${input.id}`), signal);
  // A replica that removed itself has no etcd any more to forget its row with; a row without a member is shown nowhere.
  await deps.replicas.remove(input.id, { signal }).catch((error: unknown) => {
    if (!member.isSelf) throw error;
  });
  deps.recordEvent({
    type: member.role === 'learner' ? 'learner.evicted' : 'member.removed',
    subject: member.name || input.id,
    detail: `by ${input.by}; ${after.words}`,
  });
  deps.onChange();
  return { removedId: input.id, before, after };
};

/** Leadership goes to another voter that is up, so that the removal costs no election. */
const handOver = async (deps: RemovalDeps, leaderId: string, signal: AbortSignal): Promise<void> => {
  const successor = deps.members().find((member) => member.role === 'voter' && member.id !== leaderId && member.phase === 'ready');
  if (successor) await deps.etcd.moveLeader(BigInt(`0x${successor.id}`), { signal }).catch(() => undefined);
};

/** Removes the member, waiting while etcd settles; a member that is gone already is no error (an undone join took it along). */
const removeSettled = async (deps: RemovalDeps, id: bigint, signal: AbortSignal): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const members = await deps.etcd.memberList({ signal });
      if (members.some((member) => member.id === id)) await deps.etcd.memberRemove(id, { signal, timeoutMs: CHANGE_TIMEOUT_MS });
      return;
    } catch (error) {
      const isWorthAnother = isAppError(error, 'CLUSTER_UNSETTLED') || isAppError(error, 'TIMEOUT');
      if (!isWorthAnother || attempt === SETTLE_TRIES) throw error;
      await deps.clock.sleep(SETTLE_PAUSE_MS, signal);
    }
  }
};
