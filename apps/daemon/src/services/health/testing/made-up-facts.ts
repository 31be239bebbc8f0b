import type { JoinRecord } from '@quorate/core/join/join-record';
import type { ReplicaStatus } from '@quorate/core/join/wire';
import type { EtcdStatus } from '../../../etcd/api';
import { joinIdOf, makeJoiner, NOON_MS } from '../../../store/testing/join-fixtures';
import type { ClusterFacts, Heard } from '../facts';
import type { CachedMember } from '../member-cache';

/** Without known defects, so that no advisory stands in the way. */
const VERSIONS = { quorate: '0.1.0', etcd: '3.5.26' };

export const makeEtcdStatus = (part: Partial<EtcdStatus> = {}): EtcdStatus => ({
  version: VERSIONS.etcd,
  memberId: 0xan,
  clusterId: 1n,
  revision: 1n,
  dbSizeBytes: 20_480n,
  dbInUseBytes: 20_480n,
  leaderId: 0xan,
  raftIndex: 1_000n,
  raftTerm: 7n,
  raftAppliedIndex: 1_000n,
  isLearner: false,
  errors: [],
  ...part,
});

/** Named after its id: member "b" is n-b at https://b:8443. */
export const makeMember = (id: string, part: Partial<CachedMember> = {}): CachedMember => ({
  id,
  name: `n-${id}`,
  peerUrls: [`https://${id}:2380`],
  role: 'voter',
  replicaUrl: `https://${id}:8443`,
  publicUrl: `https://${id}:8080`,
  ...part,
});

/** What a replica told just now. */
export const makeHeard = (id: string, part: Partial<Heard> = {}, told: Partial<ReplicaStatus> = {}): readonly [string, Heard] => [
  id,
  {
    atMs: NOON_MS,
    rttMs: 0.4,
    isFresh: true,
    ...part,
    status: {
      memberId: id,
      name: `n-${id}`,
      clusterId: '0123456789abcdef',
      generation: 1,
      isLearner: false,
      leaderId: 'a',
      raftTerm: '7',
      raftIndex: '1000',
      raftAppliedIndex: '1000',
      dbSizeBytes: 20_480,
      dbInUseBytes: 20_480,
      versions: VERSIONS,
      publicUrl: null,
      replicaUrl: `https://${id}:8443`,
      hasCaKey: true,
      time: new Date(NOON_MS).toISOString(),
      ...told,
    },
  },
];

/** A join that copies the log; its learner is member "d". */
export const makeLiveJoin = (number: number, part: Partial<JoinRecord> = {}): JoinRecord => ({
  v: 1,
  id: joinIdOf(number),
  phase: 'catching-up',
  joiner: makeJoiner(number),
  tokenId: 'token1',
  from: '127.0.24.200',
  startedAtMs: NOON_MS - 5_000,
  updatedAtMs: NOON_MS - 1_000,
  admittedAtMs: NOON_MS - 4_000,
  memberId: 'd',
  appliedIndex: null,
  leaderIndexAtStart: null,
  progressedAtMs: NOON_MS - 1_000,
  undoneReason: null,
  ...part,
});

/** Three voters a, b and c in contact, seen from a, which leads. */
export const makeFacts = (part: Partial<ClusterFacts> = {}): ClusterFacts => ({
  nowMs: NOON_MS,
  self: { memberId: 'a', name: 'n-a', replicaUrl: 'https://a:8443', publicUrl: 'https://a:8080', quorateVersion: VERSIONS.quorate },
  clusterId: '0123456789abcdef',
  caFingerprint: `sha256:${'ab'.repeat(32)}`,
  generation: 1,
  etcd: makeEtcdStatus(),
  members: ['a', 'b', 'c'].map((id) => makeMember(id)),
  heard: new Map([makeHeard('b'), makeHeard('c')]),
  joins: [],
  history: new Map(),
  evictAfterMs: 300_000,
  maxLagEntries: 1_000,
  quotaBytes: 2 ** 31,
  etcdRestarting: null,
  modeIgnored: false,
  certificates: [],
  hasCaKey: true,
  unreadableKeys: [],
  ...part,
});
