import { ClusterStatusSchema } from '@quorate/core/api/cluster';
import { describe, expect, it } from 'vitest';
import { joinIdOf, makeJoiner, NOON_MS } from '../../store/testing/join-fixtures';
import { drawCluster } from './cluster-view';
import { makeEtcdStatus, makeFacts, makeHeard, makeLiveJoin, makeMember } from './testing/made-up-facts';

const draw = (...args: Parameters<typeof makeFacts>) => ClusterStatusSchema.parse(drawCluster(makeFacts(...args)));
const memberOf = (status: ReturnType<typeof draw>, id: string) => {
  const found = status.members.find((member) => member.id === id);
  if (!found) throw new Error(`${id} is not in the picture`);
  return found;
};
const codes = (status: ReturnType<typeof draw>) => status.conditions.map(({ code }) => code);
const silent = (id: string, forMs: number) => makeHeard(id, { isFresh: false, atMs: NOON_MS - forMs });
const withLearner = (part: Parameters<typeof makeFacts>[0] = {}) =>
  draw({ members: [...['a', 'b', 'c'].map((id) => makeMember(id)), makeMember('d', { role: 'learner' })], joins: [makeLiveJoin(1)], ...part });

describe('the picture of a healthy cluster', () => {
  it('shows every voter in contact, the leader, and how many failures it survives', () => {
    const status = draw();
    expect(status.members.map(({ id, phase, isLeader, isSelf, lagEntries }) => [id, phase, isLeader, isSelf, lagEntries])).toEqual([
      ['a', 'ready', true, true, 0],
      ['b', 'ready', false, false, 0],
      ['c', 'ready', false, false, 0],
    ]);
    expect(status).toMatchObject({ leaderId: 'a', raftTerm: '7', servedBy: { memberId: 'a', name: 'n-a', role: 'voter' } });
    expect(status.quorum).toMatchObject({ voters: 3, reachable: 3, toleranceNow: 1, words: 'survives 1 more failure' });
    expect(status.conditions).toEqual([]);
  });

  it('tells what this replica knows of itself first hand, of others what they said last', () => {
    const status = draw({ heard: new Map([makeHeard('b', { rttMs: 1.5, atMs: NOON_MS - 400 }, { raftAppliedIndex: '990', dbSizeBytes: 7 }), makeHeard('c')]) });
    expect(memberOf(status, 'a')).toMatchObject({ rttMs: 0, lastContactAt: new Date(NOON_MS).toISOString(), dbSizeBytes: 20_480, etcdVersion: '3.5.26' });
    expect(memberOf(status, 'b')).toMatchObject({ rttMs: 1.5, lastContactAt: new Date(NOON_MS - 400).toISOString(), dbSizeBytes: 7, lagEntries: 10 });
  });

  it('is in the order of names, whatever order etcd lists members in', () => {
    const members = [makeMember('c', { name: 'alpha' }), makeMember('a', { name: 'gamma' }), makeMember('b', { name: 'beta' })];
    expect(draw({ members }).members.map(({ name }) => name)).toEqual(['alpha', 'beta', 'gamma']);
  });

  it('lists the replica listeners, its own first and each once', () => {
    const members = [makeMember('c', { replicaUrl: null }), makeMember('b'), makeMember('a')];
    expect(draw({ members }).replicaUrls).toEqual(['https://a:8443', 'https://b:8443']);
  });

  it('never calls a member ahead of a leader that was asked a moment earlier', () => {
    const status = draw({ heard: new Map([makeHeard('b', {}, { raftAppliedIndex: '1003' }), makeHeard('c')]) });
    expect(memberOf(status, 'b').lagEntries).toBe(0);
  });

  it('keeps indexes and ids exact beyond what a JavaScript number holds', () => {
    const id = 'ffffffffffffffff';
    const huge = 2n ** 63n + 1n;
    const status = draw({
      self: { ...makeFacts().self, memberId: id },
      members: [makeMember(id)],
      etcd: makeEtcdStatus({ memberId: BigInt(`0x${id}`), leaderId: BigInt(`0x${id}`), raftAppliedIndex: huge }),
      heard: new Map(),
    });
    expect(memberOf(status, id)).toMatchObject({ isLeader: true, isSelf: true, raftAppliedIndex: huge.toString() });
  });
});

