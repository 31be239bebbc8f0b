import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEtcd, type TestEtcd } from '../etcd/testing/start-test-etcd';
import { createJoinTokensStore, type JoinTokensStore } from './join-tokens-store';
import { keys } from './keys';
import { joinIdOf, makeToken, NOON_MS } from './testing/join-fixtures';

let server: TestEtcd;
let tokens: JoinTokensStore;
beforeAll(async () => {
  server = await startTestEtcd({ address: '127.0.24.12' });
  tokens = createJoinTokensStore(server.client);
});
afterAll(() => server?.stop());

const HOUR_S = 3_600;
const WEEK_S = 7 * 24 * HOUR_S;

describe('join tokens', () => {
  it('stay listed for a week after they expired, then remove themselves', async () => {
    await tokens.create(makeToken('lease1'));
    const stored = await tokens.get('lease1');
    expect((await server.client.leaseKeepAliveOnce(stored?.lease ?? 0n)).ttlSeconds).toBe(HOUR_S + WEEK_S);
    await server.client.leaseRevoke(stored?.lease ?? 0n);
    expect(await tokens.get('lease1')).toBeNull();
  });

  it('keep their lease when a use is written', async () => {
    await tokens.create(makeToken('lease2'));
    const stored = await tokens.get('lease2');
    if (!stored) throw new Error('it was just written');
    const use = { joinId: joinIdOf(1), memberName: 'n1', atMs: NOON_MS, from: '127.0.24.200' };
    expect(await tokens.replace(stored, { ...stored.value, uses: [use] })).toBe(true);
    const used = await tokens.get('lease2');
    expect(used).toMatchObject({ lease: stored.lease, value: { uses: [use] } });
  });

  it('are written once under an id, and changed only at the revision that was read', async () => {
    expect(await tokens.create(makeToken('once'))).toBe(true);
    expect(await tokens.create(makeToken('once', { name: 'another' }))).toBe(false);
    const stored = await tokens.get('once');
    if (!stored) throw new Error('it was just written');
    expect(await tokens.replace(stored, { ...stored.value, revokedAtMs: NOON_MS })).toBe(true);
    expect(await tokens.replace(stored, { ...stored.value, revokedAtMs: null })).toBe(false);
    expect((await tokens.get('once'))?.value).toMatchObject({ name: null, revokedAtMs: NOON_MS });
  });

  it('rest as a digest: the value in etcd holds no token', async () => {
    await tokens.create(makeToken('digest'));
    const value = new TextDecoder().decode((await server.client.get(keys.joinToken('digest')))?.value);
    expect(JSON.parse(value)).toHaveProperty('sha256');
    expect(value).not.toContain('qrt_');
  });

  it('are listed, the unreadable ones by their key', async () => {
    await server.client.txn({ compares: [], then: [{ kind: 'put', key: keys.joinToken('zz-broken'), value: new Uint8Array([1]) }] });
    const { records, unreadable } = await tokens.list();
    expect(records.map(({ value }) => value.id)).toContain('once');
    expect(unreadable).toEqual([keys.joinToken('zz-broken')]);
  });
});
