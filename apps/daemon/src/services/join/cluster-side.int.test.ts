import { AppError, toAppError } from '@quorate/core/errors/app-error';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PeerIdentity } from '../../pki/api';
import { joinIdOf, makeJoin, makeJoiner, NOON_MS } from '../../store/testing/join-fixtures';
import { type AdmittingReplica, Crash, commitRequest, FROM, NEVER, prepareRequest, startAdmittingReplica } from './testing/admitting-replica';

let replica: AdmittingReplica;
beforeAll(async () => {
  replica = await startAdmittingReplica('127.0.24.22');
});
afterAll(() => replica?.server.stop());
beforeEach(() => replica.reset());

const codeOf = async (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'done',
    (error: unknown) => (error instanceof Crash ? 'crashed' : toAppError(error).code),
  );
/** Three hosts, with addresses and ids of their own in each test: etcd remembers who was removed. */
let first = makeJoiner(1);
let second = makeJoiner(2);
let third = makeJoiner(3);
let hosts = 100;
beforeEach(() => {
  hosts += 3;
  first = makeJoiner(hosts, { name: 'n1' });
  second = makeJoiner(hosts + 1, { name: 'n2' });
  third = makeJoiner(hosts + 2, { name: 'n3' });
});
const peerOf = (joiner = first): PeerIdentity => ({
  kind: 'replica',
  clusterId: 'c'.repeat(16),
  generation: 1,
  memberName: joiner.name,
  publicKeySha256: joiner.publicKeySha256,
});

