import type { AppError } from '@quorate/core/errors/app-error';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EtcdClient, EtcdMember } from './api';
import { waitReady } from './ready';
import { bytes } from './testing/bytes';
import { startTestCluster, type TestCluster } from './testing/test-cluster';
import type { TestMember } from './testing/test-member';

const signal = new AbortController().signal;
const settle = { timeout: 15_000, interval: 100 };
/** etcd drops a change without an answer while the one before is being applied: such a call is made again. */
const quick = { timeoutMs: 1_000 };
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: AppError) => error.code,
  );

let cluster: TestCluster;
let client: EtcdClient;
let learner: TestMember;
let added: EtcdMember;
beforeAll(async () => {
  cluster = await startTestCluster(['127.0.21.11'], ['127.0.21.12', '127.0.21.13']);
  client = first().client;
  learner = await cluster.newcomer('second', '127.0.21.12');
}, 30_000);
afterAll(() => cluster?.stop());

const first = (): TestMember => {
  const [member] = cluster.members;
  if (!member) throw new Error('the cluster has a member');
  return member;
};
const idOf = async (name: string) => (await client.memberList()).find((member) => member.name === name)?.id ?? 0n;

describe('the members of a cluster that grows', () => {
  it('are one at first', async () => {
    const { flags } = first();
    expect(await client.memberList()).toEqual([
      { id: (await client.status()).memberId, name: 'm0', peerUrls: [flags.peerUrl], clientUrls: [flags.clientUrl], isLearner: false },
    ]);
  });

  it('are joined by a learner, whose name is empty until it starts', async () => {
    added = await client.memberAddLearner(learner.flags.peerUrl);
    expect(added).toMatchObject({ name: '', peerUrls: [learner.flags.peerUrl], isLearner: true });
    expect(await client.memberList()).toContainEqual(added);
  });

  it('take no second learner, no peer URL twice, and promote nobody who is not in sync', async () => {
    await expect(client.memberAddLearner('https://127.0.21.13:1')).rejects.toMatchObject({ code: 'JOIN_QUEUED' });
    await expect(client.memberAddLearner(learner.flags.peerUrl)).rejects.toMatchObject({ code: 'JOIN_PEER_URL_TAKEN' });
    expect(await client.memberPromote(added.id)).toBe(false);
  });

  it('go on writing while the learner has not even started', async () => {
    expect((await client.txn({ compares: [], then: [{ kind: 'put', key: 'a', value: bytes('a') }] })).succeeded).toBe(true);
  });

  it('have a learner that tells its status and stale reads, and refuses all else', async () => {
    const process = await learner.spawn();
    const status = await waitReady({ process, client: learner.client, signal, timeoutMs: 20_000 });
    expect(status).toMatchObject({ isLearner: true, memberId: added.id });
    await expect.poll(async () => (await learner.client.get('a', { serializable: true }))?.key, settle).toBe('a');
    const refused = { code: 'LEARNER_READ_ONLY' };
    await expect(learner.client.get('a')).rejects.toMatchObject(refused);
    await expect(learner.client.memberList({ linearizable: false })).rejects.toMatchObject(refused);
    await expect(learner.client.txn({ compares: [], then: [{ kind: 'delete', key: 'a' }] })).rejects.toMatchObject(refused);
    await expect(learner.client.watch({ prefix: 'a', signal })[Symbol.asyncIterator]().next()).rejects.toMatchObject(refused);
  }, 30_000);

  it('promote the learner once it is in sync; asking again changes nothing', async () => {
    await expect.poll(() => client.memberPromote(added.id), settle).toBe(true);
    await expect.poll(() => client.memberPromote(added.id, quick), settle).toBe(true);
    expect((await learner.client.memberList()).map((member) => member.isLearner)).toEqual([false, false]);
  }, 20_000);

  it('refuse the next change until they have been connected for a while', async () => {
    // Right after the promotion etcd calls the cluster unhealthy for some seconds; then it accepts.
    const codes = new Set<string>();
    const add = async () => codes.add(await codeOf(client.memberAddLearner('https://127.0.21.13:1', quick)));
    await expect.poll(async () => (await add()).has('done'), settle).toBe(true);
    for (const code of codes) expect(['done', 'TIMEOUT', 'CLUSTER_UNSETTLED']).toContain(code);
    const id = (await client.memberList()).find((member) => member.isLearner)?.id ?? 0n;
    await client.memberRemove(id);
    expect(await client.memberList()).toHaveLength(2);
  }, 20_000);

  it('change the address of one of them', async () => {
    const id = await idOf('second');
    await client.memberUpdate(id, 'https://localhost:1');
    expect((await client.memberList()).find((member) => member.id === id)?.peerUrls).toEqual(['https://localhost:1']);
    await client.memberUpdate(id, learner.flags.peerUrl);
  });

  it('hand leadership over, and only the leader can', async () => {
    const [m0, second] = [await idOf('m0'), await idOf('second')];
    await expect(learner.client.moveLeader(second)).rejects.toMatchObject({ code: 'NO_LEADER', data: { etcd: 'not-leader' } });
    await client.moveLeader(second);
    await expect.poll(async () => (await client.status()).leaderId, settle).toBe(second);
    await learner.client.moveLeader(m0);
    await expect.poll(async () => (await client.status()).leaderId, settle).toBe(m0);
  });

  it('remove one of them, and do not know it afterwards', async () => {
    const id = await idOf('second');
    const { exited } = learner.process();
    await expect.poll(() => codeOf(client.memberRemove(id, quick)), settle).toMatch(/done|MEMBER_NOT_FOUND/);
    for (const again of [
      () => client.memberRemove(id, quick),
      () => client.memberPromote(id, quick),
      () => client.memberUpdate(id, 'https://localhost:1', quick),
    ])
      await expect.poll(() => codeOf(again()), settle).toBe('MEMBER_NOT_FOUND');
    await exited;
  }, 30_000);

  it('do not let a removed one come back with its old data', async () => {
    const process = await learner.spawn();
    await expect(waitReady({ process, client: learner.client, signal, timeoutMs: 20_000 })).rejects.toMatchObject({
      code: 'MEMBER_REMOVED',
      data: { reason: 'removed-from-cluster', permanent: true },
    });
  }, 30_000);
});
