/**
 * Answers what joiners and other replicas ask on the replica listener, from the rooms behind it: admits (`cluster-side.ts`), signs, tells.
 */
import { addSample, estimateEtaSeconds, type ProgressSample, percentOf } from '@quorate/core/cluster/progress';
import { AppError } from '@quorate/core/errors/app-error';
import type { JoinRecord, PeerView } from '@quorate/core/join/join-record';
import type { JoinPhase } from '@quorate/core/join/saga';
import type {
  CommitRequest,
  CommitResponse,
  PrepareRequest,
  PrepareResponse,
  ProgressRequest,
  ProgressResponse,
  ReplicaStatus,
  Timers,
  Versions,
} from '@quorate/core/join/wire';
import type { EtcdClient, EtcdMember } from '../../etcd/api';
import type { Clock } from '../../kit/clock';
import type { ClusterCa, PeerIdentity } from '../../pki/api';
import { readCsr } from '../../pki/csr';
import { issueLeaf } from '../../pki/leaf';
import { leafHosts } from '../../pki/leaf-hosts';
import { type ClusterChecksDeps, createClusterChecks } from './cluster-checks';
import { type ClusterSideDeps, createClusterSide, type UndoWish } from './cluster-side';

export type ReplicaPortDeps = ClusterSideDeps & {
  readonly etcd: Pick<EtcdClient, 'memberList' | 'memberAddLearner' | 'memberRemove' | 'status'>;
  readonly clock: Clock;
  readonly self: { readonly name: string; readonly replicaUrl: string; readonly publicUrl: string | null; readonly clusterToken: string };
  /** The CA as this replica holds it now; its key arrives with the promotion. */
  readonly ca: () => ClusterCa;
  readonly generation: number;
  readonly timers: Timers;
  readonly versions: () => Versions;
  readonly replicaUrls: () => readonly string[];
  readonly view: () => PeerView;
};

/** Newest reports of joiners to this replica: fresher than the records, which are written every two seconds at most. */
export type JoinReports = Map<string, { readonly appliedIndex: bigint | null; readonly atMs: number; readonly samples: readonly ProgressSample[] }>;