describe('a voter that falls silent', () => {
  it('stays ready for the length of an election and a little more, then is unreachable', () => {
    const before = draw({ heard: new Map([silent('b', 3_400), makeHeard('c')]) });
    const after = draw({ heard: new Map([silent('b', 3_500), makeHeard('c')]) });
    expect([memberOf(before, 'b').phase, memberOf(after, 'b').phase]).toEqual(['ready', 'unreachable']);
    expect(codes(after)).toEqual(expect.arrayContaining(['MEMBER_UNREACHABLE', 'TOLERANCE_ZERO']));
    expect(after.quorum.words).toBe('does not survive another failure');
  });

  it('is unreachable when nobody ever heard of it', () => {
    const status = draw({ heard: new Map([makeHeard('b')]) });
    expect(memberOf(status, 'c')).toMatchObject({ phase: 'unreachable', lastContactAt: null, raftAppliedIndex: null, lagEntries: null });
  });

  it('is one of two that make the cluster read-only, and the picture says so', () => {
    const status = draw({ heard: new Map([silent('b', 9_000), silent('c', 9_000)]), etcd: makeEtcdStatus({ leaderId: 0n }) });
    expect(status).toMatchObject({ leaderId: null, quorum: { hasQuorum: false, words: 'cannot write: 2 of 3 voters are down' } });
    expect(codes(status)[0]).toBe('NO_QUORUM');
  });
});

describe('the leader', () => {
  it('is nobody while the own etcd says so, whatever others said before', () => {
    const status = draw({ etcd: makeEtcdStatus({ leaderId: 0n }) });
    expect(status.leaderId).toBeNull();
    expect(codes(status)).toContain('NO_LEADER');
  });

  it('is the one that a fresh voter names while the own etcd does not answer', () => {
    const heard = new Map([makeHeard('b', { isFresh: false }, { leaderId: 'a' }), makeHeard('c', {}, { leaderId: 'c' })]);
    const status = draw({ etcd: null, heard });
    expect(status).toMatchObject({ leaderId: 'c', raftTerm: '0' });
    expect(memberOf(status, 'a')).toMatchObject({ phase: 'unreachable', isLeader: false, etcdVersion: null, dbSizeBytes: null });
    expect(memberOf(status, 'c').isLeader).toBe(true);
  });

  it('is never named by a learner, which may not know', () => {
    const status = draw({ etcd: null, heard: new Map([makeHeard('b', {}, { isLearner: true, leaderId: 'b' })]) });
    expect(status.leaderId).toBeNull();
  });
});

describe('a learner', () => {
  it('is unstarted until somebody hears of it', () => {
    expect(memberOf(withLearner(), 'd')).toMatchObject({ phase: 'unstarted', role: 'learner', join: { joinId: joinIdOf(1) } });
  });

  it('is catching up while it is in contact, and stalled when it falls silent', () => {
    const status = (forMs: number) => withLearner({ heard: new Map([makeHeard('d', { isFresh: forMs === 0, atMs: NOON_MS - forMs }, { isLearner: true })]) });
    expect(memberOf(status(0), 'd').phase).toBe('catching-up');
    expect(memberOf(status(9_000), 'd').phase).toBe('stalled');
  });

  it('has no vote: quorum is that of the voters', () => {
    expect(withLearner().quorum).toMatchObject({ voters: 3, needed: 2, toleranceNow: 1 });
  });

  it('that stands still although it is heard is stalled, with the reason', () => {
    const status = withLearner({
      joins: [makeLiveJoin(1, { progressedAtMs: NOON_MS - 60_000 })],
      heard: new Map([makeHeard('d', {}, { isLearner: true, raftAppliedIndex: '1' })]),
      history: new Map([[joinIdOf(1), [{ atMs: NOON_MS - 60_000, appliedIndex: 1n }]]]),
      maxLagEntries: 10,
    });
    expect(memberOf(status, 'd')).toMatchObject({ phase: 'stalled', join: { stallReason: expect.stringContaining('999 entries behind') } });
    expect(codes(status)).toContain('LEARNER_STALLED');
  });

  it('without a join is a finding: it was added by other means or left behind', () => {
    expect(codes(withLearner({ joins: [] }))).toContain('LEARNER_DANGLING');
  });
});

