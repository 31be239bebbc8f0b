import type { JoinRecord } from '@quorate/core/join/join-record';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtcdClient } from '../etcd/api';
import { startTestEtcd, type TestEtcd } from '../etcd/testing/start-test-etcd';
import type { Stored } from './codec';
import { createJoinTokensStore, type JoinTokenRow, type JoinTokensStore } from './join-tokens-store';
import { createJoinsStore, type JoinsStore, RESERVATION_TTL_SECONDS } from './joins-store';
import { joinIdOf, makeJoin, makeToken, NOON_MS } from './testing/join-fixtures';
import { createLossyEtcd } from './testing/lossy-etcd';

const DAY_S = 24 * 3_600;

let server: TestEtcd;
let etcd: EtcdClient;
let tokens: JoinTokensStore;
let joins: JoinsStore;
/** A token of its own for each test. */
let tokenId = '';
beforeAll(async () => {
  server = await startTestEtcd({ address: '127.0.24.13' });
  etcd = server.client;
  tokens = createJoinTokensStore(etcd);
  joins = createJoinsStore(etcd, tokens);
});
afterAll(() => server?.stop());
beforeEach(async () => {
  for (const { value } of (await joins.list()).records) {
    const stored = await storedJoin(value.id);
    if (stored.lease !== 0n) await etcd.leaseRevoke(stored.lease);
  }
  const holder = await joins.admitted();
  if (holder) await joins.freeAdmission(holder.modRevision);
  tokenId = `token${Math.random()}`;
  await tokens.create(makeToken(tokenId));
});

const need = <T>(value: T | null | undefined): T => {
  if (value === null || value === undefined) throw new Error('the test wrote it before');
  return value;
};
const storedJoin = async (id: string): Promise<Stored<JoinRecord>> => need(await joins.get(id));
const storedToken = async (): Promise<Stored<JoinTokenRow>> => need(await tokens.get(tokenId));
let number = 0;
/** A reserved join of its own. */
const reserve = async (part: Partial<JoinRecord> = {}): Promise<Stored<JoinRecord>> => {
  number += 1;
  const record = makeJoin(number, { tokenId, ...part });
  expect(await joins.reserve(record, null)).toBe(true);
  return storedJoin(record.id);
};
/** What `admit` is asked for. */
const admission = async (join: Stored<JoinRecord>) => {
  const token = await storedToken();
  const use = { joinId: join.value.id, memberName: join.value.joiner.name, atMs: NOON_MS, from: join.value.from };
  return { join, record: { ...join.value, admittedAtMs: NOON_MS }, token, tokenRow: { ...token.value, uses: [...token.value.uses, use] } };
};
const admit = async (join: Stored<JoinRecord>): Promise<Stored<JoinRecord>> => {
  expect(await joins.admit(await admission(join))).toBe(true);
  return storedJoin(join.value.id);
};

describe('a reservation', () => {
  it('lives a minute, and is gone with its lease', async () => {
    const { value, lease } = await reserve();
    expect((await etcd.leaseKeepAliveOnce(lease)).ttlSeconds).toBe(RESERVATION_TTL_SECONDS);
    await etcd.leaseRevoke(lease);
    expect(await joins.get(value.id)).toBeNull();
  });

  it('that is made again lives another minute, whatever becomes of the first lease, and keeps its age', async () => {
    const first = await reserve();
    expect(await joins.reserve({ ...first.value, updatedAtMs: NOON_MS + 1 }, first)).toBe(true);
    await etcd.leaseRevoke(first.lease);
    const second = await storedJoin(first.value.id);
    expect(second.lease).not.toBe(first.lease);
    expect(second.createRevision).toBe(first.createRevision);
  });

  it('is not made over one that somebody else changed meanwhile', async () => {
    const first = await reserve();
    expect(await joins.reserve(first.value, first)).toBe(true);
    expect(await joins.reserve({ ...first.value, phase: 'reserved' }, first)).toBe(false);
    expect(await joins.reserve(first.value, null)).toBe(false);
    expect((await storedJoin(first.value.id)).value.phase).toBe('checked');
  });
});

