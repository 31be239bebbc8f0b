/**
 * The meaning of what etcd answers: gRPC status and message text → our codes.
 *
 * etcd offers nothing but texts to tell its refusals apart, so this file, and no other, matches on them. Everything above
 * matches on `AppError.code`, or on `data.etcd` (the kind) where two kinds share a code. The texts are those of etcd's
 * api/v3/v3rpc/rpctypes and of the gRPC library.
 *
 * `data.outcome` says whether a failed write may have been applied. An unknown outcome is always TIMEOUT or ETCD_UNAVAILABLE.
 */
import { AppError, isAppError, toAppError } from '@quorate/core/errors/app-error';
import type { ErrorCode } from '@quorate/core/errors/codes';
import type { Effect } from './transport';

/** What etcd refused, closed set. */
export type EtcdFailure = (typeof rows)[number]['kind'] | 'deadline' | 'unavailable' | 'refused';

type Row = {
  readonly text: string;
  readonly kind: string;
  readonly code: ErrorCode;
  /** The code when the call was a read, where that differs. */
  readonly readCode?: ErrorCode;
  readonly outcome: 'not-applied' | 'unknown';
  readonly message: string;
};

/** First match wins: longer texts stand before the texts they contain. */
const rows = [
  // --- leader and quorum
  { text: 'etcdserver: no leader', kind: 'no-leader', code: 'NO_LEADER', outcome: 'not-applied', message: 'the cluster has no leader at the moment' },
  { text: 'raft: no leader', kind: 'no-leader', code: 'NO_LEADER', outcome: 'not-applied', message: 'the cluster has no leader at the moment' },
  { text: 'etcdserver: leader changed', kind: 'leader-changed', code: 'NO_LEADER', outcome: 'not-applied', message: 'the leader changed during the call' },
  { text: 'raft proposal dropped', kind: 'proposal-dropped', code: 'NO_LEADER', outcome: 'not-applied', message: 'the leader dropped the proposal' },
  { text: 'etcdserver: not leader', kind: 'not-leader', code: 'NO_LEADER', outcome: 'not-applied', message: 'this member is not the leader' },
  {
    text: 'etcdserver: bad leader transferee',
    kind: 'bad-transferee',
    code: 'CONFLICT',
    outcome: 'not-applied',
    message: 'this member cannot become the leader',
  },
  {
    text: 'request timed out, possibly due to connection lost',
    kind: 'connection-to-majority-lost',
    code: 'TIMEOUT',
    readCode: 'NO_QUORUM',
    outcome: 'unknown',
    message: 'this member lost its connection to the majority of voters',
  },
  {
    text: 'request timed out, possibly due to previous leader failure',
    kind: 'leader-failed',
    code: 'TIMEOUT',
    outcome: 'unknown',
    message: 'the leader failed during the call',
  },
  {
    text: 'request timed out, waiting for the applied index took too long',
    kind: 'apply-slow',
    code: 'TIMEOUT',
    outcome: 'unknown',
    message: 'this member is too far behind to answer',
  },
  { text: 'leader transfer', kind: 'transfer-timeout', code: 'TIMEOUT', outcome: 'unknown', message: 'the leader could not hand over in time' },
  { text: 'request timed out', kind: 'request-timeout', code: 'TIMEOUT', outcome: 'unknown', message: 'etcd did not finish in its own time' },

  // --- the state of the member
  { text: 'database space exceeded', kind: 'no-space', code: 'NO_SPACE', outcome: 'not-applied', message: 'the database quota is used up' },
  { text: 'corrupt cluster', kind: 'corrupt', code: 'ETCD_CORRUPT', outcome: 'not-applied', message: 'etcd raised the CORRUPT alarm and stopped serving' },
  { text: 'rpc not supported for learner', kind: 'learner', code: 'LEARNER_READ_ONLY', outcome: 'not-applied', message: 'this member is a learner' },
  { text: 'etcdserver: server stopped', kind: 'stopped', code: 'ETCD_UNAVAILABLE', outcome: 'unknown', message: 'etcd is stopping' },
  { text: 'raft: stopped', kind: 'stopped', code: 'ETCD_UNAVAILABLE', outcome: 'unknown', message: 'etcd is stopping' },
  {
    text: 'etcdserver: too many requests',
    kind: 'overloaded',
    code: 'ETCD_UNAVAILABLE',
    outcome: 'not-applied',
    message: 'etcd has too many unfinished requests',
  },

  // --- membership
  {
    text: 'etcdserver: unhealthy cluster',
    kind: 'unhealthy',
    code: 'CLUSTER_UNSETTLED',
    outcome: 'not-applied',
    message: 'not all members have been connected for long enough',
  },
  {
    text: 'not enough started members',
    kind: 'not-enough-started',
    code: 'CLUSTER_UNSETTLED',
    outcome: 'not-applied',
    message: 'the change would leave too few started voters',
  },
  {
    text: 'too many learner members in cluster',
    kind: 'too-many-learners',
    code: 'JOIN_QUEUED',
    outcome: 'not-applied',
    message: 'another learner is in the cluster',
  },
  {
    text: 'can only promote a learner member which is in sync with leader',
    kind: 'learner-behind',
    code: 'CLUSTER_UNSETTLED',
    outcome: 'not-applied',
    message: 'the learner has not caught up',
  },
  { text: 'can only promote a learner member', kind: 'not-a-learner', code: 'CONFLICT', outcome: 'not-applied', message: 'the member is a voter already' },
  {
    text: 'Peer URLs already exists',
    kind: 'peer-url-taken',
    code: 'JOIN_PEER_URL_TAKEN',
    outcome: 'not-applied',
    message: 'another member has this peer URL',
  },
  { text: 'member ID already exist', kind: 'peer-url-taken', code: 'JOIN_PEER_URL_TAKEN', outcome: 'not-applied', message: 'another member has this peer URL' },
  { text: 'given member URLs are invalid', kind: 'bad-urls', code: 'INVALID_INPUT', outcome: 'not-applied', message: 'etcd does not accept this peer URL' },
  {
    text: 'etcdserver: member not found',
    kind: 'member-not-found',
    code: 'MEMBER_NOT_FOUND',
    outcome: 'not-applied',
    message: 'the cluster has no member with this id',
  },

  // --- keys and leases
  {
    text: 'required revision has been compacted',
    kind: 'compacted',
    code: 'TIMEOUT',
    outcome: 'not-applied',
    message: 'the history that was asked for is compacted',
  },
  {
    text: 'required revision is a future revision',
    kind: 'future-revision',
    code: 'CONFLICT',
    outcome: 'not-applied',
    message: 'the revision that was asked for does not exist yet',
  },
  { text: 'requested lease not found', kind: 'lease-not-found', code: 'NOT_FOUND', outcome: 'not-applied', message: 'the lease has ended' },
  { text: 'request is too large', kind: 'too-large', code: 'PAYLOAD_TOO_LARGE', outcome: 'not-applied', message: 'the request is larger than etcd accepts' },
  { text: 'message larger than max', kind: 'too-large', code: 'PAYLOAD_TOO_LARGE', outcome: 'not-applied', message: 'the request is larger than etcd accepts' },

  // --- the connection, before anything was sent
  { text: 'No connection established', kind: 'not-connected', code: 'ETCD_UNAVAILABLE', outcome: 'not-applied', message: 'etcd does not accept connections' },
  {
    text: 'Failed to start HTTP/2 stream',
    kind: 'not-connected',
    code: 'ETCD_UNAVAILABLE',
    outcome: 'not-applied',
    message: 'etcd does not accept connections',
  },
  { text: 'Channel has been shut down', kind: 'closed', code: 'ETCD_UNAVAILABLE', outcome: 'not-applied', message: 'the etcd client is closed' },
] as const satisfies readonly Row[];

