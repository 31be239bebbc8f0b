import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EtcdClient, WatchBatch, WatchEvent } from './api';
import { bytes, text } from './testing/bytes';
import { etcdctl } from './testing/etcdctl';
import { startTestEtcd, type TestEtcd } from './testing/start-test-etcd';
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy';

let etcd: TestEtcd;
let proxy: TcpProxy;
let client: EtcdClient;
let behindProxy: EtcdClient;
beforeAll(async () => {
  etcd = await startTestEtcd({ address: '127.0.21.5' });
  proxy = await startTcpProxy(etcd.flags.clientUrl, '127.0.21.6');
  client = etcd.client;
  behindProxy = etcd.connect(proxy.url);
}, 30_000);
afterAll(async () => {
  behindProxy?.close();
  await proxy?.close();
  await etcd?.stop();
});

const write = (key: string, value: string) => client.txn({ compares: [], then: [{ kind: 'put', key, value: bytes(value) }] });
const writeUntilDone = async (key: string, value: string) => {
  await expect
    .poll(
      () =>
        write(key, value).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000, interval: 10 },
    )
    .toBe(true);
};

type Collected = { readonly batches: WatchBatch[]; readonly events: () => WatchEvent[]; readonly stop: () => void; readonly done: Promise<void> };

/** Watches in the background and keeps what it sees. `done` rejects with what the watch threw. */
const collect = (from: EtcdClient, prefix: string, fromRevision?: bigint): Collected => {
  const abort = new AbortController();
  const batches: WatchBatch[] = [];
  const run = async () => {
    for await (const batch of from.watch({ prefix, signal: abort.signal, ...(fromRevision === undefined ? {} : { fromRevision }) })) batches.push(batch);
  };
  return { batches, events: () => batches.flatMap((batch) => batch.events), stop: () => abort.abort(), done: run() };
};

const values = (events: readonly WatchEvent[]) => events.map((event) => text(event.kv.value));

describe('a watch', () => {
  it('gives puts and deletes below its prefix in order, one transaction at a time, and nothing else', async () => {
    const { revision } = await write('order/before', 'x');
    const seen = collect(client, 'order/', revision + 1n);
    await client.txn({
      compares: [],
      then: [
        { kind: 'put', key: 'order/a', value: bytes('1') },
        { kind: 'put', key: 'order/b', value: bytes('2') },
      ],
    });
    await write('other/c', '3');
    const last = await client.txn({ compares: [], then: [{ kind: 'delete', key: 'order/a' }] });
    await expect.poll(() => seen.events().length).toBe(3);
    expect(seen.events().map((event) => [event.kind, event.kv.key])).toEqual([
      ['put', 'order/a'],
      ['put', 'order/b'],
      ['delete', 'order/a'],
    ]);
    expect(seen.events()[0]?.kv.modRevision).toBe(seen.events()[1]?.kv.modRevision);
    expect(seen.events()[2]?.kv.modRevision).toBe(last.revision);
    seen.stop();
    await seen.done;
  });

  it('begins now when no revision is named', async () => {
    await write('now/old', 'old');
    const seen = collect(client, 'now/');
    await expect.poll(async () => (await writeAndCount(seen)) > 0).toBe(true);
    expect(values(seen.events())).not.toContain('old');
    seen.stop();
    await seen.done;
  });
  const writeAndCount = async (seen: Collected) => {
    await write('now/new', 'new');
    return seen.events().length;
  };

  it('ends without an error when its signal aborts, also while it waits', async () => {
    const seen = collect(client, 'idle/');
    seen.stop();
    await expect(seen.done).resolves.toBeUndefined();
    expect(seen.batches).toEqual([]);
  });

  it('ends its stream when the consumer leaves the loop', async () => {
    const { revision } = await write('leave/a', '1');
    for await (const batch of client.watch({ prefix: 'leave/', fromRevision: revision, signal: new AbortController().signal })) {
      expect(batch.events).toHaveLength(1);
      break;
    }
    expect((await client.get('leave/a'))?.modRevision).toBe(revision);
  });
});

