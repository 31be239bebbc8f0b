import type { Member } from '@quorate/core/cluster/member';
import { AppError } from '@quorate/core/errors/app-error';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtcdClient } from '../../etcd/api';
import { systemClock } from '../../kit/clock';
import { createReplicasStore } from '../../store/replicas-store';
import { makeJoin } from '../../store/testing/join-fixtures';
import { previewMemberRemoval, type RemovalDeps, removeMember } from './removal';
import { type GrowingCluster, NEVER, startGrowingCluster } from './testing/growing-cluster';

/** A member as the observer would show it. */
const shown = (part: Partial<Member> & Pick<Member, 'id'>): Member => ({
  name: `name-${part.id}`,
  peerUrls: [],
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
  rttMs: null,
  join: null,
  ...part,
});
const voters = (count: number) => ['a', 'b', 'c', 'd', 'e'].slice(0, count).map((id) => shown({ id }));

describe('a preview of a removal', () => {
  it('shows the member, the tolerance before and after, and the verdict', () => {
    const preview = previewMemberRemoval(voters(5), 'c');
    expect(preview).toMatchObject({ verdict: 'safe', member: { name: 'name-c' }, before: { toleranceNow: 2 }, after: { toleranceNow: 1 } });
  });

  it.each([
    ['of the last voter is refused', voters(1), 'a', 'refused'],
    ['without quorum is refused', [shown({ id: 'a' }), shown({ id: 'b', phase: 'unreachable' })], 'b', 'refused'],
    ['that leaves all data on one voter is unsafe', voters(2), 'a', 'unsafe'],
    ['that costs the last tolerance is unsafe', voters(3), 'a', 'unsafe'],
    ['of a learner is safe', [...voters(1), shown({ id: 'f', role: 'learner', phase: 'stalled' })], 'f', 'safe'],
    ['of a voter that is down already is safe', [...voters(4).slice(0, 3), shown({ id: 'd', phase: 'unreachable' })], 'd', 'safe'],
  ] as const)('%s', (_title, members, id, verdict) => {
    expect(previewMemberRemoval(members, id)).toMatchObject({ verdict });
  });

  it('of nobody is MEMBER_NOT_FOUND', () => {
    expect(() => previewMemberRemoval(voters(3), 'ff')).toThrow(expect.objectContaining({ code: 'MEMBER_NOT_FOUND' }));
  });
});

/** What the observer of this replica would show: everybody in contact, learners not started. */
const observe = async (etcd: EtcdClient): Promise<Member[]> => {
  const { leaderId } = await etcd.status();
  return (await etcd.memberList()).map((member) =>
    shown({
      id: member.id.toString(16),
      name: member.name,
      role: member.isLearner ? 'learner' : 'voter',
      isLeader: member.id === leaderId,
      phase: member.isLearner ? 'unstarted' : 'ready',
    }),
  );
};
const removedRows: string[] = [];
const remove = async (cluster: GrowingCluster, id: string, part: { force?: boolean; members?: readonly Member[]; deps?: Partial<RemovalDeps> } = {}) => {
  const members = part.members ?? (await observe(cluster.etcd));
  const deps: RemovalDeps = {
    ...cluster.deps(),
    etcd: cluster.etcd,
    replicas: { remove: async (memberId) => void removedRows.push(memberId) },
    clock: systemClock,
    members: () => members,
    ...part.deps,
  };
  return removeMember(deps, { id, force: part.force ?? false, by: 'administrator' }, NEVER);
};
beforeEach(() => {
  removedRows.length = 0;
});

