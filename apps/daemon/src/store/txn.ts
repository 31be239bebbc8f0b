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
import { setTimeout as sleep } from 'node:timers/promises';
import type { Compare, EtcdClient, KeyValue, Op, TxnResult } from '../etcd/api';

export type CommitResult = { readonly ok: true; readonly revision: bigint } | { readonly ok: false };

export type CommitOptions = {
  readonly signal?: AbortSignal | undefined;
  /** How long to go on sending before the write is refused. */
  readonly totalMs?: number;
};

type TxnDeps = { readonly etcd: Pick<EtcdClient, 'txn' | 'status'> };

/** First time-out: a commit takes about 1 ms (shared figures: p99 1.7 ms), an election with default timers 1.3 s. Doubles up to LONGEST. */
const FIRST_ATTEMPT_MS = 100;
const LONGEST_ATTEMPT_MS = 1_600;
const PAUSE_MS = 20;
const TOTAL_MS = 3_500;

/**
 * Commits `then` when all compares hold. `{ ok: false }`: a comparison does not hold, nothing was written: read again and decide anew.
 * Throws NO_QUORUM or NO_LEADER when there is no leader for `totalMs`, TIMEOUT when there is one but no answer, else what etcd refused with.
 */
export const commit = async (deps: TxnDeps, txn: { compares: readonly Compare[]; then: readonly Op[] }, options: CommitOptions = {}): Promise<CommitResult> => {
  const witness = txn.then[0];
  if (!witness || txn.compares.length === 0) throw new AppError('INTERNAL', { message: 'a transaction needs a comparison and a write' });
  const deadline = performance.now() + (options.totalMs ?? TOTAL_MS);
  let attemptMs = FIRST_ATTEMPT_MS;
  let uncertain = false;
  for (;;) {
    options.signal?.throwIfAborted();
    const attempt = await trySend(deps, { ...txn, otherwise: [{ kind: 'get', key: witness.key }] }, { attemptMs, signal: options.signal });
    if (attempt.ok) {
      if (attempt.result.succeeded) return { ok: true, revision: attempt.result.revision };
      return uncertain && isApplied(witness, attempt.result.gets[0] ?? null) ? { ok: true, revision: attempt.result.revision } : { ok: false };
    }
    uncertain = true;
    if (performance.now() + PAUSE_MS >= deadline) throw await explainSilence(deps, attempt.error);
    await sleep(PAUSE_MS, undefined, options.signal ? { signal: options.signal } : {});
    attemptMs = Math.min(attemptMs * 2, LONGEST_ATTEMPT_MS, Math.max(PAUSE_MS, deadline - performance.now()));
  }
};

type Attempt = { readonly ok: true; readonly result: TxnResult } | { readonly ok: false; readonly error: AppError };

/** Sends one copy; errors after which a copy may or may not be in the log come back as values. */
const trySend = async (deps: TxnDeps, txn: Parameters<EtcdClient['txn']>[0], call: { attemptMs: number; signal: AbortSignal | undefined }): Promise<Attempt> => {
  try {
    return { ok: true, result: await deps.etcd.txn(txn, { timeoutMs: call.attemptMs, ...(call.signal ? { signal: call.signal } : {}) }) };
  } catch (error) {
    if (call.signal?.aborted || !isRepeatable(error)) throw error;
    return { ok: false, error };
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
const explainSilence = async (deps: TxnDeps, cause: AppError): Promise<AppError> => {
  const status = await deps.etcd.status({ timeoutMs: 500 }).catch(() => null);
  if (status === null) return new AppError('ETCD_UNAVAILABLE', { message: 'this replica\'s etcd does not answer', cause });
  if (status.leaderId === 0n) return new AppError('NO_QUORUM', { message: 'nothing can be written: too few voters are reachable to elect a leader', cause });
  return new AppError('TIMEOUT', { message: 'the cluster has a leader but did not confirm the write in time; it may have been written', cause });
};
