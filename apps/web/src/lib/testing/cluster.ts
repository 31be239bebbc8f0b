/** Hand-made clusters for the tests of pure functions. */
import type { ClusterStatus } from '@quorate/core/api/cluster';
import type { Member } from '@quorate/core/cluster/member';
import { reportQuorum } from '@quorate/core/cluster/quorum';

/** A voter in contact; override what the case is about. */
export const memberOf = (name: string, part: Partial<Member> = {}): Member => ({
  id: Array.from(name, (letter) => letter.charCodeAt(0).toString(16)).join(''),
  name,
  peerUrls: [`https://${name}.example:2380`],
  replicaUrl: null,
  publicUrl: null,
  role: 'voter',
  isLeader: false,
  isSelf: false,
  phase: 'ready',
  etcdVersion: null,
  quorateVersion: null,
  raftAppliedIndex: null,
  lagEntries: null,
  dbSizeBytes: null,
  lastContactAt: null,
  rttMs: 0.5,
  join: null,
  ...part,
});

/** The status of these members; the first serves it. */
export const clusterOf = (members: readonly Member[], part: Partial<ClusterStatus> = {}): ClusterStatus => ({
  clusterId: 'c0ffee',
  caFingerprint: `sha256:${'ab'.repeat(32)}`,
  generation: 1,
  servedBy: { memberId: members[0]?.id ?? '0', name: members[0]?.name ?? '', role: 'voter' },
  leaderId: members.find((member) => member.isLeader)?.id ?? null,
  raftTerm: '2',
  quorum: reportQuorum(members.map((member) => ({ ...member, up: member.phase === 'ready' }))),
  members: [...members],
  joins: [],
  conditions: [],
  replicaUrls: [],
  observedAt: '2026-01-02T03:04:05.000Z',
  ...part,
});
