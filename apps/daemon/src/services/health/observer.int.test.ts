import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterStatus } from '@quorate/core/api/cluster';
import { AppError } from '@quorate/core/errors/app-error';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtcdClient } from '../../etcd/api';
import { startTestCluster, type TestCluster } from '../../etcd/testing/test-cluster';
import type { TestMember } from '../../etcd/testing/test-member';
import type { ReplicaClient } from '../../host/replica-client';
import { createFakeClock, type FakeClock } from '../../kit/testing/fake-clock';
import { createJoinTokensStore } from '../../store/join-tokens-store';
import { createJoinsStore } from '../../store/joins-store';
import { createReplicasStore } from '../../store/replicas-store';
import { makeJoin, makeJoiner, NOON_MS } from '../../store/testing/join-fixtures';
import { createScriptedCluster, type ScriptedReplica } from '../join/testing/scripted-cluster';
import { type CachedMember, readMemberCache } from './member-cache';
import { createObserver, type Observer } from './observer';
import { makeFacts, makeHeard, makeMember } from './testing/made-up-facts';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
const STATUS = 'GET /v1/replica/status';

let cluster: TestCluster;
let etcd: EtcdClient;
let learner: TestMember;
let learnerId = '';
let selfId = '';
let neighbour: ScriptedReplica;
let client: ReplicaClient;
let dataDir: string;
beforeAll(async () => {
  const [scripted, started] = await Promise.all([createScriptedCluster(), startTestCluster(['127.0.24.121'], ['127.0.24.122'])]);
  cluster = started;
  [neighbour, client, dataDir, learner] = await Promise.all([
    scripted.replica('127.0.24.123'),
    scripted.client('m0'),
    mkdtemp(join(tmpdir(), 'quorate-observer-')),
    cluster.newcomer('n1', '127.0.24.122'),
  ]);
  etcd = cluster.members[0]?.client ?? learner.client;
  selfId = (await etcd.status()).memberId.toString(16);
  learnerId = (await etcd.memberAddLearner(learner.flags.peerUrl)).id.toString(16);
});
afterAll(async () => {
  client?.close();
  await neighbour?.close();
  await cluster?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

let clock: FakeClock;
beforeEach(async () => {
  neighbour.reset();
  clock = createFakeClock(NOON_MS);
  for (const { key } of (await etcd.range({ prefix: '/quorate/v1/', keysOnly: true })).kvs) await etcd.txn({ compares: [], then: [{ kind: 'delete', key }] });
});

type Part = { etcd?: Pick<EtcdClient, 'status' | 'memberList'>; memberId?: string; remembered?: readonly CachedMember[] };
const observe = (part: Part = {}): Observer => {
  const { self, ...facts } = makeFacts();
  const tokens = createJoinTokensStore(etcd);
  return createObserver(
    {
      etcd: part.etcd ?? etcd,
      joins: createJoinsStore(etcd, tokens),
      replicas: createReplicasStore(etcd),
      client: () => client,
      clock,
      dataDir,
      surroundings: () => ({ ...facts, self: { ...self, memberId: part.memberId ?? selfId, name: 'm0', replicaUrl: 'https://127.0.24.121:8443' } }),
    },
    part.remembered ?? [],
  );
};
const joins = () => createJoinsStore(etcd, createJoinTokensStore(etcd));
/** The record of the join whose learner is the one that etcd lists. */
const writeJoin = (part: Parameters<typeof makeJoin>[1] = {}) =>
  joins().reserve(
    makeJoin(1, { phase: 'learner-added', admittedAtMs: NOON_MS, memberId: learnerId, joiner: makeJoiner(1, { replicaUrl: neighbour.url }), ...part }),
    null,
  );
const told = (part = {}) => makeHeard(learnerId, {}, { memberId: learnerId, name: 'n1', isLearner: true, raftAppliedIndex: '5', ...part })[1].status;
const learnerIn = ({ members }: ClusterStatus) => members.find(({ id }) => id === learnerId);

describe('a look at the cluster', () => {
  it('takes members from the own etcd, addresses from their rows, joins from their records', async () => {
    await writeJoin();
    const observer = observe();
    await observer.look(NEVER);
    const status = observer.feed.get();
    expect(status.members.map(({ id, name, role, replicaUrl }) => ({ id, name, role, replicaUrl }))).toEqual([
      { id: selfId, name: 'm0', role: 'voter', replicaUrl: 'https://127.0.24.121:8443' },
      { id: learnerId, name: 'n1', role: 'learner', replicaUrl: neighbour.url },
    ]);
    expect(status).toMatchObject({ leaderId: selfId, joins: [{ name: 'n1', phase: 'learner-added', memberId: learnerId }] });
    expect(observer.etcdStatus()?.memberId.toString(16)).toBe(selfId);
  });

  it('remembers members on disk, for the time when etcd does not answer', async () => {
    await writeJoin();
    const observer = observe();
    await observer.look(NEVER);
    expect(await readMemberCache(dataDir)).toEqual(observer.members());
    expect(observer.members()).toHaveLength(2);
  });

  it('prefers what a replica wrote of itself to what it said when it joined', async () => {
    await writeJoin();
    await createReplicasStore(etcd).save({
      v: 1,
      memberId: learnerId,
      name: 'n1',
      replicaUrl: `${neighbour.url}/`,
      publicUrl: 'https://console.example',
      quorateVersion: '0.1.0',
      etcdVersion: '3.5.16',
      generation: 1,
      updatedAtMs: NOON_MS,
    });
    const observer = observe();
    await observer.look(NEVER);
    expect(learnerIn(observer.feed.get())).toMatchObject({ replicaUrl: `${neighbour.url}/`, publicUrl: 'https://console.example' });
  });

  it('names records that it cannot read as a finding', async () => {
    await etcd.txn({ compares: [], then: [{ kind: 'put', key: '/quorate/v1/joins/broken', value: new Uint8Array([1]) }] });
    const observer = observe();
    await observer.look(NEVER);
    expect(observer.feed.get().conditions.map(({ code }) => code)).toContain('RECORD_UNREADABLE');
  });

  it('shows an undone join for an hour', async () => {
    await writeJoin({ phase: 'undone', memberId: null, undoneReason: 'gave up', updatedAtMs: NOON_MS });
    const observer = observe();
    await observer.look(NEVER);
    expect(observer.feed.get().conditions.map(({ code }) => code)).toContain('JOIN_UNDONE');
    await clock.advance(3_600_000);
    await observer.look(NEVER);
    expect(observer.feed.get().conditions.map(({ code }) => code)).not.toContain('JOIN_UNDONE');
  });

  it('rejects with the reason of its signal, and shows nothing then', async () => {
    const reason = new AppError('STOPPING', { message: 'stop' });
    const observer = observe();
    const before = observer.feed.get();
    await expect(observer.look(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(observer.feed.get()).toBe(before);
  });
});

describe('other replicas', () => {
  beforeEach(() => writeJoin());

  it('are asked each time, with the certificate of this one', async () => {
    neighbour.script(() => told());
    const observer = observe();
    await observer.look(NEVER);
    expect(neighbour.asked).toMatchObject([{ what: STATUS, by: 'm0' }]);
    expect(observer.heard(learnerId)).toMatchObject({ isFresh: true, atMs: NOON_MS, status: { raftAppliedIndex: '5' } });
    expect(learnerIn(observer.feed.get())).toMatchObject({ phase: 'catching-up', raftAppliedIndex: '5', join: { percent: expect.any(Number) } });
  });

  it('are remembered, and no longer fresh, when they fall silent', async () => {
    neighbour.script((_asked, count) => (count === 1 ? told() : 'cut'));
    const observer = observe();
    await observer.look(NEVER);
    await clock.advance(10_000);
    await observer.look(NEVER);
    expect(observer.heard(learnerId)).toMatchObject({ isFresh: false, atMs: NOON_MS });
    expect(learnerIn(observer.feed.get())?.phase).toBe('stalled');
  });

  it('are not believed when another one answers at their address', async () => {
    neighbour.script(() => told({ memberId: 'abc' }));
    const observer = observe();
    await observer.look(NEVER);
    expect(observer.heard(learnerId)).toBeNull();
  });

  it('tell how a join comes on: its seconds left come from one look to the next', async () => {
    neighbour.script((_asked, count) => told({ raftAppliedIndex: String(count) }));
    const observer = observe();
    await observer.look(NEVER);
    await clock.advance(1_000);
    await observer.look(NEVER);
    const { raftAppliedIndex = 0n } = observer.etcdStatus() ?? {};
    expect(observer.feed.get().joins[0]?.etaSeconds).toBe(Number(raftAppliedIndex) - 2);
  });

  it('are waited for no longer than a second: one that hangs holds up no look', async () => {
    neighbour.script(() => new Promise(() => undefined));
    const observer = observe();
    const startedAt = performance.now();
    await observer.look(NEVER);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

describe('the feed', () => {
  it('is quiet while nothing changes but the time, and speaks every five seconds all the same', async () => {
    const observer = observe();
    await observer.look(NEVER);
    const first = observer.feed.get();
    await clock.advance(1_000);
    await observer.look(NEVER);
    const shown = observer.feed.get();
    // The index of the log may have moved by itself; then it is worth showing.
    if (shown.members[0]?.raftAppliedIndex === first.members[0]?.raftAppliedIndex) expect(shown).toBe(first);
    await clock.advance(5_000);
    await observer.look(NEVER);
    expect(observer.feed.get().observedAt).toBe(new Date(NOON_MS + 6_000).toISOString());
  });

  it('speaks at once of a change', async () => {
    const observer = observe();
    await observer.look(NEVER);
    await writeJoin();
    await observer.look(NEVER);
    expect(observer.feed.get().joins).toHaveLength(1);
  });
});

describe('a replica whose etcd does not answer', () => {
  const silent = {
    status: () => Promise.reject(new AppError('ETCD_UNAVAILABLE', { message: 'no' })),
    memberList: () => Promise.reject(new AppError('ETCD_UNAVAILABLE', { message: 'no' })),
  };

  it('still shows the members it remembers, and asks them', async () => {
    neighbour.script(() => told({ memberId: 'b', isLearner: false, leaderId: 'b' }));
    const remembered = [makeMember(selfId, { name: 'm0' }), makeMember('b', { replicaUrl: neighbour.url })];
    const observer = observe({ etcd: silent, remembered });
    expect(observer.feed.get().members).toHaveLength(2);
    await observer.look(NEVER);
    expect(observer.feed.get()).toMatchObject({ leaderId: 'b', quorum: { voters: 2, reachable: 1 } });
    expect(observer.etcdStatus()).toBeNull();
  });
});

describe('a learner', () => {
  beforeAll(() => learner.start());

  it('borrows members and joins from a voter, for its own etcd tells neither', async () => {
    const view = {
      members: [makeMember(selfId, { name: 'm0', replicaUrl: neighbour.url }), makeMember(learnerId, { name: 'n1', role: 'learner' })],
      joins: [makeJoin(1, { memberId: learnerId, phase: 'catching-up', admittedAtMs: NOON_MS })],
    };
    neighbour.script(({ what }) => (what === STATUS ? told({ memberId: selfId, isLearner: false, leaderId: selfId }) : view));
    const observer = observe({ etcd: learner.client, memberId: learnerId, remembered: [makeMember(selfId, { replicaUrl: neighbour.url })] });
    await observer.look(NEVER);
    const status = observer.feed.get();
    expect(status).toMatchObject({ servedBy: { role: 'learner' }, leaderId: selfId, joins: [{ name: 'n1' }] });
    expect(status.members.map(({ name }) => name)).toEqual(['m0', 'n1']);
    expect(observer.view()).toMatchObject({ members: view.members, joins: view.joins });
  });

  it('keeps what it knew while no voter answers', async () => {
    neighbour.script(() => 'cut');
    const observer = observe({ etcd: learner.client, memberId: learnerId, remembered: [makeMember(selfId, { replicaUrl: neighbour.url })] });
    await observer.look(NEVER);
    expect(observer.members()).toHaveLength(1);
  });
});