describe('the removal of a learner', () => {
  let cluster: GrowingCluster;
  beforeAll(async () => {
    cluster = await startGrowingCluster(['127.0.24.104']);
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => {
    cluster.events.length = 0;
  });

  it('undoes its join and gives the use of its token back', async () => {
    const learner = await cluster.admitLearner(3, 'https://127.0.24.200:3');
    const id = learner.id.toString(16);
    const join = { joinId: (await cluster.record(3)).id, phase: 'learner-added' } as Member['join'];
    const members = (await observe(cluster.etcd)).map((member) => (member.id === id ? { ...member, join } : member));
    expect(await remove(cluster, id, { members })).toMatchObject({ removedId: id, before: { voters: 1 }, after: { voters: 1 } });
    expect(await cluster.learners()).toEqual([]);
    expect(await cluster.record(3)).toMatchObject({ phase: 'undone', undoneReason: 'removed by administrator' });
    expect(await cluster.uses(3)).toBe(0);
    expect(cluster.events.map(({ type }) => type)).toEqual(['join.undone', 'learner.evicted']);
  });

  it('that no record names removes the learner', async () => {
    const learner = await cluster.etcd.memberAddLearner('https://127.0.24.200:4');
    await remove(cluster, learner.id.toString(16));
    expect(await cluster.learners()).toEqual([]);
    expect(removedRows).toEqual([learner.id.toString(16)]);
    expect(cluster.events).toMatchObject([{ type: 'learner.evicted', detail: expect.stringContaining('by administrator') }]);
  });

  it('waits while etcd settles, and gives up when it does not', async () => {
    const learner = await cluster.etcd.memberAddLearner('https://127.0.24.200:5');
    const unsettled = new AppError('CLUSTER_UNSETTLED', { message: 'not yet' });
    let [calls, sleptMs] = [0, 0];
    const clock = {
      sleep: async (ms: number) => {
        sleptMs += ms;
      },
    };
    const refusing = (times: number) => ({
      ...cluster.etcd,
      memberRemove: async (...call: Parameters<EtcdClient['memberRemove']>) => {
        calls += 1;
        if (calls <= times) throw unsettled;
        await cluster.etcd.memberRemove(...call);
      },
    });
    await expect(remove(cluster, learner.id.toString(16), { deps: { etcd: refusing(99), clock } })).rejects.toBe(unsettled);
    expect([calls, sleptMs]).toEqual([8, 7_000]);
    calls = 0;
    await remove(cluster, learner.id.toString(16), { deps: { etcd: refusing(2), clock } });
    expect(calls).toBe(3);
    expect(await cluster.learners()).toEqual([]);
  });

  it('that is gone already is no error: the wish is fulfilled', async () => {
    const gone = shown({ id: 'dead', role: 'learner', phase: 'unstarted' });
    expect((await remove(cluster, 'dead', { members: [...(await observe(cluster.etcd)), gone] })).removedId).toBe('dead');
  });
});

describe('the removal of a voter', () => {
  let cluster: GrowingCluster;
  beforeAll(async () => {
    cluster = await startGrowingCluster(['127.0.24.101', '127.0.24.102', '127.0.24.103']);
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => {
    cluster.events.length = 0;
  });

  it('that is unsafe is refused with what it would leave, and changes nothing', async () => {
    const id = (await observe(cluster.etcd)).find(({ name }) => name === 'm2')?.id ?? '';
    await expect(remove(cluster, id)).rejects.toMatchObject({
      code: 'MEMBER_REMOVE_UNSAFE',
      data: { id, name: 'm2', before: 'survives 1 more failure', after: 'does not survive another failure' },
    });
    expect(await cluster.etcd.memberList()).toHaveLength(3);
    expect(cluster.events).toEqual([]);
  });

  it('that is refused is refused with force, too', async () => {
    const members = (await observe(cluster.etcd)).map((member) => (member.isLeader ? member : { ...member, phase: 'unreachable' as const }));
    await expect(remove(cluster, members[0]?.id ?? '', { force: true, members })).rejects.toMatchObject({ code: 'MEMBER_REMOVE_REFUSED' });
    expect(await cluster.etcd.memberList()).toHaveLength(3);
  });

  it('that leads, asked of itself, hands leadership over first: it costs one term and no silence', async () => {
    const leader = (await observe(cluster.etcd)).find((member) => member.isLeader);
    const own = cluster.members.find(({ flags }) => flags.name === leader?.name)?.client ?? cluster.etcd;
    const other = cluster.members.find(({ flags }) => flags.name !== leader?.name)?.client ?? cluster.etcd;
    const { raftTerm } = await other.status();
    // etcd allows no change of membership within the first seconds of a cluster.
    const members = (await observe(cluster.etcd)).map((member) => ({ ...member, isSelf: member.isLeader }));
    const result = await remove(cluster, leader?.id ?? '', { force: true, members, deps: { etcd: own, replicas: createReplicasStore(own) } });
    expect(result).toMatchObject({ removedId: leader?.id, after: { voters: 2 } });
    const after = await other.status();
    expect((await other.memberList()).map((member) => member.name)).not.toContain(leader?.name);
    expect(after.raftTerm).toBe(raftTerm + 1n);
    expect(cluster.events).toMatchObject([
      { type: 'member.removed', subject: leader?.name, detail: expect.stringContaining('does not survive another failure') },
    ]);
  });
});

describe('a reservation', () => {
  it('is no member: there is nothing to remove', () => {
    const waiting = makeJoin(1);
    expect(() => previewMemberRemoval(voters(3), waiting.id)).toThrow(expect.objectContaining({ code: 'MEMBER_NOT_FOUND' }));
  });
});