describe('a watch over broken connections', () => {
  const count = 3_000;
  /** Value of every change, by its revision. */
  const history = new Map<bigint, string>();
  beforeAll(async () => {
    for (let at = 0; at < count; at += 100)
      await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const value = String(at + index).padEnd(100);
          history.set((await write(`history/${at + index}`, value)).revision, value);
        }),
      );
  });
  const expected = () => [...history].sort(([a], [b]) => Number(a - b));

  it.each([
    ['right after the stream was opened', [1_700]],
    ['again and again during the catch-up', [5_000, 160_000, 60_000, 200_000, 5_000]],
  ])(
    'loses and repeats nothing when they break %s',
    async (_when, cuts) => {
      const before = proxy.connections();
      proxy.cut();
      proxy.cutAfter(cuts);
      const seen = collect(behindProxy, 'history/', expected()[0]?.[0]);
      await expect.poll(() => seen.events().length, { timeout: 15_000 }).toBeGreaterThanOrEqual(count);
      expect(seen.events().map((event) => [event.kv.modRevision, text(event.kv.value)])).toEqual(expected());
      expect(proxy.connections() - before).toBe(cuts.length + 1);
      seen.stop();
      await seen.done;
    },
    20_000,
  );

  it('loses and repeats nothing when one breaks in the middle of an answer in fragments', async () => {
    const large = 'x'.repeat(200_000);
    const { revision } = await write('large/0', `0${large}`);
    for (let index = 1; index < 20; index += 1) await write(`large/${index}`, `${index}${large}`);
    proxy.cut();
    proxy.cutAfter([2_000_000, 2_500_000]);
    const seen = collect(behindProxy, 'large/', revision);
    await expect.poll(() => seen.events().length, { timeout: 15_000 }).toBeGreaterThanOrEqual(20);
    expect(seen.events().map((event) => event.kv.key)).toEqual(Array.from({ length: 20 }, (_, index) => `large/${index}`));
    seen.stop();
    await seen.done;
  }, 20_000);

  it('loses and repeats nothing when etcd is killed and started again in between', async () => {
    const { revision } = await write('killed/0', '0');
    const seen = collect(client, 'killed/', revision);
    for (let round = 1; round <= 3; round += 1) {
      await writeUntilDone(`killed/${round}`, `${round}a`);
      etcd.kill();
      await etcd.restart();
      await writeUntilDone(`killed/${round}`, `${round}b`);
    }
    await writeUntilDone('killed/end', 'end');
    await expect.poll(() => values(seen.events()).at(-1), { timeout: 10_000 }).toBe('end');
    const revisions = seen.events().map((event) => event.kv.modRevision);
    const history = await changesSince(revision);
    expect(revisions).toEqual(history);
    seen.stop();
    await seen.done;
  }, 40_000);
  /** Every write below changes one key under the prefix, so the revisions are without gaps. */
  const changesSince = async (revision: bigint) => {
    const { revision: now } = await client.range({ prefix: 'killed/' });
    return Array.from({ length: Number(now - revision) + 1 }, (_, index) => revision + BigInt(index));
  };
});

describe('a watch on compacted history', () => {
  it('throws TIMEOUT with the revision up to which the history is gone', async () => {
    const { revision } = await write('compacted/a', '1');
    const now = (await write('compacted/a', '2')).revision;
    etcdctl(etcd.flags, 'compact', String(now));
    const seen = collect(client, 'compacted/', revision);
    await expect(seen.done).rejects.toMatchObject({ code: 'TIMEOUT', data: { etcd: 'compacted', compactRevision: String(now) } });
  });

  it('gives what is left when it begins behind the compaction', async () => {
    const { revision } = await write('compacted/b', '1');
    etcdctl(etcd.flags, 'compact', String(revision));
    const seen = collect(client, 'compacted/', revision + 1n);
    await write('compacted/b', '2');
    await expect.poll(() => values(seen.events())).toEqual(['2']);
    seen.stop();
    await seen.done;
  });
});