export const createReplicaPort = (deps: ReplicaPortDeps, checks: ClusterChecksDeps, reports: JoinReports) => {
  const side = createClusterSide({ ...deps, runChecks: createClusterChecks(checks) });

  return {
    prepare: async (request: PrepareRequest, from: string, signal: AbortSignal): Promise<PrepareResponse> => {
      const [found, status, members] = await Promise.all([
        side.prepare(request, from, signal),
        deps.etcd.status({ signal }),
        deps.etcd.memberList({ linearizable: false, signal }),
      ]);
      return {
        checks: found,
        clusterId: deps.ca().clusterId,
        servedBy: deps.self.name,
        serverTime: new Date(deps.clock.now()).toISOString(),
        timers: deps.timers,
        versions: deps.versions(),
        dbSizeBytes: Number(status.dbSizeBytes),
        replicaUrls: [...deps.replicaUrls()],
        peerUrls: members.filter((member) => !member.isLearner).flatMap((member) => [...member.peerUrls]),
      };
    },

    commit: async (request: CommitRequest, from: string, signal: AbortSignal): Promise<CommitResponse> => {
      // Refused before anything is spent: without the key nothing could be signed afterwards.
      if (deps.ca().keyPem === null) throw new AppError('CA_KEY_MISSING', { message: `${deps.self.name} does not hold the CA key yet` });
      const csr = readCsr(request.csrPem);
      if (csr.publicKeySha256 !== request.joiner.publicKeySha256)
        throw new AppError('INVALID_INPUT', { message: 'the certificate request is for another key than the join' });
      const { record, members } = await side.admit(request, from, signal);
      return answerJoiner(deps, { record, members, publicKeyPem: csr.publicKeyPem });
    },

    progress: async (
      { joinId, request, peer }: { joinId: string; request: ProgressRequest; peer: PeerIdentity },
      signal: AbortSignal,
    ): Promise<ProgressResponse> => {
      const nowMs = deps.clock.now();
      const status = await deps.etcd.status({ signal });
      const record = await side.progress({ joinId, request, peer, leaderIndex: status.raftIndex }, signal);
      const report = newReport(reports.get(joinId), request, nowMs);
      if (record.phase === 'promoted' || record.phase === 'undone') reports.delete(joinId);
      else reports.set(joinId, report);
      return {
        phase: record.phase,
        leaderIndex: status.raftIndex.toString(),
        percent: percentOf(report.appliedIndex, status.raftIndex),
        etaSeconds: estimateEtaSeconds(report.samples, status.raftIndex),
        stallReason: null,
        undoneReason: record.undoneReason,
      };
    },

    undo: async (wish: UndoWish, signal: AbortSignal): Promise<{ phase: JoinPhase }> => ({ phase: await side.undo(wish, signal) }),

    replicaStatus: async (): Promise<ReplicaStatus> => {
      const status = await deps.etcd.status({ timeoutMs: 700 });
      return {
        memberId: status.memberId.toString(16),
        name: deps.self.name,
        clusterId: deps.ca().clusterId,
        generation: deps.generation,
        isLearner: status.isLearner,
        leaderId: status.leaderId === 0n ? null : status.leaderId.toString(16),
        raftTerm: status.raftTerm.toString(),
        raftIndex: status.raftIndex.toString(),
        raftAppliedIndex: status.raftAppliedIndex.toString(),
        dbSizeBytes: Number(status.dbSizeBytes),
        dbInUseBytes: Number(status.dbInUseBytes),
        versions: deps.versions(),
        publicUrl: deps.self.publicUrl,
        replicaUrl: deps.self.replicaUrl,
        hasCaKey: deps.ca().keyPem !== null,
        time: new Date(deps.clock.now()).toISOString(),
      };
    },

    view: (): PeerView => deps.view(),

    caKey: async (peer: PeerIdentity, signal: AbortSignal): Promise<{ keyPem: string }> => {
      const { keyPem } = deps.ca();
      if (keyPem === null) throw new AppError('CA_KEY_MISSING', { message: `${deps.self.name} does not hold the CA key itself` });
      const member = (await deps.etcd.memberList({ signal })).find((candidate) => candidate.name === peer.memberName);
      if (!member) throw new AppError('FORBIDDEN', { message: `${peer.memberName} is not a member of this cluster` });
      if (member.isLearner) throw new AppError('CONFLICT', { message: `${peer.memberName} is not a voter yet; only voters hold the CA key` });
      deps.logger.info({ to: peer.memberName }, 'CA key given to a new voter');
      return { keyPem };
    },
  };
};

/** `atMs` is when the index last grew: a joiner that only repeats itself makes no progress. */
const newReport = (before: ReturnType<JoinReports['get']>, request: ProgressRequest, nowMs: number): NonNullable<typeof before> => {
  const index = request.appliedIndex === null ? null : BigInt(request.appliedIndex);
  const grew = before === undefined || (index !== null && (before.appliedIndex === null || index > before.appliedIndex));
  const samples = index === null ? (before?.samples ?? []) : addSample(before?.samples ?? [], { atMs: nowMs, appliedIndex: index });
  return { appliedIndex: index ?? before?.appliedIndex ?? null, atMs: grew ? nowMs : before.atMs, samples };
};

const answerJoiner = (deps: ReplicaPortDeps, admitted: { record: JoinRecord; members: readonly EtcdMember[]; publicKeyPem: string }): CommitResponse => {
  const { record, members, publicKeyPem } = admitted;
  const { joiner } = record;
  const ca = deps.ca();
  const subject = {
    clusterId: ca.clusterId,
    generation: deps.generation,
    memberName: joiner.name,
    hosts: leafHosts([joiner.peerUrl, joiner.replicaUrl, joiner.publicUrl]),
  };
  const others = members.filter((member) => member.id.toString(16) !== record.memberId && member.name !== '');
  const initialCluster = [...others.flatMap((member) => member.peerUrls.map((url) => `${member.name}=${url}`)), `${joiner.name}=${joiner.peerUrl}`].join(',');
  return {
    clusterId: ca.clusterId,
    generation: deps.generation,
    memberId: record.memberId ?? '',
    caCertPem: ca.certPem,
    certificates: {
      peerPem: issueLeaf(ca, { ...subject, kind: 'peer' }, publicKeyPem),
      replicaPem: issueLeaf(ca, { ...subject, kind: 'replica' }, publicKeyPem),
      serverPem: issueLeaf(ca, { ...subject, kind: 'server' }, publicKeyPem),
    },
    initialCluster,
    replicaUrls: [...deps.replicaUrls()],
  };
};
