/**
 * The joiner's side until its member exists: find the cluster, check, be admitted, put the answer in place. Every step may be repeated;
 * the sidecar says where to go on. Check first, spend last: until every check of both sides passed, nothing is spent and nothing moves.
 */
import { AppError, isAppError } from '@quorate/core/errors/app-error';
import { isErrorCode } from '@quorate/core/errors/codes';
import { firstFailure } from '@quorate/core/join/checks';
import type { JoinCheck } from '@quorate/core/join/saga';
import { type CommitResponse, CommitResponseSchema, type Joiner, type PrepareResponse } from '@quorate/core/join/wire';
import { createReplicaClient, type ReplicaClient } from '../../host/replica-client';
import type { Clock } from '../../kit/clock';
import type { Failpoint } from '../../kit/failpoint';
import { createCsr } from '../../pki/csr';
import { fetchPinnedCa, pinnedTlsOptions } from '../../pki/pinned-tls';

/** Where the cluster is and what proves that we may join. */
export type JoinTicket = { readonly urls: readonly string[]; readonly token: string; readonly caFingerprint: string };

/** A replica listener whose CA was proven by the fingerprint. */
export type ClusterSession = { readonly url: string; readonly client: ReplicaClient; readonly caCertPem: string; readonly rttMs: number };

export type RedeemDeps = {
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  /** One line per step, for terminal, log and admin socket. */
  readonly report: (line: string) => void;
};

/** How long a join waits for its turn behind others before it gives up. */
const QUEUE_PATIENCE_MS = 15 * 60_000;
const RETRY_PAUSE_MS = 500;
const COMMIT_TIMEOUT_MS = 20_000;

/**
 * Opens a session with the first address that answers with the pinned CA. Throws JOIN_FINGERPRINT_MISMATCH at once, JOIN_UNREACHABLE
 * when none answers within `patienceMs`.
 */
export const openSession = async (
  deps: Pick<RedeemDeps, 'clock'>,
  ticket: Pick<JoinTicket, 'urls' | 'caFingerprint'> & { readonly patienceMs: number },
  signal: AbortSignal,
): Promise<ClusterSession> => {
  const deadline = deps.clock.monotonic() + ticket.patienceMs;
  for (;;) {
    const failures: AppError[] = [];
    for (const url of ticket.urls) {
      try {
        const { hostname, port } = new URL(url);
        const pinned = await fetchPinnedCa({ host: bareHost(hostname), port: Number(port || 443), fingerprint: ticket.caFingerprint, signal });
        return { url, client: createReplicaClient(pinnedTlsOptions(pinned.caCertPem)), caCertPem: pinned.caCertPem, rttMs: pinned.rttMs };
      } catch (error) {
        if (!isAppError(error, 'JOIN_UNREACHABLE')) throw error;
        failures.push(error);
      }
    }
    if (deps.clock.monotonic() >= deadline)
      throw new AppError('JOIN_UNREACHABLE', {
        message: `none of the cluster's addresses answers: ${failures.map((failure, at) => `${ticket.urls[at]} (${failure.message})`).join(', ')}`,
        cause: failures[0],
        data: { urls: ticket.urls },
      });
    await deps.clock.sleep(RETRY_PAUSE_MS, signal);
  }
};

/** The address without the brackets of an IPv6 literal. */
const bareHost = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** The error that the first failed check stands for; null when none failed. */
export const checksError = (checks: readonly JoinCheck[]): AppError | null => {
  const first = firstFailure(checks);
  if (first === null) return null;
  const failed = checks.filter((check) => check.verdict === 'fail');
  return new AppError(first.code !== null && isErrorCode(first.code) ? first.code : 'JOIN_CHECK_FAILED', {
    message: failed.map((check) => check.detail).join('; '),
    ...(first.fix === null ? {} : { hint: first.fix }),
    data: { checks: failed.map((check) => check.id) },
  });
};

