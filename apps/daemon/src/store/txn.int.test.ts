import { AppError } from '@quorate/core/errors/app-error';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtcdClient, Op } from '../etcd/api';
import { bytes, text } from '../etcd/testing/bytes';
import { startTestEtcd, type TestEtcd } from '../etcd/testing/start-test-etcd';
import { startTcpProxy } from '../etcd/testing/tcp-proxy';
import { startTestCluster, type TestCluster } from '../etcd/testing/test-cluster';
import { createLossyEtcd } from './testing/lossy-etcd';
import { type CommitOptions, commit } from './txn';

const put = (key: string, value: string): Op => ({ kind: 'put', key, value: bytes(value) });
const absent = (key: string) => ({ kind: 'create-revision', key, equals: 0n }) as const;
const unchanged = (key: string, equals: bigint) => ({ kind: 'mod-revision', key, equals }) as const;
const create = (etcd: Pick<EtcdClient, 'txn' | 'status'>, key: string, value: string, options?: CommitOptions) =>
  commit({ etcd }, { compares: [absent(key)], then: [put(key, value)] }, options);

describe('a transaction', () => {
  let server: TestEtcd;
  let etcd: EtcdClient;
  beforeAll(async () => {
    server = await startTestEtcd({ address: '127.0.24.1' });
    etcd = server.client;
  });
  afterAll(() => server?.stop());

  it('is written when every comparison holds, and says at which revision', async () => {
    const result = await commit({ etcd }, { compares: [absent('t/a'), absent('t/b')], then: [put('t/a', '1'), put('t/b', '2')] });
    const found = await etcd.get('t/b');
    expect(result).toEqual({ ok: true, revision: found?.modRevision });
    expect((await etcd.get('t/a'))?.modRevision).toBe(found?.modRevision);
  });

  it('writes nothing at all when one comparison does not hold', async () => {
    await create(etcd, 't/taken', 'first');
    expect(await commit({ etcd }, { compares: [absent('t/free'), absent('t/taken')], then: [put('t/free', '1'), put('t/taken', 'second')] })).toEqual({
      ok: false,
    });
    expect(await etcd.get('t/free')).toBeNull();
    expect(text((await etcd.get('t/taken'))?.value ?? bytes(''))).toBe('first');
  });

  it('has one winner of ten that create the same key', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, (_, index) => create(etcd, 't/race', `writer ${index}`)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
  });

  it('needs a comparison and a write: without them a repetition would not be safe', async () => {
    await expect(commit({ etcd }, { compares: [], then: [put('t/x', '1')] })).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(commit({ etcd }, { compares: [absent('t/x')], then: [] })).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('a transaction whose answer is lost', () => {
  let server: TestEtcd;
  let etcd: EtcdClient;
  beforeAll(async () => {
    server = await startTestEtcd({ address: '127.0.24.2' });
    etcd = server.client;
  });
  afterAll(() => server?.stop());

  /** Written once: a second write would have raised the modification revision above that of the creation. */
  const expectWrittenOnce = async (key: string, value: string) => {
    const kv = await etcd.get(key);
    expect(text(kv?.value ?? bytes(''))).toBe(value);
    expect(kv?.modRevision).toBe(kv?.createRevision);
  };

  it('is reported as written, and is written once', async () => {
    const lossy = createLossyEtcd(etcd, ['apply-and-lose']);
    expect(await create(lossy.etcd, 'l/once', 'mine')).toMatchObject({ ok: true });
    expect(lossy.calls()).toBe(2);
    await expectWrittenOnce('l/once', 'mine');
  });

  it('is written once also when three answers in a row are lost', async () => {
    const lossy = createLossyEtcd(etcd, ['apply-and-lose', 'apply-and-lose', 'apply-and-lose']);
    expect(await create(lossy.etcd, 'l/thrice', 'mine')).toMatchObject({ ok: true });
    await expectWrittenOnce('l/thrice', 'mine');
  });

  it('is written once when the first copies never arrived', async () => {
    const lossy = createLossyEtcd(etcd, ['lose', 'lose']);
    expect(await create(lossy.etcd, 'l/late', 'mine')).toMatchObject({ ok: true });
    expect(lossy.calls()).toBe(3);
    await expectWrittenOnce('l/late', 'mine');
  });

  it('is reported as written when it changes a key that exists', async () => {
    await create(etcd, 'l/changed', 'before');
    const before = (await etcd.get('l/changed'))?.modRevision ?? 0n;
    const lossy = createLossyEtcd(etcd, ['apply-and-lose']);
    const result = await commit({ etcd: lossy.etcd }, { compares: [unchanged('l/changed', before)], then: [put('l/changed', 'after')] });
    expect(result).toMatchObject({ ok: true });
    expect(text((await etcd.get('l/changed'))?.value ?? bytes(''))).toBe('after');
  });

  it('is reported as written when it removes a key', async () => {
    await create(etcd, 'l/removed', 'before');
    const before = (await etcd.get('l/removed'))?.modRevision ?? 0n;
    const lossy = createLossyEtcd(etcd, ['apply-and-lose']);
    const result = await commit({ etcd: lossy.etcd }, { compares: [unchanged('l/removed', before)], then: [{ kind: 'delete', key: 'l/removed' }] });
    expect(result).toMatchObject({ ok: true });
    expect(await etcd.get('l/removed')).toBeNull();
  });

  it('is a conflict when somebody else wrote the key while nothing of ours arrived', async () => {
    const lossy = createLossyEtcd(etcd, ['lose'], async () => void (await create(etcd, 'l/other', 'theirs')));
    expect(await create(lossy.etcd, 'l/other', 'mine')).toEqual({ ok: false });
    await expectWrittenOnce('l/other', 'theirs');
  });

  it('is a conflict at once when no answer was lost, whatever the key holds', async () => {
    await create(etcd, 'l/same', 'same');
    const lossy = createLossyEtcd(etcd, []);
    expect(await create(lossy.etcd, 'l/same', 'same')).toEqual({ ok: false });
    expect(lossy.calls()).toBe(1);
  });

  it('is not sent again when etcd refuses it', async () => {
    const lossy = createLossyEtcd(etcd, [new AppError('NO_SPACE', { message: 'full' })]);
    await expect(create(lossy.etcd, 'l/full', 'mine')).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(lossy.calls()).toBe(1);
  });

  it('survives a connection that dies between the write and its answer', async () => {
    const proxy = await startTcpProxy(server.flags.clientUrl, '127.0.24.2');
    const through = server.connect(proxy.url);
    try {
      await through.status();
      proxy.mute(true);
      const written = create(through, 'l/wire', 'mine');
      await expect.poll(() => etcd.get('l/wire'), { timeout: 3_000, interval: 10 }).not.toBeNull();
      proxy.mute(false);
      proxy.cut();
      expect(await written).toMatchObject({ ok: true });
      await expectWrittenOnce('l/wire', 'mine');
    } finally {
      through.close();
      await proxy.close();
    }
  });
});

describe('a transaction that nobody answers', () => {
  let server: TestEtcd;
  beforeAll(async () => {
    server = await startTestEtcd({ address: '127.0.24.3' });
  });
  afterAll(() => server?.stop());
  const always = (error: AppError) => Array.from({ length: 100 }, () => error);

  it('ends in time with "may have been written" while there is a leader', async () => {
    const lossy = createLossyEtcd(server.client, always(new AppError('TIMEOUT', { message: 'lost' })));
    const startedAt = performance.now();
    await expect(create(lossy.etcd, 'n/a', '1', { totalMs: 300 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(lossy.calls()).toBeGreaterThan(2);
  });

  it('ends at once when its signal aborts', async () => {
    const proxy = await startTcpProxy(server.flags.clientUrl, '127.0.24.3');
    const through = server.connect(proxy.url);
    const abort = new AbortController();
    try {
      await through.status();
      proxy.mute(true);
      const startedAt = performance.now();
      const written = create(through, 'n/aborted', '1', { signal: abort.signal, totalMs: 60_000 });
      const refused = expect(written).rejects.toThrow();
      await expect.poll(() => server.client.get('n/aborted'), { timeout: 3_000, interval: 10 }).not.toBeNull();
      abort.abort(new AppError('STOPPING', { message: 'enough' }));
      await refused;
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    } finally {
      through.close();
      await proxy.close();
    }
  });

  it('is not begun when its signal has aborted already, and rejects with the reason', async () => {
    const reason = new AppError('STOPPING', { message: 'enough' });
    const lossy = createLossyEtcd(server.client, []);
    await expect(create(lossy.etcd, 'n/never', '1', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(lossy.calls()).toBe(0);
  });

  it('rejects with the reason of its signal also in the pause between two attempts', async () => {
    const abort = new AbortController();
    const reason = new AppError('STOPPING', { message: 'enough' });
    const lossy = createLossyEtcd(server.client, always(new AppError('NO_LEADER', { message: 'none' })));
    const written = create(lossy.etcd, 'n/pause', '1', { signal: abort.signal, totalMs: 60_000 });
    const refused = expect(written).rejects.toBe(reason);
    await expect.poll(() => lossy.calls()).toBeGreaterThan(0);
    abort.abort(reason);
    await refused;
  });

  it('is ETCD_UNAVAILABLE when the etcd of this replica is gone', async () => {
    server.kill();
    const startedAt = performance.now();
    await expect(create(server.client, 'n/gone', '1', { totalMs: 400 })).rejects.toMatchObject({ code: 'ETCD_UNAVAILABLE' });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

describe('a transaction in a cluster of three', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster(['127.0.24.4', '127.0.24.5', '127.0.24.6']);
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    // Whatever the test before stopped comes back.
    for (const { client, start } of cluster.members) if ((await client.status({ timeoutMs: 300 }).catch(() => null)) === null) await start();
  });

  const leaderOf = async () => {
    for (const member of cluster.members) {
      const status = await member.client.status();
      if (status.leaderId === status.memberId) return member;
    }
    throw new Error('the cluster has a leader');
  };

  it('outlives the death of the leader without the caller noticing more than the wait', async () => {
    const leader = await leaderOf();
    const [survivor] = cluster.members.filter((member) => member !== leader);
    await leader.kill();
    expect(await create(survivor?.client ?? leader.client, 'c/election', 'mine')).toMatchObject({ ok: true });
    const kv = await survivor?.client.get('c/election');
    expect(kv?.modRevision).toBe(kv?.createRevision);
  });

  it('is refused with NO_QUORUM, within bounded time, when two of the three are gone', async () => {
    const leader = await leaderOf();
    const [survivor] = cluster.members.filter((member) => member !== leader);
    for (const member of cluster.members) if (member !== survivor) await member.kill();
    const startedAt = performance.now();
    await expect(create(survivor?.client ?? leader.client, 'c/lost', 'mine')).rejects.toMatchObject({ code: 'NO_QUORUM' });
    expect(performance.now() - startedAt).toBeLessThan(6_000);
  });
});
