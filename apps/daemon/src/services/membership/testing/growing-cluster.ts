import { setMaxListeners } from 'node:events';
import type { EventType } from '@quorate/core/events/event';
import type { JoinRecord } from '@quorate/core/join/join-record';
import type { EtcdClient, EtcdMember } from '../../../etcd/api';
import { startTestCluster, type TestCluster } from '../../../etcd/testing/test-cluster';
import type { TestMember } from '../../../etcd/testing/test-member';
import { silentLogger } from '../../../kit/logger';
import { createFakeClock, type FakeClock } from '../../../kit/testing/fake-clock';
import type { Stored } from '../../../store/codec';
import { createJoinTokensStore, type JoinTokensStore } from '../../../store/join-tokens-store';
import { createJoinsStore, type JoinsStore } from '../../../store/joins-store';
import { joinIdOf, makeJoin, makeJoiner, makeToken, NOON_MS } from '../../../store/testing/join-fixtures';
import { undoJoin } from '../../join/cluster-side';
import type { MembershipDeps } from '../membership';

export const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
export const EVICT_AFTER_MS = 300_000;

export type GrowingCluster = {
  readonly etcd: EtcdClient;
  readonly members: TestCluster['members'];
  readonly newcomer: TestCluster['newcomer'];
  readonly tokens: JoinTokensStore;
  readonly joins: JoinsStore;
  readonly clock: FakeClock;
  readonly events: { readonly type: EventType; readonly subject: string; readonly detail: string }[];
  readonly changes: () => number;
  /** The voter's view: each member of `up` is in contact and has applied what its etcd says. */
  readonly deps: (part?: Partial<MembershipDeps>) => MembershipDeps;
  /** Puts a started learner in contact with the voter. */
  readonly hear: (member: TestMember) => Promise<void>;
  /** An admitted join without a learner yet. */
  readonly admit: (number: number, peerUrl: string, part?: Partial<JoinRecord>) => Promise<Stored<JoinRecord>>;
  /** An admitted join with its learner, which does not run. */
  readonly admitLearner: (number: number, peerUrl: string, part?: Partial<JoinRecord>) => Promise<EtcdMember>;
  readonly record: (number: number) => Promise<JoinRecord>;
  readonly uses: (number: number) => Promise<number>;
  readonly learners: () => Promise<string[]>;
  readonly stop: () => Promise<void>;
};

/** Voters on real etcd, and the stores that the membership room works with. `spare` are addresses of newcomers. */
export const startGrowingCluster = async (addresses: readonly string[], spare: readonly string[] = []): Promise<GrowingCluster> => {
  const cluster = await startTestCluster(addresses, spare);
  const etcd = cluster.members[0]?.client;
  if (!etcd) throw new Error('a cluster has a member');
  const clock = createFakeClock(NOON_MS);
  const tokens = createJoinTokensStore(etcd);
  const joins = createJoinsStore(etcd, tokens);
  const events: { type: EventType; subject: string; detail: string }[] = [];
  const heard = new Map<string, bigint>();
  let changes = 0;
  const join = {
    etcd,
    joins,
    tokens,
    clock,
    logger: silentLogger,
    recordEvent: (event: (typeof events)[number]) => void events.push(event),
    failpoint: () => undefined,
  };

  const admit = async (number: number, peerUrl: string, part: Partial<JoinRecord> = {}): Promise<Stored<JoinRecord>> => {
    const tokenId = `token-${number}`;
    await tokens.create(makeToken(tokenId));
    const record = makeJoin(number, { tokenId, joiner: makeJoiner(number, { peerUrl }) });
    await joins.reserve(record, null);
    const [stored, token] = [await joins.get(record.id), await tokens.get(tokenId)];
    if (!stored || !token) throw new Error('both were just written');
    const use = { joinId: record.id, memberName: record.joiner.name, atMs: clock.now(), from: record.from };
    const admitted = { ...record, admittedAtMs: clock.now(), progressedAtMs: clock.now(), ...part };
    if (!(await joins.admit({ join: stored, record: admitted, token, tokenRow: { ...token.value, uses: [use] } }))) throw new Error('another join is admitted');
    const fresh = await joins.get(record.id);
    if (!fresh) throw new Error('it was just written');
    return fresh;
  };

  return {
    etcd,
    members: cluster.members,
    newcomer: cluster.newcomer,
    tokens,
    joins,
    clock,
    events,
    changes: () => changes,
    deps: (part = {}) => ({
      ...join,
      policy: { maxLagEntries: 1_000, evictAfterMs: EVICT_AFTER_MS },
      undoJoin: (wish, signal) => undoJoin(join as Parameters<typeof undoJoin>[0], wish, signal),
      onChange: () => {
        changes += 1;
      },
      contactOf: (memberId) => {
        const appliedIndex = heard.get(memberId);
        return appliedIndex === undefined ? null : { appliedIndex, isUp: true };
      },
      reportOf: () => null,
      firstSeenMs: () => NOON_MS,
      ...part,
    }),
    hear: async (member) => {
      const status = await member.client.status();
      heard.set(status.memberId.toString(16), status.raftAppliedIndex);
    },
    admit,
    admitLearner: async (number, peerUrl, part = {}) => {
      const stored = await admit(number, peerUrl);
      const member = await etcd.memberAddLearner(peerUrl);
      await joins.replace(stored, { ...stored.value, phase: 'learner-added', memberId: member.id.toString(16), ...part });
      return member;
    },
    record: async (number) => {
      const found = await joins.get(joinIdOf(number));
      if (!found) throw new Error(`there is no join ${number}`);
      return found.value;
    },
    uses: async (number) => (await tokens.get(`token-${number}`))?.value.uses.length ?? -1,
    learners: async () => (await etcd.memberList()).filter((member) => member.isLearner).flatMap((member) => [...member.peerUrls]),
    stop: cluster.stop,
  };
};
