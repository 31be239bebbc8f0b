import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEtcd, type TestEtcd } from './testing/start-test-etcd';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

describe('the client on a cluster of one', () => {
  let etcd: TestEtcd;
  beforeAll(async () => {
    etcd = await startTestEtcd({ address: '127.0.21.1' });
  }, 30_000);
  afterAll(() => etcd?.stop());

  it('reads back what a transaction wrote', async () => {
    const put = await etcd.client.txn({ compares: [{ kind: 'create-revision', key: 'a', equals: 0n }], then: [{ kind: 'put', key: 'a', value: bytes('one') }] });
    expect(put.succeeded).toBe(true);
    const kv = await etcd.client.get('a');
    expect(text(kv?.value)).toBe('one');
    expect(kv?.modRevision).toBe(put.revision);
  });
});