describe('preparing a join', () => {
  it('reserves a place, and spends and adds nothing', async () => {
    const { id, plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    const stored = await replica.record(first);
    expect(stored.value).toMatchObject({ phase: 'checked', admittedAtMs: null, memberId: null, tokenId: id, from: FROM });
    expect(stored.lease).not.toBe(0n);
    expect((await replica.token(id)).uses).toEqual([]);
    expect(await replica.learners()).toEqual([]);
    expect(replica.events.map(({ type }) => type)).toEqual(['token.created']);
    expect(replica.passed).toEqual(['admit:checked']);
  });

  it('may be repeated: it stays one reservation of the same age', async () => {
    const { plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    const before = await replica.record(first);
    await replica.prepare(first, plaintext);
    const after = await replica.record(first);
    expect(after.createRevision).toBe(before.createRevision);
    expect(after.value.startedAtMs).toBe(before.value.startedAtMs);
    expect((await replica.joins.list()).records).toHaveLength(1);
  });

  it('is refused for a join id that another key has', async () => {
    const { plaintext } = await replica.mint(2);
    await replica.prepare(first, plaintext);
    expect(await codeOf(replica.prepare({ ...second, joinId: first.joinId }, plaintext))).toBe('FORBIDDEN');
  });

  it('is refused for a wrong token before anything is looked at', async () => {
    expect(await codeOf(replica.prepare(first, 'qrt_join_nonsense'))).toBe('JOIN_TOKEN_INVALID');
    expect((await replica.joins.list()).records).toEqual([]);
  });

  it('is told that all uses are taken, and by whom', async () => {
    const { plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    await expect(replica.prepare(second, plaintext)).rejects.toMatchObject({
      code: 'JOIN_TOKEN_EXHAUSTED',
      message: expect.stringContaining('n1 (reserved)'),
      data: { maxUses: 1 },
    });
  });

  it('holds no place while its checks fail: a mistake of one host keeps nobody else out', async () => {
    const { plaintext } = await replica.mint();
    replica.failChecks(true);
    await replica.prepare(first, plaintext);
    expect((await replica.record(first)).value.phase).toBe('reserved');
    replica.failChecks(false);
    expect(await codeOf(replica.prepare(second, plaintext))).toBe('done');
  });

  it('is not held up by the same host, which came before under another id or name', async () => {
    const { plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    const again = { ...first, joinId: joinIdOf(11), name: 'better-name' };
    expect(await codeOf(replica.prepare(again, plaintext))).toBe('done');
    expect(await codeOf(replica.admit(again, plaintext))).toBe('done');
  });
});

describe('admitting a join', () => {
  it('spends the token once and adds the learner', async () => {
    const { id, plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    const { record, members } = await replica.admit(first, plaintext);
    expect(record).toMatchObject({ phase: 'learner-added', admittedAtMs: NOON_MS });
    expect(members.find((member) => member.id.toString(16) === record.memberId)).toMatchObject({ isLearner: true, peerUrls: [first.peerUrl] });
    expect((await replica.record(first)).lease).toBe(0n);
    expect((await replica.token(id)).uses).toEqual([{ joinId: first.joinId, memberName: 'n1', atMs: NOON_MS, from: FROM }]);
    expect(await replica.learners()).toEqual([first.peerUrl]);
    expect(replica.passed).toEqual(['admit:checked', 'admit:admitted', 'admit:learner-added']);
    expect(replica.events).toContainEqual({ type: 'join.admitted', subject: 'n1', detail: `from ${FROM}, token ${id}` });
  });

  it('may be repeated: the same member, the same one use', async () => {
    const { id, plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    const once = await replica.admit(first, plaintext);
    const twice = await replica.admit(first, plaintext);
    expect(twice.record).toEqual(once.record);
    expect(new Set(twice.members.map((member) => member.id))).toEqual(new Set(once.members.map((member) => member.id)));
    expect((await replica.token(id)).uses).toHaveLength(1);
  });

  it('of one join by ten calls at the same moment is one admission', async () => {
    const { id, plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(replica.admit(first, plaintext))));
    for (const code of codes) expect(['done', 'CONFLICT', 'JOIN_QUEUED', 'JOIN_PEER_URL_TAKEN', 'CLUSTER_UNSETTLED']).toContain(code);
    await replica.admit(first, plaintext);
    expect((await replica.token(id)).uses).toHaveLength(1);
    expect(await replica.learners()).toEqual([first.peerUrl]);
  });

  it('is refused when the checks did not pass, or the reservation died', async () => {
    const { id, plaintext } = await replica.mint();
    expect(await codeOf(replica.admit(first, plaintext))).toBe('JOIN_GONE');
    replica.failChecks(true);
    await replica.prepare(first, plaintext);
    expect(await codeOf(replica.admit(first, plaintext))).toBe('JOIN_GONE');
    expect((await replica.token(id)).uses).toEqual([]);
  });

  it('is refused for another key, which cannot take over a reservation', async () => {
    const { id, plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    expect(await codeOf(replica.admit({ ...second, joinId: first.joinId }, plaintext))).toBe('FORBIDDEN');
    expect((await replica.token(id)).uses).toEqual([]);
  });

  it('is refused when the token was revoked after the checks; a join that spent it goes on', async () => {
    const { id, plaintext } = await replica.mint(2);
    await replica.prepare(first, plaintext);
    await replica.admit(first, plaintext);
    await replica.prepare(second, plaintext);
    await replica.tokenService.revoke(id, { name: 'administrator' }, NEVER);
    expect(await codeOf(replica.admit(second, plaintext))).toBe('JOIN_TOKEN_INVALID');
    expect(await codeOf(replica.admit(first, plaintext))).toBe('done');
  });

  it('spends nothing when the name is taken meanwhile', async () => {
    const { id, plaintext } = await replica.mint();
    const namesake = makeJoiner(4, { name: 'test' });
    await replica.prepare(namesake, plaintext);
    expect(await codeOf(replica.admit(namesake, plaintext))).toBe('JOIN_NAME_TAKEN');
    expect((await replica.token(id)).uses).toEqual([]);
  });

  it('spends nothing when the peer URL is taken meanwhile', async () => {
    const { id, plaintext } = await replica.mint();
    const neighbour = makeJoiner(4, { peerUrl: replica.server.flags.peerUrl });
    await replica.prepare(neighbour, plaintext);
    expect(await codeOf(replica.admit(neighbour, plaintext))).toBe('JOIN_PEER_URL_TAKEN');
    expect((await replica.token(id)).uses).toEqual([]);
    expect(await replica.joins.admitted()).toBeNull();
  });

  it('lets exactly one of two hosts in that reserved the last use in the same moment', async () => {
    const { id, plaintext } = await replica.mint();
    for (const joiner of [first, second]) await replica.joins.reserve(makeJoin(0, { id: joiner.joinId, joiner, tokenId: id }), null);
    expect(await codeOf(replica.admit(second, plaintext))).toBe('JOIN_TOKEN_EXHAUSTED');
    expect(await codeOf(replica.admit(first, plaintext))).toBe('done');
    expect((await replica.token(id)).uses.map((use) => use.memberName)).toEqual(['n1']);
  });

  it('ends a join whose learner an operator removed, and gives its use back', async () => {
    const { id, plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    const { record } = await replica.admit(first, plaintext);
    await replica.etcd.memberRemove(BigInt(`0x${record.memberId}`));
    await expect(replica.admit(first, plaintext)).rejects.toMatchObject({ code: 'JOIN_GONE', data: { undoneReason: expect.stringContaining('removed') } });
    expect((await replica.token(id)).uses).toEqual([]);
    expect(await replica.joins.admitted()).toBeNull();
  });
});

describe('the queue', () => {
  it('lets joins in by age, one at a time, and tells each its place', async () => {
    const { plaintext } = await replica.mint(3);
    for (const joiner of [first, second, third]) await replica.prepare(joiner, plaintext);
    await expect(replica.admit(third, plaintext)).rejects.toMatchObject({ code: 'JOIN_QUEUED', data: { position: 3 } });
    await expect(replica.admit(second, plaintext)).rejects.toMatchObject({ code: 'JOIN_QUEUED', data: { position: 2 } });
    await replica.admit(first, plaintext);
    await expect(replica.admit(second, plaintext)).rejects.toMatchObject({ code: 'JOIN_QUEUED', data: { position: 2 } });
    await replica.undo(first.joinId, 'makes room');
    await expect(replica.admit(third, plaintext)).rejects.toMatchObject({ code: 'JOIN_QUEUED', data: { position: 2 } });
    expect(await codeOf(replica.admit(second, plaintext))).toBe('done');
  });

  it('keeps the place of whoever asks for its turn', async () => {
    const { plaintext } = await replica.mint(2);
    for (const joiner of [first, second]) await replica.prepare(joiner, plaintext);
    const before = await replica.record(second);
    expect(await codeOf(replica.admit(second, plaintext))).toBe('JOIN_QUEUED');
    await replica.etcd.leaseRevoke(before.lease);
    expect((await replica.record(second)).createRevision).toBe(before.createRevision);
  });

  it('forgets a host that fell silent, once its reservation died', async () => {
    const { plaintext } = await replica.mint(2);
    for (const joiner of [first, second]) await replica.prepare(joiner, plaintext);
    expect(await codeOf(replica.admit(second, plaintext))).toBe('JOIN_QUEUED');
    await replica.etcd.leaseRevoke((await replica.record(first)).lease);
    expect(await codeOf(replica.admit(second, plaintext))).toBe('done');
  });

  it('is not blocked by an admission whose join is over or gone', async () => {
    const { plaintext } = await replica.mint(2);
    await replica.prepare(first, plaintext);
    const { record } = await replica.admit(first, plaintext);
    const stored = await replica.record(first);
    await replica.joins.replace(stored, { ...record, phase: 'promoted' });
    await replica.etcd.memberRemove(BigInt(`0x${record.memberId}`));
    expect((await replica.joins.admitted())?.joinId).toBe(first.joinId);
    await replica.prepare(second, plaintext);
    expect(await codeOf(replica.admit(second, plaintext))).toBe('done');
  });
});

describe('an admission that is interrupted', () => {
  it('after the token was spent goes on without spending it again', async () => {
    const { id, plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    replica.crashAt('admit:admitted');
    expect(await codeOf(replica.admit(first, plaintext))).toBe('crashed');
    expect(await replica.learners()).toEqual([]);
    expect((await replica.token(id)).uses).toHaveLength(1);
    await replica.prepare(first, plaintext);
    const { record } = await replica.admit(first, plaintext);
    expect(record.phase).toBe('learner-added');
    expect((await replica.token(id)).uses).toHaveLength(1);
    expect(await replica.learners()).toEqual([first.peerUrl]);
  });

  it('after the learner was added, before anybody knew its id, finds that learner', async () => {
    const { id, plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    const lossy = replica.sideWith({
      etcd: {
        ...replica.etcd,
        memberAddLearner: async (url, call) => {
          await replica.etcd.memberAddLearner(url, call);
          throw new AppError('TIMEOUT', { message: 'the answer was lost' });
        },
      },
    });
    expect(await codeOf(lossy.admit(commitRequest(first, plaintext), FROM, NEVER))).toBe('TIMEOUT');
    const [added] = (await replica.etcd.memberList()).filter((member) => member.isLearner);
    expect((await replica.record(first)).value).toMatchObject({ phase: 'checked', memberId: null });
    const { record } = await replica.admit(first, plaintext);
    expect(record.memberId).toBe(added?.id.toString(16));
    expect(await replica.learners()).toHaveLength(1);
    expect((await replica.token(id)).uses).toHaveLength(1);
  });

  it('after the learner was added and written down answers the same again', async () => {
    const { plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    replica.crashAt('admit:learner-added');
    expect(await codeOf(replica.admit(first, plaintext))).toBe('crashed');
    const { memberId } = (await replica.record(first)).value;
    expect((await replica.admit(first, plaintext)).record.memberId).toBe(memberId);
  });

  it('never takes a learner for its own that runs already: it has data, and its host another life', async () => {
    const { id, plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    await replica.etcd.memberAddLearner(first.peerUrl);
    const started = replica.sideWith({
      etcd: {
        ...replica.etcd,
        memberList: async (call) => (await replica.etcd.memberList(call)).map((member) => ({ ...member, name: member.name || 'running' })),
      },
    });
    expect(await codeOf(started.admit(commitRequest(first, plaintext), FROM, NEVER))).toBe('JOIN_PEER_URL_TAKEN');
    expect((await replica.token(id)).uses).toEqual([]);
  });
});

describe('undoing a join', () => {
  const admitted = async () => {
    const { id, plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    await replica.admit(first, plaintext);
    return { id, plaintext };
  };

  it('removes the learner, gives the use back and lets the next one in', async () => {
    const { id } = await admitted();
    expect(await replica.undo(first.joinId, 'the disk is full')).toBe('undone');
    expect(await replica.learners()).toEqual([]);
    expect((await replica.token(id)).uses).toEqual([]);
    expect((await replica.record(first)).value).toMatchObject({ phase: 'undone', undoneReason: 'the disk is full' });
    expect(await replica.joins.admitted()).toBeNull();
    expect(replica.events.at(-1)).toEqual({ type: 'join.undone', subject: 'n1', detail: 'the disk is full' });
  });

  it('may be repeated, and is told once', async () => {
    await admitted();
    expect(await replica.undo(first.joinId, 'one')).toBe('undone');
    expect(await replica.undo(first.joinId, 'two')).toBe('undone');
    expect(await replica.undo(joinIdOf(99), 'never was')).toBe('undone');
    expect((await replica.record(first)).value.undoneReason).toBe('one');
    expect(replica.events.filter(({ type }) => type === 'join.undone')).toHaveLength(1);
  });

  it('is told to its joiner when it comes back, so that it begins anew under another id', async () => {
    const { plaintext } = await admitted();
    await replica.undo(first.joinId, 'no progress for 300 s');
    await expect(replica.prepare(first, plaintext)).rejects.toMatchObject({ code: 'JOIN_GONE', data: { undoneReason: 'no progress for 300 s' } });
    const again = { ...first, joinId: joinIdOf(12) };
    await replica.prepare(again, plaintext);
    // Within the second of its removal etcd does not take the same address again.
    expect(['done', 'CLUSTER_UNSETTLED']).toContain(await codeOf(replica.admit(again, plaintext)));
    await expect.poll(() => codeOf(replica.admit(again, plaintext)), { timeout: 5_000 }).toBe('done');
  });

  it('that was interrupted after the learner went is finished by the next one', async () => {
    const { id } = await admitted();
    const finish = () => Promise.reject(new Crash('died before the record'));
    await expect(replica.undo(first.joinId, 'once', { joins: { ...replica.joins, finish } })).rejects.toThrow(Crash);
    expect(await replica.learners()).toEqual([]);
    expect((await replica.token(id)).uses).toHaveLength(1);
    expect(await replica.undo(first.joinId, 'again')).toBe('undone');
    expect((await replica.token(id)).uses).toEqual([]);
  });

  it('removes the learner of an admission that was interrupted before its id was known', async () => {
    const { plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    replica.crashAt('admit:admitted');
    await codeOf(replica.admit(first, plaintext));
    await replica.etcd.memberAddLearner(first.peerUrl);
    await replica.undo(first.joinId, 'nobody came back');
    expect(await replica.learners()).toEqual([]);
  });

  it('of a mere reservation leaves the learner of another join at the same address alone', async () => {
    const { plaintext } = await replica.mint(2);
    await replica.prepare(first, plaintext);
    const again = { ...first, joinId: joinIdOf(13) };
    await replica.prepare(again, plaintext);
    await replica.admit(again, plaintext);
    expect(await replica.undo(first.joinId, 'an older try')).toBe('undone');
    expect(await replica.learners()).toEqual([first.peerUrl]);
  });

  it('never removes a voter: that is a removal of a member, and has rules of its own', async () => {
    const { id } = await replica.mint();
    const { memberId } = await replica.etcd.status();
    const join = makeJoin(5, { tokenId: id, memberId: memberId.toString(16), admittedAtMs: NOON_MS, phase: 'catching-up' });
    await replica.joins.reserve(join, null);
    await expect(replica.undo(join.id, 'too late')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await replica.etcd.memberList()).toHaveLength(1);
  });

  it('leaves a promoted join as it is', async () => {
    await admitted();
    const stored = await replica.record(first);
    await replica.joins.replace(stored, { ...stored.value, phase: 'promoted' });
    expect(await replica.undo(first.joinId, 'too late')).toBe('promoted');
    expect(await replica.learners()).toEqual([first.peerUrl]);
  });

  it('is for its own joiner alone: by its certificate, or by the token it used', async () => {
    const { plaintext } = await admitted();
    const other = await replica.mint();
    const undo = (proof: { peer: PeerIdentity } | { token: string }) => codeOf(replica.side.undo({ joinId: first.joinId, reason: 'gave up', proof }, NEVER));
    expect(await undo({ peer: peerOf(second) })).toBe('FORBIDDEN');
    expect(await undo({ token: other.plaintext })).toBe('FORBIDDEN');
    expect(await undo({ token: 'qrt_join_nonsense' })).toBe('JOIN_TOKEN_INVALID');
    expect(await replica.learners()).toHaveLength(1);
    expect(await undo({ token: plaintext })).toBe('done');
    expect(await undo({ peer: peerOf() })).toBe('done');
    expect(await replica.learners()).toEqual([]);
  });
});

describe('the reports of a joiner', () => {
  const report = (appliedIndex: string | null, phase: 'started' | 'catching-up' = 'catching-up', leaderIndex = 500n) =>
    replica.side.progress({ joinId: first.joinId, request: { phase, appliedIndex, dbSizeBytes: null }, peer: peerOf(), leaderIndex }, NEVER);
  beforeEach(async () => {
    const { plaintext } = await replica.mint();
    await replica.prepare(first, plaintext);
    await replica.admit(first, plaintext);
    replica.passed.length = 0;
  });

  it('move the join on, never back, and wake the membership loop each time', async () => {
    const before = replica.wakes();
    expect((await report(null, 'started')).phase).toBe('started');
    expect((await report('100')).phase).toBe('catching-up');
    expect((await report(null, 'started')).phase).toBe('catching-up');
    expect((await replica.record(first)).value).toMatchObject({ phase: 'catching-up', appliedIndex: '100', leaderIndexAtStart: '500' });
    expect(replica.passed).toEqual(['admit:started', 'admit:catching-up']);
    expect(replica.wakes() - before).toBe(3);
  });

  it('are written every two seconds at most: the figures are for people', async () => {
    await report('100');
    const written = (await replica.record(first)).modRevision;
    await replica.clock.advance(1_000);
    expect((await report('200')).appliedIndex).toBe('200');
    expect((await replica.record(first)).modRevision).toBe(written);
    await replica.clock.advance(1_000);
    await report('300');
    expect((await replica.record(first)).value.appliedIndex).toBe('300');
  });

  it('count as progress only while the index grows', async () => {
    const start = await report('100');
    await replica.clock.advance(5_000);
    expect((await report('100')).progressedAtMs).toBe(start.progressedAtMs);
    expect((await report('90')).appliedIndex).toBe('100');
    expect((await report('101')).progressedAtMs).toBe(start.progressedAtMs + 5_000);
  });

  it('are compared as the large numbers that they are', async () => {
    await report('9');
    expect((await report('10')).appliedIndex).toBe('10');
    expect((await report('18446744073709551615')).appliedIndex).toBe('18446744073709551615');
  });

  it('of another key are FORBIDDEN, of an unknown join JOIN_GONE', async () => {
    const request = { phase: 'started', appliedIndex: null, dbSizeBytes: null } as const;
    expect(await codeOf(replica.side.progress({ joinId: first.joinId, request, peer: peerOf(second), leaderIndex: null }, NEVER))).toBe('FORBIDDEN');
    expect(await codeOf(replica.side.progress({ joinId: joinIdOf(98), request, peer: peerOf(), leaderIndex: null }, NEVER))).toBe('JOIN_GONE');
  });

  it('after the end are answered with the end', async () => {
    await replica.undo(first.joinId, 'evicted');
    expect(await report('100')).toMatchObject({ phase: 'undone', undoneReason: 'evicted' });
  });
});

describe('the same join on two replicas at once', () => {
  it('is prepared by one of them, and the other says so', async () => {
    const { plaintext } = await replica.mint();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = replica.sideWith({
      runChecks: async () => {
        await gate;
        return [];
      },
    });
    const late = codeOf(slow.prepare(prepareRequest(first, plaintext), FROM, NEVER));
    await replica.prepare(first, plaintext);
    release();
    expect(await late).toBe('CONFLICT');
    expect((await replica.joins.list()).records).toHaveLength(1);
  });
});
