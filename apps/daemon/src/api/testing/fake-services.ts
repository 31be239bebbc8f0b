/** Hand-made services for the tests of the edges: a fixed cluster of three, and a record of what was asked. */
import type { ClusterStatus, QuorumReport } from '@quorate/core/api/cluster';
import type { JoinToken } from '@quorate/core/api/join-tokens';
import type { Member } from '@quorate/core/cluster/member';
import { AppError } from '@quorate/core/errors/app-error';
import type { ApiServices, Health } from '../services';

export const ADMIN_TOKEN = 'qrt_admin_0123456789abcdef';

export const quorum: QuorumReport = {
  voters: 3,
  needed: 2,
  reachable: 3,
  hasQuorum: true,
  toleranceNominal: 1,
  toleranceNow: 1,
  words: 'survives 1 more failure',
};

export const member = (name: string, part: Partial<Member> = {}): Member => ({
  id: Buffer.from(name).toString('hex').slice(0, 16),
  name,
  peerUrls: [`https://${name}.example:2380`],
  replicaUrl: `https://${name}.example:8443`,
  publicUrl: `https://${name}.example:8080`,
  role: 'voter',
  isLeader: false,
  isSelf: false,
  phase: 'ready',
  etcdVersion: '3.5.16',
  quorateVersion: '0.1.0',
  raftAppliedIndex: '1200',
  lagEntries: 0,
  dbSizeBytes: 20_480,
  lastContactAt: '2026-01-02T03:04:05.000Z',
  rttMs: 0.4,
  join: null,
  ...part,
});

export const clusterStatus = (part: Partial<ClusterStatus> = {}): ClusterStatus => ({
  clusterId: 'c0ffee00c0ffee00',
  caFingerprint: `sha256:${'ab'.repeat(32)}`,
  generation: 1,
  servedBy: { memberId: member('n1').id, name: 'n1', role: 'voter' },
  leaderId: member('n1').id,
  raftTerm: '4',
  quorum,
  members: [member('n1', { isLeader: true, isSelf: true }), member('n2'), member('n3')],
  joins: [],
  conditions: [],
  replicaUrls: ['https://n1.example:8443'],
  observedAt: '2026-01-02T03:04:05.000Z',
  ...part,
});

export const joinToken = (part: Partial<JoinToken> = {}): JoinToken => ({
  id: 'tok-1',
  kind: 'cluster',
  name: null,
  state: 'active',
  createdAt: '2026-01-02T03:04:05.000Z',
  createdBy: 'administrator',
  expiresAt: '2026-01-02T04:04:05.000Z',
  maxUses: 1,
  uses: [],
  ...part,
});

export type FakeServices = ApiServices & {
  /** Name and arguments of every call that changes something, in order. */
  readonly calls: { name: string; args: unknown[] }[];
  /** Sends a status to all who watch. */
  readonly publish: (status: ClusterStatus) => void;
  /** How many watch at present. */
  readonly watchers: () => number;
  /** What the health check says from now on; an Error makes it fail. */
  readonly setHealth: (health: Partial<Health> | Error) => void;
};

/** A fresh set; override single ports for the case at hand. */
export const fakeServices = (part: Partial<ApiServices> = {}): FakeServices => {
  const calls: FakeServices['calls'] = [];
  const listeners = new Set<(status: ClusterStatus) => void>();
  let health: Health | Error = { live: true, ready: true, reason: null, isLeader: true, hasQuorum: true };
  const record = <T>(name: string, args: unknown[], result: T): T => {
    calls.push({ name, args });
    return result;
  };
  return {
    calls,
    publish: (status) => {
      for (const listener of listeners) listener(status);
    },
    watchers: () => listeners.size,
    setHealth: (next) => {
      health =
        next instanceof Error
          ? next
          : { ...(health instanceof Error ? { live: true, ready: true, reason: null, isLeader: true, hasQuorum: true } : health), ...next };
    },
    cluster: {
      status: () => clusterStatus(),
      watch: (signal) => watchFrom(listeners, signal),
      members: () => ({ members: clusterStatus().members, quorum }),
      previewRemoval: (id) => {
        const found = clusterStatus().members.find((one) => one.id === id);
        if (found === undefined) throw new AppError('MEMBER_NOT_FOUND', { message: `no member has the id ${id}`, data: { id } });
        return { member: found, before: quorum, after: { ...quorum, voters: 2, toleranceNow: 0 }, verdict: 'unsafe', consequences: ['One voter fewer.'] };
      },
      removeMember: async (input, actor) => record('removeMember', [input, actor], { removedId: input.id, before: quorum, after: quorum }),
      simulate: (down) => record('simulate', [down], { down: [], now: quorum, then: quorum, consequences: ['Nothing changes.'] }),
    },
    tokens: {
      create: async (input, actor) =>
        record('create', [input, actor], {
          token: joinToken({ name: input.name ?? null }),
          plaintext: 'qrt_join_secret',
          invitation: 'qrt_invite_secret',
          caFingerprint: clusterStatus().caFingerprint,
          replicaUrls: ['https://n1.example:8443'],
          joinCommand: 'quorated join --invite qrt_invite_secret',
        }),
      list: async () => [joinToken()],
      revoke: async (id, actor) => record('revoke', [id, actor], joinToken({ id, state: 'revoked' })),
    },
    events: { list: async (input) => record('events', [input], { events: [], nextCursor: null }) },
    health: {
      check: async () => {
        if (health instanceof Error) throw health;
        return health;
      },
    },
    access: { isAdminToken: (token) => token === ADMIN_TOKEN },
    ...part,
  };
};

async function* watchFrom(listeners: Set<(status: ClusterStatus) => void>, signal: AbortSignal): AsyncGenerator<ClusterStatus> {
  const queue: ClusterStatus[] = [clusterStatus()];
  let wake: () => void = () => undefined;
  const listener = (status: ClusterStatus) => {
    queue.push(status);
    wake();
  };
  const onAbort = () => wake();
  listeners.add(listener);
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const status = queue.shift();
      if (status !== undefined) yield status;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    listeners.delete(listener);
    signal.removeEventListener('abort', onAbort);
  }
}
