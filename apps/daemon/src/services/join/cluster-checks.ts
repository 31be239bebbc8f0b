/** The cluster's part of the preflight: compares, dials back, and judges with core's rules. Changes nothing. */

import { passCheck } from '@quorate/core/join/check-result';
import {
  type Dial,
  evaluateClock,
  evaluateClusterToken,
  evaluateDial,
  evaluateName,
  evaluatePeerUrl,
  evaluateQueue,
  evaluateTimers,
  evaluateVersions,
  evaluateVoters,
  type TakenMember,
} from '@quorate/core/join/checks';
import type { JoinRecord } from '@quorate/core/join/join-record';
import { isJoinLive } from '@quorate/core/join/saga';
import type { PrepareRequest, Timers, Versions } from '@quorate/core/join/wire';
import type { EtcdMember } from '../../etcd/api';
import { parseEndpointUrl, parsePeerUrl } from '../../host/addresses';
import { dialBack } from '../../host/dial';
import type { Clock } from '../../kit/clock';
import type { RunClusterChecks } from './cluster-side';
import { isRival } from './queue';

export type ClusterChecksDeps = {
  readonly clock: Pick<Clock, 'now'>;
  readonly clusterToken: string;
  readonly timers: Timers;
  readonly versions: () => Versions;
  /** True for this replica itself and for those it has heard of just now; by hex member id. */
  readonly isInContact: (memberId: string) => boolean;
  readonly liveJoins: (signal: AbortSignal) => Promise<readonly JoinRecord[]>;
};

const DIAL_TIMEOUT_MS = 2_000;

export const createClusterChecks =
  (deps: ClusterChecksDeps): RunClusterChecks =>
  async (request, facts, signal) => {
    const { joiner } = request;
    const joins = (await deps.liveJoins(signal)).filter((join) =>
      join.admittedAtMs === null ? isRival(join, joiner) : isJoinLive(join.phase) && join.id !== joiner.joinId,
    );
    const taken = takenNames(facts.members, joins, await ownMemberId(deps, request, signal));
    const voters = facts.members.filter((member) => !member.isLearner);
    const [peer, replica] = await Promise.all([
      dial({ ...parsePeerUrl(joiner.peerUrl), nonce: request.dialBack.peerNonce, url: joiner.peerUrl }, signal),
      dial({ ...parseEndpointUrl(joiner.replicaUrl), nonce: request.dialBack.replicaNonce, url: joiner.replicaUrl }, signal),
    ]);
    return [
      passCheck({ id: 'token', side: 'cluster', detail: 'the token is valid; nothing of it is spent yet' }),
      evaluateClusterToken({ joiner: joiner.clusterToken, cluster: deps.clusterToken }),
      evaluateName({ name: joiner.name, members: taken }),
      evaluatePeerUrl({ peerUrl: joiner.peerUrl, members: taken }),
      evaluateVoters({ voters: voters.length, down: voters.filter((voter) => !deps.isInContact(voter.id.toString(16))).map((voter) => voter.name) }),
      evaluateVersions({ joiner: joiner.versions, cluster: deps.versions() }),
      evaluateTimers({ joiner: joiner.timers, cluster: deps.timers }),
      evaluateClock({ side: 'cluster', joinerMs: Date.parse(request.sentAt), clusterMs: deps.clock.now(), roundTripMs: 0 }),
      evaluateDial({ id: 'dial-back-peer', side: 'cluster', dials: [peer] }),
      evaluateDial({ id: 'dial-back-replica', side: 'cluster', dials: [replica] }),
      evaluateQueue({ position: facts.queuePosition > 1 ? facts.queuePosition - 1 : null, joining: joins[0]?.joiner.name ?? null }),
    ];
  };

/** Names and URLs of members, and of those that are about to be members; the joiner's own learner does not count. */
const takenNames = (members: readonly EtcdMember[], joins: readonly JoinRecord[], ownId: string | null): TakenMember[] => [
  ...members
    .map((member) => ({
      id: member.id.toString(16),
      name: member.name,
      role: member.isLearner ? ('learner' as const) : ('voter' as const),
      peerUrls: member.peerUrls,
    }))
    .filter((member) => member.id !== ownId),
  ...joins
    .filter((join) => join.memberId === null)
    .map((join) => ({ id: join.id, name: join.joiner.name, role: 'learner' as const, peerUrls: [join.joiner.peerUrl] })),
];

const ownMemberId = async (deps: ClusterChecksDeps, request: PrepareRequest, signal: AbortSignal): Promise<string | null> =>
  (await deps.liveJoins(signal)).find((join) => join.id === request.joiner.joinId)?.memberId ?? null;

const dial = async (target: { host: string; port: number; nonce: string | null; url: string }, signal: AbortSignal): Promise<Dial> => {
  const result = await dialBack({ host: target.host, port: target.port, nonce: target.nonce, timeoutMs: DIAL_TIMEOUT_MS, signal });
  return { target: target.url, result: toDialResult(result) };
};

const toDialResult = (result: Awaited<ReturnType<typeof dialBack>>): Dial['result'] => {
  if (result.ok) return { kind: 'ok', rttMs: result.rttMs };
  switch (result.reason) {
    case 'refused':
      return { kind: 'refused' };
    case 'timeout':
      return { kind: 'timeout', afterMs: DIAL_TIMEOUT_MS };
    case 'wrong-host':
      return { kind: 'wrong-host' };
    default:
      return { kind: 'failed', reason: result.reason };
  }
};