describe('an admission', () => {
  it('spends the token, admits the join and takes it off its lease, all at one revision', async () => {
    const join = await reserve();
    const admitted = await admit(join);
    const token = await storedToken();
    const holder = need(await joins.admitted());
    expect(admitted).toMatchObject({ lease: 0n, value: { admittedAtMs: NOON_MS } });
    expect(token.value.uses.map((use) => use.joinId)).toEqual([join.value.id]);
    expect(holder.joinId).toBe(join.value.id);
    expect(new Set([admitted.modRevision, token.modRevision, holder.modRevision]).size).toBe(1);
  });

  it('leaves the lease of the token as it is', async () => {
    const before = await storedToken();
    await admit(await reserve());
    expect((await storedToken()).lease).toBe(before.lease);
  });

  it('is refused while another join is admitted, and spends nothing then', async () => {
    const [first, second] = [await reserve(), await reserve()];
    await admit(first);
    const change = await admission(second);
    expect(await joins.admit({ ...change, tokenRow: { ...change.tokenRow, maxUses: 9 } })).toBe(false);
    expect((await storedToken()).value.uses.map((use) => use.joinId)).toEqual([first.value.id]);
    expect(await storedJoin(second.value.id)).toMatchObject({ lease: second.lease, value: { admittedAtMs: null } });
  });

  it('is refused when the token was changed since it was read: it may have been revoked', async () => {
    const change = await admission(await reserve());
    await tokens.replace(change.token, { ...change.token.value, revokedAtMs: NOON_MS });
    expect(await joins.admit(change)).toBe(false);
    expect((await storedToken()).value).toMatchObject({ uses: [], revokedAtMs: NOON_MS });
    expect(await joins.admitted()).toBeNull();
  });

  it('is refused when the reservation died or was made again since it was read', async () => {
    const change = await admission(await reserve());
    await joins.reserve(change.join.value, change.join);
    expect(await joins.admit(change)).toBe(false);
    await etcd.leaseRevoke((await storedJoin(change.record.id)).lease);
    expect(await joins.admit(change)).toBe(false);
    expect((await storedToken()).value.uses).toEqual([]);
  });

  it('has one winner of ten joins that are admitted at the same moment, and the token one use', async () => {
    const waiting: Stored<JoinRecord>[] = [];
    for (let count = 0; count < 10; count += 1) waiting.push(await reserve());
    const changes = await Promise.all(waiting.map((join) => admission(join)));
    const results = await Promise.all(changes.map((change) => joins.admit(change)));
    expect(results.filter(Boolean)).toHaveLength(1);
    const winner = waiting[results.indexOf(true)]?.value.id;
    expect((await joins.admitted())?.joinId).toBe(winner);
    expect((await storedToken()).value.uses.map((use) => use.joinId)).toEqual([winner]);
  });

  it('has one winner also when ten joins have a token each', async () => {
    const changes = [];
    for (let count = 0; count < 10; count += 1) {
      tokenId = `own${count}-${Math.random()}`;
      await tokens.create(makeToken(tokenId));
      changes.push(await admission(await reserve()));
    }
    const results = await Promise.all(changes.map((change) => joins.admit(change)));
    expect(results.filter(Boolean)).toHaveLength(1);
    const uses = await Promise.all(changes.map(async ({ tokenRow }) => need(await tokens.get(tokenRow.id)).value.uses.length));
    expect(uses.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('whose answer is lost is one admission and one use', async () => {
    const lossy = createLossyEtcd(etcd, ['apply-and-lose']);
    const change = await admission(await reserve());
    expect(await createJoinsStore(lossy.etcd, tokens).admit(change)).toBe(true);
    expect((await storedToken()).value.uses).toHaveLength(1);
  });
});

describe('the end of a join', () => {
  it('frees the admission, gives the use back and keeps the record for a day, at one revision', async () => {
    const join = await admit(await reserve());
    const token = await storedToken();
    const record: JoinRecord = { ...join.value, phase: 'undone', undoneReason: 'why not' };
    expect(await joins.finish({ join, record, token: { stored: token, row: { ...token.value, uses: [] } } })).toBe(true);
    const [ended, spent] = [await storedJoin(record.id), await storedToken()];
    expect(ended.value).toMatchObject({ phase: 'undone', undoneReason: 'why not' });
    expect(await joins.admitted()).toBeNull();
    expect(spent).toMatchObject({ lease: token.lease, modRevision: ended.modRevision, value: { uses: [] } });
    expect((await etcd.leaseKeepAliveOnce(ended.lease)).ttlSeconds).toBe(DAY_S);
  });

  it('keeps the use of a join that was promoted', async () => {
    const join = await admit(await reserve());
    expect(await joins.finish({ join, record: { ...join.value, phase: 'promoted' } })).toBe(true);
    expect((await storedToken()).value.uses).toHaveLength(1);
    expect(await joins.admitted()).toBeNull();
  });

  it('of a reservation leaves the admission of another join alone', async () => {
    const [admitted, waiting] = [await admit(await reserve()), await reserve()];
    expect(await joins.finish({ join: waiting, record: { ...waiting.value, phase: 'undone' } })).toBe(true);
    expect((await joins.admitted())?.joinId).toBe(admitted.value.id);
  });

  it('is written by one of five voters that see the promotion at the same moment', async () => {
    const join = await admit(await reserve());
    const record: JoinRecord = { ...join.value, phase: 'promoted' };
    const results = await Promise.all(Array.from({ length: 5 }, () => joins.finish({ join, record })));
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  it('is refused when the token was changed since it was read, and changes nothing then', async () => {
    const join = await admit(await reserve());
    const token = await storedToken();
    await tokens.replace(token, { ...token.value, revokedAtMs: NOON_MS });
    expect(await joins.finish({ join, record: { ...join.value, phase: 'undone' }, token: { stored: token, row: { ...token.value, uses: [] } } })).toBe(false);
    expect((await storedJoin(join.value.id)).value.phase).toBe('checked');
    expect((await joins.admitted())?.joinId).toBe(join.value.id);
    expect((await storedToken()).value.uses).toHaveLength(1);
  });

  it('lets the next join in', async () => {
    const [first, second] = [await admit(await reserve()), await reserve()];
    await joins.finish({ join: first, record: { ...first.value, phase: 'promoted' } });
    await tokens.create(makeToken(`${tokenId}-2`));
    tokenId = `${tokenId}-2`;
    expect((await admit(second)).value.admittedAtMs).toBe(NOON_MS);
  });
});

describe('the admission key', () => {
  it('is freed only at the revision that was looked at', async () => {
    await admit(await reserve());
    const holder = need(await joins.admitted());
    await joins.freeAdmission(holder.modRevision + 1n);
    expect((await joins.admitted())?.joinId).toBe(holder.joinId);
    await joins.freeAdmission(holder.modRevision);
    expect(await joins.admitted()).toBeNull();
  });
});

describe('an admitted join', () => {
  it('is changed only at the revision that was read, and stays without a lease', async () => {
    const join = await admit(await reserve());
    expect(await joins.replace(join, { ...join.value, phase: 'learner-added', memberId: 'abc' })).toBe(true);
    expect(await joins.replace(join, { ...join.value, phase: 'learner-added', memberId: 'def' })).toBe(false);
    expect(await storedJoin(join.value.id)).toMatchObject({ lease: 0n, value: { memberId: 'abc' } });
  });

  it('is listed with those that wait', async () => {
    const [first, second] = [await admit(await reserve()), await reserve()];
    const ids = (await joins.list()).records.map(({ value }) => value.id);
    expect(ids).toEqual(expect.arrayContaining([first.value.id, second.value.id]));
    expect(ids).not.toContain(joinIdOf(999));
  });
});
