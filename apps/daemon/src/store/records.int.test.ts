import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bytes } from '../etcd/testing/bytes';
import { startTestEtcd, type TestEtcd } from '../etcd/testing/start-test-etcd';
import { createAccessStore } from './access-store';
import { createCaStore } from './ca-store';
import { keys } from './keys';
import { createRecords } from './records';
import { createReplicasStore, type ReplicaRow } from './replicas-store';

let server: TestEtcd;
beforeAll(async () => {
  server = await startTestEtcd({ address: '127.0.24.11' });
});
afterAll(() => server?.stop());

const raw = (key: string, value: string) => server.client.txn({ compares: [], then: [{ kind: 'put', key, value: bytes(value) }] });
const schema = z.object({ v: z.literal(1), name: z.string() });
/** A noun of its own for each test. */
const noun = (name: string) => createRecords(server.client, { schema, prefix: `${name}/`, keyOf: (id) => `${name}/${id}` });

describe('records of a noun', () => {
  it('are created once: the second creation is told that it came too late', async () => {
    const rows = noun('created');
    expect(await rows.create('a', { v: 1, name: 'first' })).toBe(true);
    expect(await rows.create('a', { v: 1, name: 'second' })).toBe(false);
    expect((await rows.get('a'))?.value.name).toBe('first');
    expect(await rows.get('b')).toBeNull();
  });

  it('are replaced only at the revision that was read', async () => {
    const rows = noun('replaced');
    await rows.create('a', { v: 1, name: '1' });
    const read = await rows.get('a');
    expect(await rows.replace('a', { value: { v: 1, name: '2' }, expected: read?.modRevision ?? 0n })).toBe(true);
    expect(await rows.replace('a', { value: { v: 1, name: '3' }, expected: read?.modRevision ?? 0n })).toBe(false);
    expect((await rows.get('a'))?.value.name).toBe('2');
  });

  it('keep the revision of their creation when they are replaced', async () => {
    const rows = noun('age');
    await rows.create('a', { v: 1, name: '1' });
    const read = await rows.get('a');
    await rows.replace('a', { value: { v: 1, name: '2' }, expected: read?.modRevision ?? 0n });
    expect((await rows.get('a'))?.createRevision).toBe(read?.createRevision);
  });

  it('hang on a lease where one is given, and lose it when they are replaced without one', async () => {
    const rows = noun('leased');
    const lease = await server.client.leaseGrant(60);
    await rows.create('a', { v: 1, name: '1' }, { lease });
    const read = await rows.get('a');
    expect(read?.lease).toBe(lease);
    await rows.replace('a', { value: { v: 1, name: '2' }, expected: read?.modRevision ?? 0n });
    await server.client.leaseRevoke(lease);
    expect(await rows.get('a')).toMatchObject({ lease: 0n, value: { name: '2' } });
  });

  it('are listed in the order of their keys, with unreadable ones named and left out', async () => {
    const rows = noun('listed');
    await rows.create('c', { v: 1, name: 'c' });
    await rows.create('a', { v: 1, name: 'a' });
    await raw('listed/b', 'not json');
    await raw('listed/d', '{"v":9}');
    const { records, unreadable } = await rows.list();
    expect(records.map(({ value }) => value.name)).toEqual(['a', 'c']);
    expect(unreadable).toEqual(['listed/b', 'listed/d']);
  });

  it('are unreadable one by one with an error that names the key', async () => {
    await raw('single/a', 'not json');
    await expect(noun('single').get('a')).rejects.toMatchObject({ code: 'RECORD_UNREADABLE', data: { key: 'single/a' } });
  });

  it('can be read from this member alone', async () => {
    const rows = noun('serial');
    await rows.create('a', { v: 1, name: 'a' });
    expect((await rows.get('a', { serializable: true }))?.value.name).toBe('a');
    expect((await rows.list({ serializable: true })).records).toHaveLength(1);
  });
});

describe('the rows of replicas', () => {
  const row = (part: Partial<ReplicaRow> = {}): ReplicaRow => ({
    v: 1,
    memberId: 'abc1',
    name: 'n1',
    replicaUrl: 'https://127.0.24.11:8443',
    publicUrl: null,
    quorateVersion: '0.1.0',
    etcdVersion: '3.5.16',
    generation: 1,
    updatedAtMs: 1,
    ...part,
  });
  const unreadable = () => raw(keys.replica('abc9'), 'not json');

  it('are written by their replica whatever they held', async () => {
    const replicas = createReplicasStore(server.client);
    await replicas.save(row());
    await replicas.save(row({ etcdVersion: '3.5.17' }));
    expect(await replicas.list()).toEqual([row({ etcdVersion: '3.5.17' })]);
  });

  it('go with their member; removing what is gone is no error', async () => {
    const replicas = createReplicasStore(server.client);
    await replicas.save(row({ memberId: 'abc2' }));
    await replicas.remove('abc2');
    await replicas.remove('abc2');
    expect((await replicas.list()).map(({ memberId }) => memberId)).not.toContain('abc2');
  });

  it('never keep a replica from starting or a member from going, even when one cannot be read', async () => {
    const replicas = createReplicasStore(server.client);
    await unreadable();
    await replicas.save(row({ memberId: 'abc9' }));
    expect(await replicas.list()).toContainEqual(row({ memberId: 'abc9' }));
    await unreadable();
    await replicas.remove('abc9');
    expect(await server.client.get(keys.replica('abc9'))).toBeNull();
  });
});

describe('rows that exist once', () => {
  it('the CA row is written by the first member and by nobody after it', async () => {
    const store = createCaStore(server.client);
    expect(await store.get()).toBeNull();
    const row = { v: 1, certPem: 'pem', fingerprint: 'sha256:a', clusterId: 'c' } as const;
    expect(await store.create(row)).toBe(true);
    expect(await store.create({ ...row, fingerprint: 'sha256:b' })).toBe(false);
    expect(await store.get({ serializable: true })).toEqual(row);
  });

  it('the digest of the administrator token is written once, and only as a digest', async () => {
    const store = createAccessStore(server.client);
    const row = { v: 1, sha256: 'a'.repeat(64), createdAtMs: 1, createdBy: 'n1' } as const;
    await expect(store.create({ ...row, sha256: 'plaintext' })).rejects.toThrow(z.ZodError);
    expect(await store.create(row)).toBe(true);
    expect(await store.create({ ...row, createdBy: 'n2' })).toBe(false);
    expect(await store.get()).toEqual(row);
  });
});
