/**
 * The cluster's side of a join: what the admitting replica does for a joiner. See DESIGN.md for the saga and why each step is safe.
 *
 * Owns: the join records and the token uses. Never: spends a token before every check passed, adds a learner without a record that says
 * so, holds a private key of a joiner. Every step may be repeated with the same join id; every replica can answer every step.
 */
import { AppError, isAppError } from '@quorate/core/errors/app-error';
import type { RecordEvent } from '@quorate/core/events/event';
import type { JoinRecord } from '@quorate/core/join/join-record';
import type { JoinPhase } from '@quorate/core/join/saga';
import type { CommitRequest, Joiner, PrepareRequest, PrepareResponse, ProgressRequest } from '@quorate/core/join/wire';
import type { EtcdClient, EtcdMember } from '../../etcd/api';
import type { Clock } from '../../kit/clock';
import type { Failpoint } from '../../kit/failpoint';
import type { Logger } from '../../kit/logger';
import type { PeerIdentity } from '../../pki/api';
import type { Stored } from '../../store/codec';
import type { JoinTokenRow, JoinTokensStore } from '../../store/join-tokens-store';
import type { JoinsStore } from '../../store/joins-store';
import { positionInQueue, requireFreeUse } from './queue';
import { proveToken } from './tokens';

export type ClusterSideDeps = {
  readonly etcd: Pick<EtcdClient, 'memberList' | 'memberAddLearner' | 'memberRemove'>;
  readonly joins: JoinsStore;
  readonly tokens: JoinTokensStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly recordEvent: RecordEvent;
  readonly failpoint: Failpoint;
  /** Says that a learner may have caught up, or that a join is done. */
  readonly wakeMembership: () => void;
};

/** What `undoJoin` needs: the membership loop calls it too. */
export type UndoDeps = Pick<ClusterSideDeps, 'etcd' | 'joins' | 'tokens' | 'clock' | 'recordEvent'>;

export type JoinReport = { readonly joinId: string; readonly request: ProgressRequest; readonly peer: PeerIdentity; readonly leaderIndex: bigint | null };
export type UndoWish = { readonly joinId: string; readonly reason: string; readonly proof: { readonly peer: PeerIdentity } | { readonly token: string } };

/** Where the checks of `prepare` come from (`cluster-checks.ts`); they read and dial, they change nothing. */
export type RunClusterChecks = (
  request: PrepareRequest,
  facts: { members: readonly EtcdMember[]; queuePosition: number },
  signal: AbortSignal,
) => Promise<PrepareResponse['checks']>;

/** Reports the store with the joiner's progress at most this often: the figures are for people, the log is for facts. */
const PROGRESS_WRITE_MS = 2_000;

/** raft drops a change of membership that is proposed while another one is being applied: an answer that does not come soon never comes. */
const CHANGE_TIMEOUT_MS = 2_000;

