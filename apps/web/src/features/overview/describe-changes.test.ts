import { describe, expect, it } from 'vitest';
import { clusterOf, memberOf } from '../../lib/testing/cluster';
import { describeChanges } from './describe-changes';

const r1 = memberOf('r1', { isLeader: true });
const r2 = memberOf('r2');
const r3 = memberOf('r3');

describe('describeChanges', () => {
  it('says nothing while only figures move', () => {
    expect(describeChanges(clusterOf([r1, r2]), clusterOf([{ ...r1, raftAppliedIndex: '9', lastContactAt: '2026-01-02T03:04:06Z' }, r2]))).toEqual([]);
  });
  it('tells a lost member and what is left', () => {
    expect(describeChanges(clusterOf([r1, r2, r3]), clusterOf([r1, r2, { ...r3, phase: 'unreachable' }]))).toEqual([
      'r3 is unreachable now.',
      'Does not survive another failure.',
    ]);
  });
  it('tells a new learner and its promotion', () => {
    const learner = memberOf('r3', { role: 'learner', phase: 'catching-up' });
    expect(describeChanges(clusterOf([r1, r2]), clusterOf([r1, r2, learner]))).toEqual(['r3 was added as learner.']);
    expect(describeChanges(clusterOf([r1, r2, learner]), clusterOf([r1, r2, r3]))).toEqual([
      'r3 is a voter now.',
      'r3 is ready now.',
      'Survives 1 more failure.',
    ]);
  });
  it('tells a removed member', () => expect(describeChanges(clusterOf([r1, r2]), clusterOf([r1]))).toContain('r2 was removed.'));
  it('tells a new leader, and that there is none', () => {
    const next = clusterOf([
      { ...r1, isLeader: false },
      { ...r2, isLeader: true },
    ]);
    expect(describeChanges(clusterOf([r1, r2]), next)).toEqual(['r2 is the leader now.']);
    expect(describeChanges(next, clusterOf([{ ...r1, isLeader: false }, r2]))).toEqual(['There is no leader now.']);
  });
});
