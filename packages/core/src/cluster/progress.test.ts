import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSample, describeStall, estimateEtaSeconds, type ProgressSample, percentOf, type StallFacts } from './progress';

describe('percentOf', () => {
  it.each<[bigint | null, bigint | null, number | null]>([
    [null, 10n, null],
    [1n, null, null],
    [0n, 0n, null],
    [0n, 10n, 0],
    [1n, 3n, 33.3],
    [999_999n, 1_000_000n, 99.9],
    [10n, 10n, 100],
    [12n, 10n, 100],
  ])('of %s within %s is %s', (applied, leader, percent) => {
    expect(percentOf(applied, leader)).toBe(percent);
  });

  it('stays within 0 and 100 and is 100 only when nothing is missing', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (applied, leader) => {
        const percent = percentOf(applied, leader) ?? -1;
        expect(percent).toBeGreaterThanOrEqual(0);
        expect(percent).toBeLessThanOrEqual(100);
        expect(percent === 100).toBe(applied >= leader);
      }),
    );
  });
});

describe('estimateEtaSeconds', () => {
  const history: ProgressSample[] = [
    { atMs: 1000, appliedIndex: 0n },
    { atMs: 3000, appliedIndex: 200n },
  ];

  it('extrapolates the speed of the history', () => {
    expect(estimateEtaSeconds(history, 1200n)).toBe(10);
  });

  it('is zero once the leader is reached and unknown without movement, history or leader', () => {
    expect(estimateEtaSeconds(history, 200n)).toBe(0);
    expect(estimateEtaSeconds([{ atMs: 1, appliedIndex: 5n }], 9n)).toBeNull();
    expect(
      estimateEtaSeconds(
        history.map((sample) => ({ ...sample, appliedIndex: 7n })),
        9n,
      ),
    ).toBeNull();
    expect(estimateEtaSeconds([], 9n)).toBeNull();
    expect(estimateEtaSeconds(history, null)).toBeNull();
  });
});

describe('addSample', () => {
  it('keeps the last minute, in order, without going back in time', () => {
    const history = [5, 30, 90].map((second) => ({ atMs: second * 1000, appliedIndex: BigInt(second) }));
    expect(addSample(history, { atMs: 85_000, appliedIndex: 85n }).map(({ appliedIndex }) => appliedIndex)).toEqual([30n, 85n]);
  });
});

describe('describeStall', () => {
  const facts: StallFacts = {
    phase: 'catching-up',
    queuePosition: null,
    idleMs: 12_400,
    isUp: true,
    lagEntries: 5000n,
    maxLagEntries: 1000,
    evictAfterMs: 300_000,
  };

  it.each<[string | null, Partial<StallFacts>]>([
    [null, { idleMs: 9999 }],
    [null, { phase: 'promoted' }],
    [null, { phase: 'undone', isUp: false }],
    ['in contact, but 5000 entries behind and not moving for 12 s; it is removed after 5m without progress', {}],
    ['in contact, but its index is not known for 12 s; it is removed after 5m without progress', { lagEntries: null }],
    ['no contact for 12 s; it is removed after 5m without progress', { isUp: false }],
    ['its etcd has not been seen yet for 12 s; it is removed after 5m without progress', { phase: 'learner-added', isUp: false }],
    ['has caught up; etcd has not agreed to promote it yet', { lagEntries: 1000n }],
    ['waits until the replica before it has joined', { phase: 'reserved', queuePosition: 1, idleMs: 0 }],
    ['waits for its turn: number 3 in the queue', { phase: 'reserved', queuePosition: 3 }],
    ['the joiner has not gone on for 12 s', { phase: 'checked' }],
  ])('says %s', (text, over) => {
    expect(describeStall({ ...facts, ...over })).toBe(text);
  });
});
