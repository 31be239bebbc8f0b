import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MembershipPolicy, type MembershipView, type PlannedLearner, type PlannedMember, planMembership } from './membership-plan';

const NOW = 10_000_000;
const policy: MembershipPolicy = { maxLagEntries: 1000, evictAfterMs: 300_000 };
const JOIN = 'a'.repeat(32);

const voter = (id: string, up = true): PlannedMember => ({ id, name: `n-${id}`, role: 'voter', up });
const learnerMember = (id: string, up = true): PlannedMember => ({ id, name: `n-${id}`, role: 'learner', up });
const learner = (over: Partial<PlannedLearner> = {}): PlannedLearner => ({
  memberId: 'b',
  peerUrl: 'https://10.0.0.12:2380',
  joinId: JOIN,
  phase: 'catching-up',
  appliedIndex: 99_990n,
  appliedIndexIsLowerBound: false,
  addedAtMs: NOW - 30_000,
  progressedAtMs: NOW - 1000,
  ...over,
});
const view = (over: Partial<MembershipView> = {}): MembershipView => ({
  nowMs: NOW,
  hasLeader: true,
  leaderAppliedIndex: 100_000n,
  members: [voter('a'), learnerMember('b')],
  learners: [],
  orphanedJoins: [],
  ...over,
});