/** gRPC statuses (numbers of the gRPC specification) that mean "etcd refused this request": nothing was applied, and we asked wrongly. */
const REFUSALS: ReadonlySet<number> = new Set([3, 5, 6, 7, 9, 11, 12, 16]);
const DEADLINE_EXCEEDED = 4;

/** One failed call as the transport saw it. */
export type FailedCall = { readonly status: number; readonly details: string; readonly method: string; readonly effect: Effect };

/** The AppError of a failed call. `data` = { etcd: EtcdFailure, outcome, method, status }. */
export const etcdError = (failed: FailedCall): AppError => {
  const row: Row = rows.find((candidate) => failed.details.includes(candidate.text)) ?? byStatus(failed.status);
  return new AppError(failed.effect === 'read' && row.readCode ? row.readCode : row.code, {
    message: row.message,
    cause: new Error(failed.details),
    data: { etcd: row.kind, outcome: row.outcome, method: failed.method, status: failed.status },
  });
};

const byStatus = (status: number): Row => {
  if (status === DEADLINE_EXCEEDED) return { text: '', kind: 'deadline', code: 'TIMEOUT', outcome: 'unknown', message: 'etcd did not answer in time' };
  if (REFUSALS.has(status)) return { text: '', kind: 'refused', code: 'INTERNAL', outcome: 'not-applied', message: 'etcd refused the request' };
  return { text: '', kind: 'unavailable', code: 'ETCD_UNAVAILABLE', outcome: 'unknown', message: 'the connection to etcd broke during the call' };
};

/** True when the error is one of these failures of etcd. */
export const isEtcdFailure = (error: unknown, ...kinds: readonly EtcdFailure[]): error is AppError =>
  isAppError(error) && kinds.some((kind) => error.data.etcd === kind);

/** True when nothing but the connection, the leader or time was in the way: another attempt may succeed. */
export const isTransient = (error: unknown): boolean =>
  isAppError(error) && TRANSIENT.has(error.code) && !isEtcdFailure(error, 'closed', 'compacted', 'not-leader');
const TRANSIENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ETCD_UNAVAILABLE', 'NO_LEADER', 'NO_QUORUM', 'TIMEOUT']);

/** What a call that was cancelled fails with: the reason if it is one of ours or a time-out, else CANCELLED. */
export const cancelError = (signal: AbortSignal): AppError => {
  const error = toAppError(signal.reason);
  if (error.code !== 'INTERNAL') return error;
  return new AppError('CANCELLED', { message: 'the call to etcd was cancelled', cause: signal.reason });
};
