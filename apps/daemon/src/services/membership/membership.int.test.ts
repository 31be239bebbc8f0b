import { AppError } from '@quorate/core/errors/app-error';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeJoin, makeJoiner, NOON_MS } from '../../store/testing/join-fixtures';
import { runMembershipRound } from './membership';
import { observeMembership } from './observe';
import { EVICT_AFTER_MS, type GrowingCluster, NEVER, startGrowingCluster } from './testing/growing-cluster';

/** Addresses nobody listens at: learners there never start. */
const url = (number: number) => `https://127.0.24.200:${number}`;

describe('a learner that does not come', () => {
  let cluster: GrowingCluster;
  let number = 0;
  beforeAll(async () => {
    cluster = await startGrowingCluster(['127.0.24.81']);
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    for (const member of await cluster.etcd.memberList()) if (member.isLearner) await cluster.etcd.memberRemove(member.id);
    const holder = await cluster.joins.admitted();
    if (holder) await cluster.joins.freeAdmission(holder.modRevision);
    for (const { value } of (await cluster.joins.list()).records)
      await cluster.etcd.txn({ compares: [], then: [{ kind: 'delete', key: `/quorate/v1/joins/${value.id}` }] });
    cluster.events.length = 0;
    number += 10;
  });
  const round = (part = {}) => runMembershipRound(cluster.deps(part), NEVER);

  it('is neither promoted nor evicted at once, and the round says why', async () => {
    const member = await cluster.admitLearner(number, url(number));
    const rejected = await round();
    const subject = member.id.toString(16);
    expect(rejected).toContainEqual({ kind: 'promote', subject, reason: 'etcd says it is not in sync with the leader yet' });
    expect(await cluster.learners()).toEqual([url(number)]);
    expect(await cluster.record(number)).toMatchObject({ phase: 'learner-added' });
  });

  it('is evicted when it made no progress for as long as the policy says; its join is undone and its use given back', async () => {
    const member = await cluster.admitLearner(number, url(number));
    await cluster.clock.advance(EVICT_AFTER_MS - 1_000);
    await round();
    expect(await cluster.learners()).toHaveLength(1);
    await cluster.clock.advance(1_000);
    await round();
    expect(await cluster.learners()).toEqual([]);
    expect(await cluster.record(number)).toMatchObject({ phase: 'undone', undoneReason: expect.stringContaining('no progress for 300 s') });
    expect(await cluster.uses(number)).toBe(0);
    expect(await cluster.joins.admitted()).toBeNull();
    expect(cluster.events.map(({ type, subject }) => [type, subject])).toEqual([
      ['join.undone', `n${number}`],
      ['learner.evicted', member.id.toString(16)],
    ]);
  });

  it('is given time again by every sign of progress, also one that only this replica heard', async () => {
    await cluster.admitLearner(number, url(number));
    await cluster.clock.advance(EVICT_AFTER_MS);
    const reported = { appliedIndex: 3n, atMs: cluster.clock.now() - 1_000 };
    await round({ reportOf: () => reported });
    expect(await cluster.learners()).toHaveLength(1);
    await round();
    expect(await cluster.learners()).toEqual([]);
  });

  it('goes at once when its join was undone and the learner was left behind', async () => {
    await cluster.admitLearner(number, url(number), { phase: 'undone', undoneReason: 'gave up' });
    await round();
    expect(await cluster.learners()).toEqual([]);
    expect(cluster.events.map(({ type }) => type)).toEqual(['learner.evicted']);
  });

  it('goes in its time when no record names it at all', async () => {
    await cluster.etcd.memberAddLearner(url(number));
    const firstSeenMs = () => cluster.clock.now() - EVICT_AFTER_MS + 1_000;
    await round({ firstSeenMs });
    expect(await cluster.learners()).toHaveLength(1);
    await round({ firstSeenMs: () => cluster.clock.now() - EVICT_AFTER_MS });
    expect(await cluster.learners()).toEqual([]);
  });

  it('is not taken for that of an older join of the same host, which was undone before it had one', async () => {
    const older = makeJoin(1, { phase: 'undone', admittedAtMs: NOON_MS, memberId: null, joiner: makeJoiner(1, { peerUrl: url(number) }) });
    const abandoned = makeJoin(2, { joiner: makeJoiner(2, { peerUrl: url(number) }) });
    for (const record of [older, abandoned]) await cluster.joins.reserve(record, null);
    await cluster.admitLearner(number, url(number));
    const { view } = await observeMembership(cluster.deps(), NEVER);
    expect(view.learners).toMatchObject([{ joinId: (await cluster.record(number)).id, phase: 'learner-added' }]);
    await round();
    expect(await cluster.learners()).toHaveLength(1);
  });

  it('is known by its address while its admission was interrupted before its id was written down', async () => {
    const { value } = await cluster.admit(number, url(number));
    await cluster.etcd.memberAddLearner(url(number));
    const { view } = await observeMembership(cluster.deps(), NEVER);
    expect(view.learners).toMatchObject([{ joinId: value.id, phase: 'checked', addedAtMs: value.admittedAtMs }]);
  });

  it('was never added: its join is undone a minute after it was admitted', async () => {
    await cluster.admit(number, url(number));
    await cluster.clock.advance(60_000);
    await round();
    expect(await cluster.record(number)).toMatchObject({ phase: 'checked' });
    await cluster.clock.advance(1_000);
    await round();
    expect(await cluster.record(number)).toMatchObject({ phase: 'undone', undoneReason: expect.stringContaining('never added') });
    expect(await cluster.uses(number)).toBe(0);
  });

  it('was removed by other means: its join is undone as well', async () => {
    const member = await cluster.admitLearner(number, url(number));
    await cluster.etcd.memberRemove(member.id);
    await cluster.clock.advance(61_000);
    await round();
    expect(await cluster.record(number)).toMatchObject({ phase: 'undone', undoneReason: expect.stringContaining('no longer a member') });
  });

  it('waits for its turn when something else has to be done: one change a round', async () => {
    await cluster.admit(number, url(number));
    const holder = await cluster.joins.admitted();
    await cluster.joins.freeAdmission(holder?.modRevision ?? 0n);
    await cluster.admitLearner(number + 1, url(number + 1));
    await cluster.clock.advance(EVICT_AFTER_MS);
    const rejected = await round();
    expect(rejected).toContainEqual(expect.objectContaining({ kind: 'undo-join', reason: expect.stringContaining('one change per round') }));
    expect(await cluster.learners()).toEqual([]);
    expect((await cluster.record(number)).phase).toBe('checked');
    await round();
    expect((await cluster.record(number)).phase).toBe('undone');
  });

  it('leaves a cluster alone in which nothing is to be done', async () => {
    expect(await round()).toEqual([]);
    expect(cluster.events).toEqual([]);
  });
});