describe('the progress of a join', () => {
  const history = new Map([
    [
      joinIdOf(1),
      [
        { atMs: NOON_MS - 2_000, appliedIndex: 300n },
        { atMs: NOON_MS, appliedIndex: 500n },
      ],
    ],
  ]);

  it('is percent, seconds left and no complaint while it moves', () => {
    expect(withLearner({ history }).joins).toMatchObject([{ phase: 'catching-up', percent: 50, etaSeconds: 5, stallReason: null, queuePosition: null }]);
  });

  it('is unknown while nothing was heard', () => {
    expect(withLearner().joins).toMatchObject([{ percent: null, etaSeconds: null, stallReason: null }]);
  });

  it('counts by its samples: a record that was written long ago does not make it stall', () => {
    const joins = [makeLiveJoin(1, { progressedAtMs: NOON_MS - 60_000 })];
    expect(withLearner({ history, joins }).joins[0]?.stallReason).toBeNull();
  });

  it('is a place in the queue for those that wait, none for those that still check', () => {
    const waiting = (number: number, phase: 'checked' | 'reserved') =>
      makeLiveJoin(number, { phase, admittedAtMs: null, memberId: null, joiner: makeJoiner(number) });
    const positions = (joins: ReturnType<typeof waiting>[]) => draw({ joins }).joins.map(({ queuePosition }) => queuePosition);
    expect(positions([makeLiveJoin(1), waiting(2, 'checked'), waiting(3, 'reserved'), waiting(4, 'checked')])).toEqual([null, 1, null, 2]);
    expect(positions([waiting(2, 'checked'), waiting(4, 'checked')])).toEqual([null, 2]);
  });

  it('is over with the join: an undone one is a finding instead, a promoted one nothing', () => {
    const undone = makeLiveJoin(1, { phase: 'undone', undoneReason: 'no progress for 300 s', updatedAtMs: NOON_MS - 60_000 });
    const status = draw({ joins: [undone, makeLiveJoin(2, { phase: 'promoted' })] });
    expect(status.joins).toEqual([]);
    expect(status.conditions).toMatchObject([{ code: 'JOIN_UNDONE', evidence: expect.stringContaining('no progress for 300 s') }]);
  });

  it('that never got past its checks is no finding when it ends', () => {
    expect(draw({ joins: [makeLiveJoin(1, { phase: 'undone', admittedAtMs: null, memberId: null })] }).conditions).toEqual([]);
  });
});

describe('findings about this replica', () => {
  it.each([
    ['an etcd that is being restarted', { etcdRestarting: { restarts: 3, reason: 'etcd was ended by SIGKILL' } }, 'ETCD_RESTARTING'],
    ['a mode that its data rule out', { modeIgnored: true }, 'MODE_IGNORED'],
    ['a missing CA key', { hasCaKey: false }, 'CA_KEY_MISSING'],
    ['a certificate that ends soon', { certificates: [{ file: 'peer.crt', notAfter: new Date(NOON_MS + 86_400_000) }] }, 'CERTIFICATE_EXPIRING'],
    ['records that cannot be read', { unreadableKeys: ['/quorate/v1/joins/x'] }, 'RECORD_UNREADABLE'],
    ['a database that is nearly full', { quotaBytes: 24_000 }, 'DATABASE_NEARLY_FULL'],
    ['an alarm of etcd', { etcd: makeEtcdStatus({ errors: ['memberID:10 alarm:NOSPACE '] }) }, 'ALARM_NOSPACE'],
  ] as const)('name %s', (_title, part, code) => {
    expect(codes(draw(part))).toContain(code);
  });
});

describe('a replica that knows nothing yet', () => {
  it('has a picture all the same', () => {
    const status = draw({ members: [], heard: new Map(), etcd: null });
    expect(status).toMatchObject({ members: [], leaderId: null, servedBy: { name: 'n-a', role: 'voter' }, quorum: { voters: 0 } });
    expect(status.replicaUrls).toEqual(['https://a:8443']);
  });
});