export const createClusterSide = (deps: ClusterSideDeps & { readonly runChecks: RunClusterChecks }) => ({
  /** Reserves a place on the token for this joiner's key and runs the checks. Spends nothing. Throws JOIN_TOKEN_INVALID, JOIN_TOKEN_EXHAUSTED, JOIN_GONE, FORBIDDEN. */
  prepare: async (request: PrepareRequest, from: string, signal: AbortSignal): Promise<PrepareResponse['checks']> => {
    const token = await proveToken({ store: deps.tokens, clock: deps.clock }, { plaintext: request.token, joinId: request.joiner.joinId }, signal);
    const stored = await ownRecord(deps, request.joiner, signal);
    await requireFreeUse(deps, { token: token.value, joiner: request.joiner }, signal);
    const members = await deps.etcd.memberList({ signal });
    const queuePosition = await positionInQueue(deps, request.joiner, signal);
    const checks = await deps.runChecks(request, { members, queuePosition }, signal);
    if (stored?.value.admittedAtMs) return checks;
    const passed = checks.every((check) => check.verdict !== 'fail');
    const record = reservation(request.joiner, { tokenId: token.value.id, from, nowMs: deps.clock.now(), phase: passed ? 'checked' : 'reserved', stored });
    if (!(await deps.joins.reserve(record, stored, { signal })))
      throw new AppError('CONFLICT', { message: 'this join is being prepared twice at the same time' });
    deps.failpoint(`admit:${record.phase}`);
    return checks;
  },

  /**
   * Admits the joiner: spends the token, adds the learner. Resolves to the record with its member id and to the present members.
   * Throws JOIN_QUEUED while another join is admitted, JOIN_GONE when the reservation ran out, JOIN_NAME_TAKEN, JOIN_PEER_URL_TAKEN,
   * CLUSTER_UNSETTLED; nothing is spent then.
   */
  admit: async (request: CommitRequest, from: string, signal: AbortSignal): Promise<{ record: JoinRecord; members: readonly EtcdMember[] }> => {
    const token = await proveToken({ store: deps.tokens, clock: deps.clock }, { plaintext: request.token, joinId: request.joiner.joinId }, signal);
    let stored = await ownRecord(deps, request.joiner, signal);
    if (!stored || stored.value.phase === 'reserved')
      throw new AppError('JOIN_GONE', { message: 'the reservation of this join ran out, or its checks did not pass' });
    if (stored.value.admittedAtMs === null) stored = await spend(deps, { stored, token, joiner: request.joiner, from }, signal);
    return addLearner(deps, stored, signal);
  },

  /** Takes the joiner's report. Throws JOIN_GONE for an unknown join and FORBIDDEN for another key's. */
  progress: async ({ joinId, request, peer, leaderIndex }: JoinReport, signal: AbortSignal): Promise<JoinRecord> => {
    const stored = await deps.joins.get(joinId, { signal });
    if (!stored) throw new AppError('JOIN_GONE', { message: 'there is no such join' });
    const record = stored.value;
    if (record.joiner.publicKeySha256 !== peer.publicKeySha256) throw new AppError('FORBIDDEN', { message: 'this join belongs to another key' });
    if (record.phase === 'promoted' || record.phase === 'undone') return record;
    const next = withReport(record, request, { nowMs: deps.clock.now(), leaderIndex });
    if (isWorthWriting(record, next)) await deps.joins.replace(stored, next, { signal });
    if (next.phase !== record.phase) deps.failpoint(`admit:${next.phase}`);
    deps.wakeMembership();
    return next;
  },

  /** Undoes a join by the wish of its joiner. Undoing twice is no error; a promoted join is a member and stays. */
  undo: async ({ joinId, reason, proof }: UndoWish, signal: AbortSignal): Promise<JoinPhase> => {
    const stored = await deps.joins.get(joinId, { signal });
    if (!stored) return 'undone';
    if ('token' in proof) {
      const token = await proveToken({ store: deps.tokens, clock: deps.clock }, { plaintext: proof.token, joinId }, signal);
      if (token.value.id !== stored.value.tokenId) throw new AppError('FORBIDDEN', { message: 'this join belongs to another token' });
    } else if (proof.peer.publicKeySha256 !== stored.value.joiner.publicKeySha256) {
      throw new AppError('FORBIDDEN', { message: 'this join belongs to another key' });
    }
    return undoJoin(deps, { joinId, reason }, signal);
  },
});

/**
 * Removes the learner, gives the token use back, marks the record: in this order, so that after a crash in between the record still
 * stands and the membership loop finishes the work. Repeatable; also called by the membership loop for evictions.
 */
export const undoJoin = async (deps: UndoDeps, { joinId, reason }: { joinId: string; reason: string }, signal: AbortSignal): Promise<JoinPhase> => {
  for (;;) {
    const stored = await deps.joins.get(joinId, { signal });
    if (!stored) return 'undone';
    const record = stored.value;
    if (record.phase === 'promoted' || record.phase === 'undone') return record.phase;
    const member = (await deps.etcd.memberList({ signal })).find((candidate) => isMemberOf(record, candidate));
    if (member && !member.isLearner) throw new AppError('CONFLICT', { message: `${record.joiner.name} is a voter already: remove it as a member instead` });
    if (member) await deps.etcd.memberRemove(member.id, { signal, timeoutMs: CHANGE_TIMEOUT_MS });
    const token = await deps.tokens.get(record.tokenId, { signal });
    const row = token && { ...token.value, uses: token.value.uses.filter((use) => use.joinId !== joinId) };
    const undone: JoinRecord = { ...record, phase: 'undone', undoneReason: reason, updatedAtMs: deps.clock.now() };
    const finished = await deps.joins.finish({ join: stored, record: undone, token: token && row ? { stored: token, row } : undefined }, { signal });
    if (!finished) continue;
    deps.recordEvent({ type: 'join.undone', subject: record.joiner.name, detail: reason });
    return 'undone';
  }
};

