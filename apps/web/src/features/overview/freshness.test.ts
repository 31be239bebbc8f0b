import { describe, expect, it } from 'vitest';
import { clusterOf, memberOf } from '../../lib/testing/cluster';
import type { Connection } from './connection';
import { isStaleStatus, readObstacle, writeRefusal } from './freshness';

const status = clusterOf([memberOf('r1'), memberOf('r2'), memberOf('r3')]);
const at = Date.parse(status.observedAt);
const lost: Connection = { phase: 'lost', failures: 3 };

describe('isStaleStatus', () => {
  it('trusts silence while the stream lives', () => expect(isStaleStatus({ status, connection: { phase: 'live' }, nowMs: at + 3_600_000 })).toBe(false));
  it('bears a short break', () => expect(isStaleStatus({ status, connection: lost, nowMs: at + 12_000 })).toBe(false));
  it('marks what is older than two missed polls', () => expect(isStaleStatus({ status, connection: lost, nowMs: at + 12_001 })).toBe(true));
});

describe('writeRefusal', () => {
  it('is null while this replica can write', () => expect(writeRefusal(status)).toBeNull());
  it('names the lost quorum, which also stands in the way of reading lists', () => {
    const down = clusterOf([memberOf('r1'), memberOf('r2', { phase: 'unreachable' }), memberOf('r3', { phase: 'unreachable' })]);
    expect(writeRefusal(down)).toMatch(/^No quorum/);
    expect([readObstacle(down), readObstacle(status)]).toEqual([expect.stringMatching(/quorum/), null]);
  });
  it('names the learner that serves the page', () => {
    expect(writeRefusal({ ...status, servedBy: { ...status.servedBy, role: 'learner' } })).toMatch(/learner/);
  });
});