export type CommitInput = {
  readonly ticket: JoinTicket;
  readonly joiner: Joiner;
  readonly keyPem: string;
  readonly patienceMs: number;
  /** Runs the checks of both sides and reserves a place; throws when one fails. */
  readonly prepare: (session: ClusterSession) => Promise<PrepareResponse>;
};

/**
 * Asks to be admitted until it is: waits for its turn, for a cluster that settles, and for a replica that comes back. Throws the refusal
 * when repeating cannot help, JOIN_UNREACHABLE or JOIN_TIMEOUT when patience ends.
 */
export const redeem = async (deps: RedeemDeps, input: CommitInput, signal: AbortSignal): Promise<CommitResponse> => {
  const csrPem = createCsr(input.keyPem, input.joiner.name);
  const patience = createPatience(deps, input.patienceMs);
  let urls = input.ticket.urls;
  let isPrepared = false;
  for (;;) {
    const session = await openSession(deps, { ...input.ticket, urls, patienceMs: patience.leftMs() }, signal);
    try {
      if (!isPrepared) {
        const answer = await input.prepare(session);
        urls = [...new Set([session.url, ...input.ticket.urls, ...answer.replicaUrls])];
        isPrepared = true;
        deps.failpoint('joiner:checked');
      }
      const body = { v: 1, token: input.ticket.token, joiner: input.joiner, csrPem };
      return await session.client.call({
        url: session.url,
        method: 'POST',
        path: '/v1/cluster/join',
        body,
        schema: CommitResponseSchema,
        signal,
        timeoutMs: COMMIT_TIMEOUT_MS,
      });
    } catch (error) {
      const next = patience.judge(error);
      if (next === 'prepare') isPrepared = false;
      // A replica that is down or has no leader may not be the only one: the next round begins with another.
      if (next === 'elsewhere') urls = [...urls.filter((url) => url !== session.url), session.url];
    } finally {
      session.client.close();
    }
    await deps.clock.sleep(RETRY_PAUSE_MS, signal);
  }
};

/** How long a joiner goes on asking: a silent cluster gets `patienceMs`, a queue that is told about much longer. */
const createPatience = (deps: Pick<RedeemDeps, 'clock' | 'report'>, patienceMs: number) => {
  const queueUntil = deps.clock.monotonic() + QUEUE_PATIENCE_MS;
  let quietUntil = deps.clock.monotonic() + patienceMs;
  let lastLine = '';
  return {
    leftMs: () => Math.max(0, quietUntil - deps.clock.monotonic()),
    /** How to go on after a refusal; throws the refusal itself when it is final or patience has ended. */
    judge: (error: unknown): Exclude<ReturnType<typeof judgeRefusal>, null> => {
      const next = judgeRefusal(error);
      const now = deps.clock.monotonic();
      if (next === null || now >= (next === 'queue' ? queueUntil : quietUntil)) throw error;
      if (next === 'queue') quietUntil = now + patienceMs;
      const line = error instanceof AppError ? error.message : 'waiting for the cluster';
      if (line !== lastLine) deps.report(line);
      lastLine = line;
      return next;
    },
  };
};

/** What to do about a refusal: wait in the queue, prepare again, ask (elsewhere) again; null: it is final. */
const judgeRefusal = (error: unknown): 'queue' | 'prepare' | 'elsewhere' | null => {
  if (!(error instanceof AppError)) return null;
  switch (error.code) {
    case 'JOIN_QUEUED':
      return 'queue';
    case 'JOIN_GONE':
      // An undone join needs a new id; a reservation that ran out only has to be made again.
      return error.data.undoneReason === undefined ? 'prepare' : null;
    case 'CONFLICT':
    case 'CLUSTER_UNSETTLED':
    case 'NO_LEADER':
    case 'NO_QUORUM':
    case 'TIMEOUT':
    case 'ETCD_UNAVAILABLE':
    case 'LEARNER_READ_ONLY':
    case 'CA_KEY_MISSING':
    case 'STARTING':
    case 'STOPPING':
    case 'DAEMON_UNREACHABLE':
      return 'elsewhere';
    default:
      return null;
  }
};