/** An interrupted admission added a learner whose id it did not write down: then it is known by its URL, and that it never started. */
const isMemberOf = (record: JoinRecord, member: EtcdMember): boolean =>
  record.memberId === null
    ? record.admittedAtMs !== null && isUnstartedLearner(member) && member.peerUrls.includes(record.joiner.peerUrl)
    : member.id.toString(16) === record.memberId;

const isUnstartedLearner = (member: EtcdMember): boolean => member.isLearner && member.name === '';

/** The record of this join, if any, after proving that it belongs to this key and still lives. */
const ownRecord = async (deps: ClusterSideDeps, joiner: Joiner, signal: AbortSignal): Promise<Stored<JoinRecord> | null> => {
  const stored = await deps.joins.get(joiner.joinId, { signal });
  if (!stored) return null;
  if (stored.value.joiner.publicKeySha256 !== joiner.publicKeySha256) throw new AppError('FORBIDDEN', { message: 'this join id belongs to another key' });
  if (stored.value.phase === 'undone')
    throw new AppError('JOIN_GONE', {
      message: `this join was undone: ${stored.value.undoneReason ?? 'no reason recorded'}`,
      data: { undoneReason: stored.value.undoneReason },
    });
  return stored;
};

type SpendInput = { readonly stored: Stored<JoinRecord>; readonly token: Stored<JoinTokenRow>; readonly joiner: Joiner; readonly from: string };

const spend = async (deps: ClusterSideDeps, input: SpendInput, signal: AbortSignal): Promise<Stored<JoinRecord>> => {
  const { stored, token, joiner, from } = input;
  const nowMs = deps.clock.now();
  await requireFreeUse(deps, { token: token.value, joiner }, signal);
  await requireUnique(deps, joiner, signal);
  await requireTurn(deps, stored, signal);
  const record: JoinRecord = { ...stored.value, joiner, phase: 'checked', admittedAtMs: nowMs, progressedAtMs: nowMs, updatedAtMs: nowMs };
  const use = { joinId: joiner.joinId, memberName: joiner.name, atMs: nowMs, from };
  const admitted = await deps.joins.admit({ join: stored, record, token, tokenRow: { ...token.value, uses: [...token.value.uses, use] } }, { signal });
  if (!admitted) throw new AppError('JOIN_QUEUED', { message: 'another join was admitted in the same moment', data: { position: 2 } });
  deps.failpoint('admit:admitted');
  deps.recordEvent({ type: 'join.admitted', subject: joiner.name, detail: `from ${from}, token ${token.value.id}` });
  const fresh = await deps.joins.get(joiner.joinId, { signal });
  if (!fresh) throw new AppError('JOIN_GONE', { message: 'the join was undone in the same moment' });
  return fresh;
};

const requireUnique = async (deps: ClusterSideDeps, joiner: Joiner, signal: AbortSignal): Promise<void> => {
  const members = await deps.etcd.memberList({ signal });
  if (members.some((member) => member.name === joiner.name))
    throw new AppError('JOIN_NAME_TAKEN', { message: `the cluster has a member named ${joiner.name} already` });
  if (members.some((member) => !isUnstartedLearner(member) && member.peerUrls.includes(joiner.peerUrl)))
    throw new AppError('JOIN_PEER_URL_TAKEN', { message: `a member of the cluster has the peer URL ${joiner.peerUrl} already` });
};

/** Throws JOIN_QUEUED unless it is this join's turn; keeps its reservation alive meanwhile. */
const requireTurn = async (deps: ClusterSideDeps, stored: Stored<JoinRecord>, signal: AbortSignal): Promise<void> => {
  await freeDeadAdmission(deps, signal);
  const position = await positionInQueue(deps, stored.value.joiner, signal);
  const holder = await deps.joins.admitted({ signal });
  if (position === 1 && holder === null) return;
  // Written back with a fresh lease: a joiner that asks for its turn is alive.
  await deps.joins.reserve({ ...stored.value, updatedAtMs: deps.clock.now() }, stored, { signal });
  throw new AppError('JOIN_QUEUED', {
    message: `waiting for another replica to finish joining (position ${Math.max(position, 2)} in the queue)`,
    data: { position: Math.max(position, 2) },
  });
};

const freeDeadAdmission = async (deps: ClusterSideDeps, signal: AbortSignal): Promise<void> => {
  const holder = await deps.joins.admitted({ signal });
  if (!holder) return;
  const join = await deps.joins.get(holder.joinId, { signal });
  if (!join || join.value.phase === 'promoted' || join.value.phase === 'undone') await deps.joins.freeAdmission(holder.modRevision, { signal });
};

