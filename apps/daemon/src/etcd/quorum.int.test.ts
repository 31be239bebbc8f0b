import type { AppError } from '@quorate/core/errors/app-error';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EtcdClient } from './api';
import { bytes } from './testing/bytes';
import { startTestCluster, type TestCluster } from './testing/test-cluster';
import type { TestMember } from './testing/test-member';

const write = (client: EtcdClient, key: string) => client.txn({ compares: [], then: [{ kind: 'put', key, value: bytes(key) }] }, { timeoutMs: 2_000 });
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: AppError) => error.code,
  );

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster(['127.0.21.21', '127.0.21.22', '127.0.21.23']);
}, 40_000);
afterAll(() => cluster?.stop());

/** The leader, and the two others. */
const roles = async (): Promise<[TestMember, readonly TestMember[]]> => {
  for (const member of cluster.members) {
    const status = await member.client.status();
    if (status.leaderId === status.memberId) return [member, cluster.members.filter((other) => other !== member)];
  }
  throw new Error('the cluster has a leader');
};

describe('three voters', () => {
  it('all serve the same data', async () => {
    for (const { client, flags } of cluster.members) await write(client, `shared/${flags.name}`);
    for (const { client } of cluster.members) expect((await client.range({ prefix: 'shared/' })).kvs).toHaveLength(3);
  });

  it('go on writing, through each of the others, soon after the leader was killed', async () => {
    const [leader, others] = await roles();
    await leader.kill();
    const seen = new Set<string>();
    for (const { client } of others)
      await expect.poll(async () => seen.add(await codeOf(write(client, 'survived'))).has('done'), { timeout: 10_000, interval: 50 }).toBe(true);
    for (const code of seen) expect(['done', 'NO_LEADER', 'TIMEOUT']).toContain(code);
    await leader.start();
  }, 30_000);
});

describe('three voters of which two are gone', () => {
  let survivor: TestMember;
  let gone: readonly TestMember[];
  beforeAll(async () => {
    [survivor, gone] = await roles();
    await Promise.all(gone.map(({ kill }) => kill()));
  });

  it('leave the first write unanswered for no longer than its deadline', async () => {
    const startedAt = performance.now();
    expect(['TIMEOUT', 'NO_LEADER']).toContain(await codeOf(write(survivor.client, 'unsure')));
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('then refuse at once whatever needs a majority, and say that nothing was written', async () => {
    const { client } = survivor;
    await expect.poll(() => codeOf(write(client, 'refused')), { timeout: 10_000, interval: 50 }).toBe('NO_LEADER');
    const startedAt = performance.now();
    await expect(write(client, 'refused')).rejects.toMatchObject({ code: 'NO_LEADER', data: { etcd: 'no-leader', outcome: 'not-applied' } });
    expect(await codeOf(client.get('shared/m0'))).toBe('NO_LEADER');
    expect(await codeOf(client.memberList())).toBe('NO_LEADER');
    expect(await codeOf(client.memberAddLearner('https://127.0.21.24:1'))).toBe('NO_LEADER');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('still tell what one member knows alone', async () => {
    const { client } = survivor;
    expect((await client.get('shared/m0', { serializable: true }))?.key).toBe('shared/m0');
    expect(await client.memberList({ linearizable: false })).toHaveLength(3);
    expect(await client.status()).toMatchObject({ leaderId: 0n });
    for (const { client: dead } of gone) expect(await codeOf(dead.status({ timeoutMs: 1_000 }))).toBe('ETCD_UNAVAILABLE');
  });

  it('serve again once a second one is back, and resume the watch that began without a leader', async () => {
    const { client } = survivor;
    const abort = new AbortController();
    const { revision } = await client.range({ prefix: 'back', serializable: true });
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { events } of client.watch({ prefix: 'back', fromRevision: revision + 1n, signal: abort.signal }))
        seen.push(...events.map((event) => event.kv.key));
    })();
    await gone[0]?.start();
    await expect.poll(() => codeOf(write(client, 'back')), { timeout: 10_000 }).toBe('done');
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('back');
    abort.abort();
    await watching;
  }, 30_000);
});
