import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from '../../etcd/testing/test-cluster';
import { silentLogger } from '../../kit/logger';
import { handOverLeadership, type Successor } from './hand-over';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster(['127.0.24.113', '127.0.24.114', '127.0.24.115']);
});
afterAll(() => cluster?.stop());

const look = async () => {
  const found = await Promise.all(cluster.members.map(async (member) => ({ member, status: await member.client.status() })));
  const leader = found.find(({ status }) => status.leaderId === status.memberId);
  if (!leader) throw new Error('the cluster has a leader');
  const others = found.filter((one) => one !== leader);
  const successors: Successor[] = others.map(({ member, status }, index) => ({
    id: status.memberId.toString(16),
    name: member.flags.name,
    appliedIndex: BigInt(10 + index),
  }));
  return { leader, others, successors };
};

describe('handing leadership over', () => {
  it('gives it to the voter that has come furthest, without an election', async () => {
    const { leader, others, successors } = await look();
    await handOverLeadership({ etcd: leader.member.client, logger: silentLogger }, successors);
    const after = await look();
    expect(after.leader.member.flags.name).toBe(others[1]?.member.flags.name);
    expect(after.leader.status.raftTerm).toBe(leader.status.raftTerm + 1n);
  });

  it('is nothing to do for a follower, or without a successor', async () => {
    const { leader, others, successors } = await look();
    await handOverLeadership({ etcd: others[0]?.member.client ?? leader.member.client, logger: silentLogger }, successors);
    await handOverLeadership({ etcd: leader.member.client, logger: silentLogger }, []);
    expect((await look()).leader.status.memberId).toBe(leader.status.memberId);
  });

  it('never fails the stop it belongs to: not for a stranger, not without etcd', async () => {
    const { leader } = await look();
    await expect(
      handOverLeadership({ etcd: leader.member.client, logger: silentLogger }, [{ id: 'abc', name: 'stranger', appliedIndex: 1n }]),
    ).resolves.toBeUndefined();
    const [first] = cluster.members;
    await first?.kill();
    if (first) await expect(handOverLeadership({ etcd: first.client, logger: silentLogger }, [])).resolves.toBeUndefined();
  });
});