/** Adds the learner, or finds the one that an interrupted try added. The record says "admitted" before etcd hears of it. */
const addLearner = async (
  deps: ClusterSideDeps,
  stored: Stored<JoinRecord>,
  signal: AbortSignal,
): Promise<{ record: JoinRecord; members: readonly EtcdMember[] }> => {
  const record = stored.value;
  const members = await deps.etcd.memberList({ signal });
  const present = members.find((member) => isMemberOf(record, member));
  if (record.memberId !== null && present) return { record, members };
  if (record.memberId !== null) throw await takeBackRemoved(deps, record, signal);
  const member = present ?? (await addMember(deps, record.joiner.peerUrl, signal));
  const added: JoinRecord = {
    ...record,
    phase: 'learner-added',
    memberId: member.id.toString(16),
    updatedAtMs: deps.clock.now(),
    progressedAtMs: deps.clock.now(),
  };
  if (!(await deps.joins.replace(stored, added, { signal }))) throw new AppError('CONFLICT', { message: 'this join is being admitted twice at the same time' });
  deps.failpoint('admit:learner-added');
  deps.logger.info({ joinId: record.id, name: record.joiner.name, memberId: added.memberId }, 'learner added');
  return { record: added, members: present ? members : [...members, member] };
};

/** etcd makes the id of a member from its URL and the second: in the second of its removal the new one would be the removed one. */
const addMember = async (deps: ClusterSideDeps, peerUrl: string, signal: AbortSignal): Promise<EtcdMember> => {
  try {
    return await deps.etcd.memberAddLearner(peerUrl, { signal, timeoutMs: CHANGE_TIMEOUT_MS });
  } catch (error) {
    if (!isAppError(error, 'MEMBER_NOT_FOUND')) throw error;
    throw new AppError('CLUSTER_UNSETTLED', { message: `a member at ${peerUrl} was removed only a moment ago`, cause: error });
  }
};

/** Somebody removed the learner: the join is over, and its use is given back now rather than when the membership loop finds it. */
const takeBackRemoved = async (deps: ClusterSideDeps, record: JoinRecord, signal: AbortSignal): Promise<AppError> => {
  const undoneReason = `its learner ${record.memberId} was removed`;
  await undoJoin(deps, { joinId: record.id, reason: undoneReason }, signal);
  return new AppError('JOIN_GONE', { message: 'the learner of this join was removed meanwhile', data: { undoneReason } });
};

type ReservationFacts = { tokenId: string; from: string; nowMs: number; phase: 'reserved' | 'checked'; stored: Stored<JoinRecord> | null };

const reservation = (joiner: Joiner, facts: ReservationFacts): JoinRecord => ({
  v: 1,
  id: joiner.joinId,
  phase: facts.phase,
  joiner,
  tokenId: facts.tokenId,
  from: facts.from,
  startedAtMs: facts.stored?.value.startedAtMs ?? facts.nowMs,
  updatedAtMs: facts.nowMs,
  admittedAtMs: null,
  memberId: null,
  appliedIndex: null,
  leaderIndexAtStart: null,
  progressedAtMs: facts.nowMs,
  undoneReason: null,
});

const withReport = (record: JoinRecord, report: ProgressRequest, facts: { nowMs: number; leaderIndex: bigint | null }): JoinRecord => {
  const grew = report.appliedIndex !== null && BigInt(report.appliedIndex) > BigInt(record.appliedIndex ?? '0');
  const isNewPhase = record.phase === 'learner-added' || (record.phase === 'started' && report.phase === 'catching-up');
  return {
    ...record,
    phase: isNewPhase ? report.phase : record.phase,
    appliedIndex: grew ? report.appliedIndex : record.appliedIndex,
    leaderIndexAtStart: record.leaderIndexAtStart ?? facts.leaderIndex?.toString() ?? null,
    updatedAtMs: facts.nowMs,
    progressedAtMs: grew || isNewPhase ? facts.nowMs : record.progressedAtMs,
  };
};

const isWorthWriting = (before: JoinRecord, after: JoinRecord): boolean =>
  before.phase !== after.phase || (after.appliedIndex !== before.appliedIndex && after.updatedAtMs - before.updatedAtMs >= PROGRESS_WRITE_MS);