describe.each([
  ['by five voters at once, told once', 91],
  ['although the answer of etcd was lost', 93],
  ['although the voter died before it wrote that down', 95],
] as const)('a learner that has caught up is promoted %s', (title, octet) => {
  let cluster: GrowingCluster;
  beforeAll(async () => {
    cluster = await startGrowingCluster([`127.0.24.${octet}`], [`127.0.24.${octet + 1}`]);
  });
  afterAll(() => cluster?.stop());
  const round = (part = {}) => runMembershipRound(cluster.deps(part), NEVER);

  it(`and its join is finished (${title})`, async () => {
    const newcomer = await cluster.newcomer('n7', `127.0.24.${octet + 1}`);
    const member = await cluster.admitLearner(7, newcomer.flags.peerUrl);
    await newcomer.start();
    // Heard of, it is promoted; not heard of for long, it would never be: a dead voter costs quorum.
    await cluster.clock.advance(11_000);
    expect(await round()).toContainEqual({ kind: 'promote', subject: member.id.toString(16), reason: expect.stringContaining('not in contact') });
    await cluster.hear(newcomer);

    if (octet === 91) {
      await Promise.all([1, 2, 3, 4, 5].map(() => round().catch(() => undefined)));
    } else if (octet === 93) {
      const memberPromote = async (...call: Parameters<typeof cluster.etcd.memberPromote>) => {
        await cluster.etcd.memberPromote(...call);
        throw new AppError('TIMEOUT', { message: 'the answer was lost' });
      };
      await expect(round({ etcd: { ...cluster.etcd, memberPromote } })).rejects.toMatchObject({ code: 'TIMEOUT' });
      expect((await cluster.record(7)).phase).toBe('learner-added');
      await round();
    } else {
      const failpoint = (point: string) => {
        if (point === 'admit:promote-sent') throw new Error('died');
      };
      await expect(round({ failpoint })).rejects.toThrow('died');
      expect(await cluster.joins.admitted()).not.toBeNull();
      await round();
    }

    await expect.poll(async () => (await cluster.record(7)).phase, { timeout: 5_000 }).toBe('promoted');
    expect((await cluster.etcd.memberList()).filter(({ isLearner }) => isLearner)).toEqual([]);
    expect(await cluster.uses(7)).toBe(1);
    expect(await cluster.joins.admitted()).toBeNull();
    expect(cluster.events.map(({ type, subject }) => [type, subject])).toEqual([['member.promoted', 'n7']]);
    expect(cluster.changes()).toBeGreaterThan(0);
    expect(await round()).toEqual([]);
  });
});
