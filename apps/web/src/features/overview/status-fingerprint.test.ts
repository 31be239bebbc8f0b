import { describe, expect, it } from 'vitest';
import { clusterOf, memberOf } from '../../lib/testing/cluster';
import { fingerprintStatus } from './status-fingerprint';

const r1 = memberOf('r1', { isLeader: true });
const r2 = memberOf('r2');
const base = fingerprintStatus(clusterOf([r1, r2]));

describe('fingerprintStatus', () => {
  it('stays while only figures and times move', () => {
    const moved = clusterOf(
      [
        { ...r1, raftAppliedIndex: '5', dbSizeBytes: 1 },
        { ...r2, lagEntries: 4, rttMs: 9 },
      ],
      { observedAt: '2026-01-02T03:05:00.000Z' },
    );
    expect(fingerprintStatus(moved)).toBe(base);
  });
  it.each([
    ['a phase', clusterOf([r1, { ...r2, phase: 'unreachable' }])],
    [
      'the leader',
      clusterOf([
        { ...r1, isLeader: false },
        { ...r2, isLeader: true },
      ]),
    ],
    ['the members', clusterOf([r1])],
  ])('changes with %s', (_what, status) => expect(fingerprintStatus(status)).not.toBe(base));
});
