import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EtcdClient, Op } from './api';
import { bytes, text } from './testing/bytes';
import { startTestEtcd, type TestEtcd } from './testing/start-test-etcd';
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy';

const put = (key: string, value = key): Op => ({ kind: 'put', key, value: bytes(value) });

let etcd: TestEtcd;
let client: EtcdClient;
let proxy: TcpProxy;
beforeAll(async () => {
  etcd = await startTestEtcd({ address: '127.0.21.1' });
  client = etcd.client;
  proxy = await startTcpProxy(etcd.flags.clientUrl, '127.0.21.2');
}, 30_000);
afterAll(async () => {
  await proxy?.close();
  await etcd?.stop();
});

describe('transactions', () => {
  it('run the first branch when all comparisons hold, the other one when not', async () => {
    const txn = {
      compares: [{ kind: 'create-revision', key: 'txn/a', equals: 0n }] as const,
      then: [put('txn/a')],
      otherwise: [{ kind: 'get', key: 'txn/a' }] as const,
    };
    const first = await client.txn(txn);
    expect(first).toMatchObject({ succeeded: true, gets: [] });
    const second = await client.txn(txn);
    expect(second.succeeded).toBe(false);
    expect(second.gets[0]).toMatchObject({ key: 'txn/a', value: bytes('txn/a'), createRevision: first.revision, modRevision: first.revision });
  });

  it('compare the last change of a key', async () => {
    const { revision } = await client.txn({ compares: [], then: [put('txn/mod', '1')] });
    const change = (value: string) => client.txn({ compares: [{ kind: 'mod-revision', key: 'txn/mod', equals: revision }], then: [put('txn/mod', value)] });
    expect((await change('2')).succeeded).toBe(true);
    expect((await change('3')).succeeded).toBe(false);
    expect(text((await client.get('txn/mod'))?.value ?? bytes(''))).toBe('2');
  });

  it('answer their gets in order, null where there is no key', async () => {
    await client.txn({ compares: [], then: [put('txn/x')] });
    const { gets } = await client.txn({
      compares: [],
      then: [{ kind: 'get', key: 'txn/none' }, put('txn/y'), { kind: 'get', key: 'txn/x' }, { kind: 'delete', key: 'txn/x' }],
    });
    expect(gets.map((kv) => kv?.key ?? null)).toEqual([null, 'txn/x']);
    expect(await client.get('txn/x')).toBeNull();
  });

  it('are not sent again when the answer is lost', async () => {
    const behindProxy = etcd.connect(proxy.url);
    await behindProxy.status();
    const before = (await client.status()).revision;
    proxy.mute(true);
    const lost = behindProxy.txn({ compares: [], then: [put('txn/once')] });
    await expect.poll(async () => (await client.status()).revision).toBe(before + 1n);
    proxy.cut();
    await expect(lost).rejects.toMatchObject({ code: 'ETCD_UNAVAILABLE', data: { outcome: 'unknown' } });
    proxy.mute(false);
    await behindProxy.status();
    expect((await client.status()).revision).toBe(before + 1n);
    behindProxy.close();
  });

  it('of more operations than etcd takes are refused as a defect of ours', async () => {
    const then = Array.from({ length: 129 }, (_, index) => put(`txn/many/${index}`));
    await expect(client.txn({ compares: [], then })).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('larger than etcd takes are refused by name', async () => {
    await expect(client.txn({ compares: [], then: [put('txn/large', 'x'.repeat(1_600_000))] })).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });
});

describe('ranges', () => {
  const names = Array.from({ length: 25 }, (_, index) => `page/${String(index).padStart(2, '0')}`);
  beforeAll(() => client.txn({ compares: [], then: [...names.map((name) => put(name)), put('pagf', 'outside')] }));

  it('give a prefix page by page, at one revision', async () => {
    const seen: string[] = [];
    let page = await client.range({ prefix: 'page/', limit: 10 });
    const { revision } = page;
    expect(page.count).toBe(25n);
    for (;;) {
      seen.push(...page.kvs.map((kv) => kv.key));
      if (!page.more) break;
      page = await client.range({ prefix: 'page/', limit: 10, from: `${seen.at(-1)}\0`, revision });
    }
    expect(seen).toEqual(names);
  });

  it('give the newest keys first when asked', async () => {
    const page = await client.range({ prefix: 'page/', limit: 2, order: 'descending' });
    expect(page.kvs.map((kv) => kv.key)).toEqual(['page/24', 'page/23']);
    expect(page.more).toBe(true);
  });

  it('leave values out when only keys are asked for', async () => {
    const [kv] = (await client.range({ prefix: 'page/', limit: 1, keysOnly: true })).kvs;
    expect(kv?.value).toHaveLength(0);
  });

  it('answer from this member alone when that is enough', async () => {
    expect((await client.range({ prefix: 'page/', serializable: true })).kvs).toHaveLength(25);
  });

  it('give values as plain byte arrays', async () => {
    expect((await client.get('page/00'))?.value.constructor).toBe(Uint8Array);
  });
});

describe('leases', () => {
  it('take their keys with them when they are revoked', async () => {
    const lease = await client.leaseGrant(60);
    await client.txn({ compares: [], then: [{ kind: 'put', key: 'lease/a', value: bytes('a'), lease }] });
    expect((await client.get('lease/a'))?.lease).toBe(lease);
    await client.leaseRevoke(lease);
    expect(await client.get('lease/a')).toBeNull();
  });

  it('are kept alive one call at a time, and report 0 seconds once they are gone', async () => {
    const lease = await client.leaseGrant(60);
    expect(await client.leaseKeepAliveOnce(lease)).toEqual({ ttlSeconds: 60 });
    await client.leaseRevoke(lease);
    expect(await client.leaseKeepAliveOnce(lease)).toEqual({ ttlSeconds: 0 });
    await expect(client.leaseRevoke(lease)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('end by themselves when nobody keeps them', async () => {
    const lease = await client.leaseGrant(1);
    await client.txn({ compares: [], then: [{ kind: 'put', key: 'lease/short', value: bytes('a'), lease }] });
    await expect.poll(() => client.get('lease/short'), { timeout: 8_000 }).toBeNull();
  });

  it('are refused to a write once they are gone', async () => {
    const then: Op[] = [{ kind: 'put', key: 'lease/b', value: bytes('b'), lease: 12345n }];
    await expect(client.txn({ compares: [], then })).rejects.toMatchObject({ code: 'NOT_FOUND', data: { etcd: 'lease-not-found' } });
  });
});

describe('the member itself', () => {
  it('tells its status', async () => {
    const status = await client.status();
    expect(status).toMatchObject({ isLearner: false, errors: [], leaderId: status.memberId });
    expect(status.version).toMatch(/^3\./);
    expect(status.raftAppliedIndex).toBeGreaterThan(0n);
    expect(status.dbInUseBytes).toBeGreaterThan(0n);
    expect(status.memberId).toBeGreaterThan(2n ** 53n);
  });

  it('has no alarms', async () => {
    expect(await client.alarms()).toEqual([]);
  });
});
