/**
 * The joiner's side once its etcd runs: reports how far it has come, learns when it is a voter, fetches the CA key, cleans up. Talks to
 * any replica that answers, authenticated by its own certificate.
 */
import { AppError, isAppError } from '@quorate/core/errors/app-error';
import { CaKeyResponseSchema, type ProgressRequest, type ProgressResponse, ProgressResponseSchema } from '@quorate/core/join/wire';
import type { EtcdClient, EtcdProcess } from '../../etcd/api';
import type { ReplicaClient } from '../../host/replica-client';
import type { Clock } from '../../kit/clock';
import type { Failpoint } from '../../kit/failpoint';

export type FollowDeps = {
  readonly client: () => ReplicaClient;
  /** Replica listeners of the cluster, without this one. */
  readonly urls: () => readonly string[];
  readonly etcd: Pick<EtcdClient, 'status'>;
  readonly process: () => EtcdProcess | null;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  readonly report: (line: string) => void;
};

/** Quick enough that a caught-up learner is promoted at once; a report costs the cluster no write most of the time. */
const REPORT_EVERY_MS = 150;
const CALL_TIMEOUT_MS = 3_000;
const STATUS_TIMEOUT_MS = 300;

/**
 * Reports until this replica is a voter. Throws JOIN_UNDONE when the cluster undid the join (evicted, removed by an operator), with the
 * reason. Rejects with `signal.reason`.
 */
export const followJoin = async (deps: FollowDeps, joinId: string, signal: AbortSignal): Promise<void> => {
  const show = createProgressReport(deps);
  for (;;) {
    const own = await deps.etcd.status({ signal, timeoutMs: STATUS_TIMEOUT_MS }).catch(() => null);
    // Promoted while nobody could tell: its own etcd knows.
    if (own !== null && !own.isLearner && own.leaderId !== 0n) return;
    const appliedIndex = own?.raftAppliedIndex ?? deps.process()?.appliedIndexSeen() ?? null;
    const report: ProgressRequest = {
      phase: appliedIndex === null ? 'started' : 'catching-up',
      appliedIndex: appliedIndex?.toString() ?? null,
      dbSizeBytes: own === null ? null : Number(own.dbSizeBytes),
    };
    const answer = await askAny(deps, { path: `/v1/cluster/join/${joinId}/progress`, body: report, schema: ProgressResponseSchema }, signal);
    if (answer?.phase === 'undone')
      throw new AppError('JOIN_UNDONE', { message: `the cluster undid this join: ${answer.undoneReason ?? 'no reason recorded'}` });
    if (answer !== null) show(answer);
    if (answer?.phase === 'promoted') return;
    await deps.clock.sleep(REPORT_EVERY_MS, signal);
  }
};

/** Tells each new phase to the failpoints and each new percent to whoever watches. */
const createProgressReport = (deps: Pick<FollowDeps, 'failpoint' | 'report'>) => {
  let phase: ProgressResponse['phase'] | null = null;
  let percent = -1;
  return (answer: ProgressResponse): void => {
    if (answer.phase !== phase) deps.failpoint(`joiner:${answer.phase}`);
    phase = answer.phase;
    if (answer.percent === null || Math.floor(answer.percent) === percent) return;
    percent = Math.floor(answer.percent);
    deps.report(`catching up: ${percent} %${answer.etaSeconds ? `, about ${Math.ceil(answer.etaSeconds)} s left` : ''}`);
  };
};

/** The CA key, once this replica is a voter. Asks until somebody gives it. */
export const fetchCaKey = async (deps: FollowDeps, signal: AbortSignal): Promise<string> => {
  for (;;) {
    const answer = await askAny(deps, { path: '/v1/replica/ca-key', body: {}, schema: CaKeyResponseSchema }, signal);
    if (answer !== null) return answer.keyPem;
    await deps.clock.sleep(REPORT_EVERY_MS, signal);
  }
};

/** The first answer; null when nobody has one. A join that no replica knows any more is an undone one. */
const askAny = async <S extends Parameters<ReplicaClient['call']>[0]['schema']>(
  deps: FollowDeps,
  request: { path: string; body: unknown; schema: S },
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof call<S>>> | null> => {
  for (const url of deps.urls()) {
    try {
      return await call(deps, { ...request, url }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isAppError(error, 'JOIN_GONE') || isAppError(error, 'FORBIDDEN')) throw new AppError('JOIN_UNDONE', { message: error.message, cause: error });
    }
  }
  return null;
};

const call = <S extends Parameters<ReplicaClient['call']>[0]['schema']>(
  deps: FollowDeps,
  request: { path: string; body: unknown; schema: S; url: string },
  signal: AbortSignal,
) => deps.client().call({ ...request, method: 'POST', signal, timeoutMs: CALL_TIMEOUT_MS });