const cases: readonly { name: string; view: MembershipView; change: unknown; reasons?: readonly [kind: string, reason: RegExp][] }[] = [
  { name: 'an ordinary cluster without learners', view: view({ members: [voter('a')] }), change: null, reasons: [] },
  {
    name: 'a learner within the lag gate',
    view: view({ learners: [learner()] }),
    change: { kind: 'promote', memberId: 'b', joinId: JOIN, lag: 10n },
    reasons: [['evict', /progressed 1 s ago; it is evicted after 300 s/]],
  },
  {
    name: 'a learner exactly at the gate',
    view: view({ learners: [learner({ appliedIndex: 99_000n })] }),
    change: { kind: 'promote', memberId: 'b', joinId: JOIN, lag: 1000n },
  },
  {
    name: 'a learner one entry beyond the gate, which etcd would let through',
    view: view({ learners: [learner({ appliedIndex: 98_999n })] }),
    change: null,
    reasons: [['promote', /1001 entries behind; at most 1000/]],
  },
  {
    name: 'a learner read after the leader was',
    view: view({ learners: [learner({ appliedIndex: 100_007n })] }),
    change: { kind: 'promote', memberId: 'b', joinId: JOIN, lag: 0n },
  },
  {
    name: 'an unknown index on a short log',
    view: view({ leaderAppliedIndex: 10_000n, learners: [learner({ appliedIndex: null })] }),
    change: { kind: 'promote', memberId: 'b', joinId: JOIN, lag: null },
  },
  {
    name: 'an unknown index on a long log',
    view: view({ leaderAppliedIndex: 10_010n, learners: [learner({ appliedIndex: null })] }),
    change: null,
    reasons: [['promote', /not known, and etcd's own check would let it be 1001 entries behind/]],
  },
  {
    name: 'a lower bound that already proves the gate',
    view: view({ learners: [learner({ appliedIndex: 99_500n, appliedIndexIsLowerBound: true })] }),
    change: { kind: 'promote', memberId: 'b', joinId: JOIN, lag: 500n },
  },
  {
    name: 'a lower bound that proves nothing, on a short log',
    view: view({ leaderAppliedIndex: 9_000n, learners: [learner({ appliedIndex: 10n, appliedIndexIsLowerBound: true })] }),
    change: { kind: 'promote', memberId: 'b', joinId: JOIN, lag: null },
  },
  {
    name: 'a learner that had caught up and died',
    view: view({ members: [voter('a'), learnerMember('b', false)], learners: [learner({ progressedAtMs: NOW - 20_000 })] }),
    change: null,
    reasons: [['promote', /not in contact/]],
  },
  {
    name: 'a learner that progressed just now and whose status nobody has read',
    view: view({ members: [voter('a'), learnerMember('b', false)], learners: [learner({ progressedAtMs: NOW - 2000 })] }),
    change: { kind: 'promote', memberId: 'b', joinId: JOIN, lag: 10n },
  },
  {
    name: 'no leader',
    view: view({ hasLeader: false, learners: [learner()], orphanedJoins: [{ joinId: JOIN, admittedAtMs: 0, memberId: null }] }),
    change: null,
    reasons: [
      ['promote', /no leader/],
      ['undo-join', /no leader/],
      ['evict', /progressed/],
    ],
  },
  {
    name: 'a leader whose index is unknown',
    view: view({ leaderAppliedIndex: null, learners: [learner()] }),
    change: null,
    reasons: [['promote', /leader's index is not known/]],
  },
  {
    name: 'a learner without progress for five minutes',
    view: view({ members: [voter('a'), learnerMember('b', false)], learners: [learner({ appliedIndex: 5n, addedAtMs: 0, progressedAtMs: NOW - 300_000 })] }),
    change: { kind: 'evict', memberId: 'b', joinId: JOIN, reason: 'no progress for 300 s (limit 300 s), and no contact' },
  },
  {
    name: 'a learner that is in contact but does not move',
    view: view({ learners: [learner({ appliedIndex: 5n, addedAtMs: 0, progressedAtMs: NOW - 301_000 })] }),
    change: { kind: 'evict', memberId: 'b', joinId: JOIN, reason: 'no progress for 301 s (limit 300 s), although it is in contact' },
  },
  {
    name: 'a learner that never started',
    view: view({
      members: [voter('a'), learnerMember('b', false)],
      learners: [learner({ phase: 'learner-added', appliedIndex: null, addedAtMs: NOW - 299_000, progressedAtMs: NOW - 299_000 })],
    }),
    change: null,
    reasons: [
      ['promote', /not in contact/],
      ['evict', /evicted after 300 s/],
    ],
  },
  {
    name: 'a caught-up learner of an idle cluster that etcd does not promote yet',
    view: view({ learners: [learner({ addedAtMs: 0, progressedAtMs: NOW - 900_000 })] }),
    change: { kind: 'promote', memberId: 'b', joinId: JOIN, lag: 10n },
    reasons: [['evict', /waits to be promoted/]],
  },
  {
    name: 'a caught-up learner that died and stayed dead',
    view: view({ members: [voter('a'), learnerMember('b', false)], learners: [learner({ addedAtMs: 0, progressedAtMs: NOW - 900_000 })] }),
    change: { kind: 'evict', memberId: 'b', joinId: JOIN, reason: 'no progress for 900 s (limit 300 s), and no contact' },
  },
  {
    name: 'a learner in contact whose index stayed unknown for five minutes, on a short log',
    view: view({ leaderAppliedIndex: 100n, learners: [learner({ appliedIndex: null, addedAtMs: 0, progressedAtMs: NOW - 300_000 })] }),
    change: { kind: 'evict', memberId: 'b', joinId: JOIN, reason: 'no progress for 300 s (limit 300 s), although it is in contact' },
    reasons: [['promote', /index is not known, and it has not progressed for 300 s/]],
  },
  {
    name: 'a learner whose join was undone, although it has caught up',
    view: view({ learners: [learner({ phase: 'undone' })] }),
    change: { kind: 'evict', memberId: 'b', joinId: JOIN, reason: 'its join was undone and the learner was left behind' },
    reasons: [['promote', /undone/]],
  },
  {
    name: 'a learner that no join names',
    view: view({ learners: [learner({ joinId: null, phase: null })] }),
    change: { kind: 'promote', memberId: 'b', joinId: null, lag: 10n },
  },
  {
    name: 'two learners that could be promoted',
    view: view({
      members: [voter('a'), learnerMember('b'), learnerMember('c')],
      learners: [learner({ appliedIndex: 99_100n }), learner({ memberId: 'c', joinId: null, appliedIndex: 99_900n })],
    }),
    change: { kind: 'promote', memberId: 'c', joinId: null, lag: 100n },
    reasons: [['promote', /one change per round/]],
  },
  {
    name: 'one to promote, one to evict, one join to undo',
    view: view({
      members: [voter('a'), learnerMember('b'), learnerMember('c', false)],
      learners: [learner({ memberId: 'c', appliedIndex: null, addedAtMs: 0, progressedAtMs: 0 }), learner()],
      orphanedJoins: [{ joinId: 'd'.repeat(32), admittedAtMs: NOW - 61_000, memberId: null }],
    }),
    change: { kind: 'promote', memberId: 'b', joinId: JOIN, lag: 10n },
    reasons: [
      ['evict', /one change per round/],
      ['undo-join', /one change per round/],
    ],
  },
  {
    name: 'an admitted join whose learner was never added',
    view: view({ orphanedJoins: [{ joinId: JOIN, admittedAtMs: NOW - 61_000, memberId: null }] }),
    change: { kind: 'undo-join', joinId: JOIN, reason: 'admitted 61 s ago, and its learner was never added' },
  },
  {
    name: 'an admitted join whose learner is on the way',
    view: view({ orphanedJoins: [{ joinId: JOIN, admittedAtMs: NOW - 60_000, memberId: null }] }),
    change: null,
    reasons: [['undo-join', /admitted 60 s ago; its learner may still be on the way/]],
  },
  {
    name: 'an admitted join whose learner somebody removed',
    view: view({ orphanedJoins: [{ joinId: JOIN, admittedAtMs: NOW - 90_000, memberId: 'e' }] }),
    change: { kind: 'undo-join', joinId: JOIN, reason: 'admitted 90 s ago, and its learner e is no longer a member' },
  },
  {
    name: 'an admitted join whose member is a voter already',
    view: view({ orphanedJoins: [{ joinId: JOIN, admittedAtMs: 0, memberId: 'a' }] }),
    change: null,
    reasons: [['undo-join', /in the cluster as a voter/]],
  },
  {
    name: 'a learner whose times lie in the future of this clock',
    view: view({ members: [voter('a'), learnerMember('b', false)], learners: [learner({ appliedIndex: 1n, progressedAtMs: NOW + 999_000 })] }),
    change: null,
    reasons: [['evict', /progressed 0 s ago/]],
  },
];

describe('planMembership', () => {
  it.each(cases)('plans for $name', ({ view: given, change, reasons }) => {
    const plan = planMembership(given, policy);
    expect(plan.change).toEqual(change);
    for (const [kind, reason] of reasons ?? []) expect(plan.rejected).toContainEqual(expect.objectContaining({ kind, reason: expect.stringMatching(reason) }));
    if (reasons?.length === 0) expect(plan.rejected).toEqual([]);
  });

  const arbitraryLearner = fc.record({
    memberId: fc.constantFrom('b', 'c', 'd'),
    peerUrl: fc.constant('https://h:2380'),
    joinId: fc.constantFrom(null, JOIN),
    phase: fc.constantFrom(null, 'learner-added' as const, 'catching-up' as const, 'undone' as const),
    appliedIndex: fc.option(fc.bigInt({ min: 0n, max: 200_000n })),
    appliedIndexIsLowerBound: fc.boolean(),
    addedAtMs: fc.integer({ min: 0, max: NOW }),
    progressedAtMs: fc.integer({ min: 0, max: NOW }),
  });
  const arbitraryView = fc.record({
    nowMs: fc.constant(NOW),
    hasLeader: fc.boolean(),
    leaderAppliedIndex: fc.option(fc.bigInt({ min: 0n, max: 200_000n })),
    members: fc.array(fc.record({ id: fc.constantFrom('b', 'c', 'd'), name: fc.constant(''), role: fc.constant('learner' as const), up: fc.boolean() }), {
      maxLength: 3,
    }),
    learners: fc.uniqueArray(arbitraryLearner, { selector: ({ memberId }) => memberId, maxLength: 3 }),
    orphanedJoins: fc.uniqueArray(
      fc.record({ joinId: fc.constantFrom('e1', 'e2', 'e3'), admittedAtMs: fc.integer({ min: 0, max: NOW }), memberId: fc.constant(null) }),
      {
        selector: ({ joinId }) => joinId,
        maxLength: 3,
      },
    ),
  });

  it('accounts for every learner and every orphan: chosen once, or rejected with a reason', () => {
    fc.assert(
      fc.property(arbitraryView, (given) => {
        const plan = planMembership(given, policy);
        const chosen = plan.change === null ? 0 : 1;
        expect(plan.rejected.length + chosen).toBe(2 * given.learners.length + given.orphanedJoins.length);
        for (const { reason } of plan.rejected) expect(reason).not.toBe('');
      }),
    );
  });

  it('never promotes beyond the gate, without contact or without a leader', () => {
    fc.assert(
      fc.property(arbitraryView, (given) => {
        const { change } = planMembership(given, policy);
        if (change?.kind !== 'promote') return;
        const chosen = given.learners.find(({ memberId }) => memberId === change.memberId);
        expect(given.hasLeader).toBe(true);
        expect(chosen?.phase).not.toBe('undone');
        const leaderIndex = given.leaderAppliedIndex ?? -1n;
        // The least that etcd's ratio lets through, where the exact index is unknown.
        const least = change.lag === null ? (leaderIndex * 9n) / 10n : leaderIndex - change.lag;
        expect(leaderIndex - least).toBeLessThanOrEqual(1001n);
        const up = given.members.some(({ id, up }) => id === change.memberId && up);
        expect(up || NOW - Math.max(chosen?.addedAtMs ?? 0, chosen?.progressedAtMs ?? 0) <= 10_000).toBe(true);
      }),
    );
  });

  it('plans the same whatever the order of the learners', () => {
    fc.assert(
      fc.property(arbitraryView, (given) => {
        const reversed = planMembership({ ...given, learners: [...given.learners].reverse() }, policy).change;
        const straight = planMembership(given, policy).change;
        if (straight?.kind === 'promote' || reversed?.kind === 'promote') expect(reversed).toEqual(straight);
      }),
    );
  });
});
