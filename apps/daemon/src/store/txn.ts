/**
 * The only place that repeats a write.
 *
 * While a leader is being elected etcd drops proposals without a word, so a write must be sent again, quickly. That is safe here because
 * every transaction compares a revision that it changes itself (a create compares "does not exist", a change compares the last revision):
 * of all copies that reach the log exactly one applies. A copy that finds its comparison false reads back the key it wanted to write; when
 * that key holds exactly what this transaction puts there, an earlier copy was applied and the write succeeded.
 *
 * Records carry an id or a time that no other writer has, so "exactly what this transaction puts there" is not true by accident.
 */
import { AppError, isAppError } from '@quorate/core/errors/app-error';
import type { Compare, EtcdClient, KeyValue, Op } from '../etcd/api';
import { systemClock } from '../kit/clock';

export type CommitResult = { readonly ok: true; readonly revision: bigint } | { readonly ok: false };

export type CommitOptions = {
  readonly signal?: AbortSignal | undefined;
  /** How long to go on sending before the write is refused. */
  readonly totalMs?: number;
};

type TxnDeps = { readonly etcd: Pick<EtcdClient, 'txn' | 'status'> };

/**
 * A commit takes about 1 ms, an election with default timers 1.3 s. A copy that was sent into an election is lost, and how long we wait for
 * it is time without writes: so attempts are short, and grow slowly, to be gentle with a cluster that is only slow.
 */
const FIRST_ATTEMPT_MS = 100;
const ATTEMPT_GROWTH = 1.2;
const PAUSE_MS = 20;
const TOTAL_MS = 3_500;

/**
 * Commits `then` when all compares hold. `{ ok: false }`: a comparison does not hold, nothing was written: read again and decide anew.
 * Throws NO_QUORUM when there is no leader for `totalMs`, TIMEOUT when there is one but no answer, else what etcd refused with.
 */
export const commit = async (deps: TxnDeps, txn: { compares: readonly Compare[]; then: readonly Op[] }, options: CommitOptions = {}): Promise<CommitResult> => {
  const witness = txn.then[0];
  if (!witness || txn.compares.length === 0) throw new AppError('INTERNAL', { message: 'a transaction needs a comparison and a write' });
  const otherwise: Op[] = [{ kind: 'get', key: witness.key }];
  const { result, isFirst } = await repeat(deps, (call) => deps.etcd.txn({ ...txn, otherwise }, call), options);
  if (result.succeeded) return { ok: true, revision: result.revision };
  return !isFirst && isApplied(witness, result.gets[0] ?? null) ? { ok: true, revision: result.revision } : { ok: false };
};

/** A new lease. A grant whose answer was lost is granted again; the lease nobody knows of ends by itself. Throws as `commit` does. */
export const grantLease = async (
  deps: { readonly etcd: Pick<EtcdClient, 'leaseGrant' | 'status'> },
  ttlSeconds: number,
  options: CommitOptions = {},
): Promise<bigint> => (await repeat(deps, (call) => deps.etcd.leaseGrant(ttlSeconds, call), options)).result;

type Send<T> = (call: { timeoutMs: number; signal?: AbortSignal }) => Promise<T>;

/** Sends until an answer comes: quickly at first, since a proposal that an election dropped never answers. */
const repeat = async <T>(
  deps: { readonly etcd: Pick<EtcdClient, 'status'> },
  send: Send<T>,
  options: CommitOptions,
): Promise<{ result: T; isFirst: boolean }> => {
  const deadline = performance.now() + (options.totalMs ?? TOTAL_MS);
  const signal = options.signal ? { signal: options.signal } : {};
  let timeoutMs = FIRST_ATTEMPT_MS;
  for (let isFirst = true; ; isFirst = false) {
    options.signal?.throwIfAborted();
    try {
      return { result: await send({ timeoutMs, ...signal }), isFirst };
    } catch (error) {
      if (options.signal?.aborted || !isRepeatable(error)) throw error;
      if (performance.now() + PAUSE_MS >= deadline) throw await explainSilence(deps, error);
      if (isAppError(error, 'TIMEOUT')) timeoutMs *= ATTEMPT_GROWTH;
    }
    await systemClock.sleep(PAUSE_MS, options.signal ?? new AbortController().signal);
    timeoutMs = Math.min(timeoutMs, Math.max(PAUSE_MS, deadline - performance.now()));
  }
};

const isRepeatable = (error: unknown): error is AppError =>
  isAppError(error, 'TIMEOUT') || isAppError(error, 'ETCD_UNAVAILABLE') || isAppError(error, 'NO_LEADER') || isAppError(error, 'NO_QUORUM');

const isApplied = (witness: Op, found: KeyValue | null): boolean => {
  if (witness.kind === 'delete') return found === null;
  if (witness.kind === 'get' || found === null) return false;
  return found.value.length === witness.value.length && found.value.every((byte, at) => byte === witness.value[at]);
};

/** Asks the local member, which answers without quorum too, why nothing came back. */
const explainSilence = async (deps: { readonly etcd: Pick<EtcdClient, 'status'> }, cause: AppError): Promise<AppError> => {
  const status = await deps.etcd.status({ timeoutMs: 500 }).catch(() => null);
  if (status === null) return new AppError('ETCD_UNAVAILABLE', { message: "this replica's etcd does not answer", cause });
  if (status.leaderId === 0n) return new AppError('NO_QUORUM', { message: 'nothing can be written: too few voters are reachable to elect a leader', cause });
  return new AppError('TIMEOUT', { message: 'the cluster has a leader but did not confirm the write in time; it may have been written', cause });
};
