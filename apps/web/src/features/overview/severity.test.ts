import { describe, expect, it } from 'vitest';
import { clusterOf, memberOf } from '../../lib/testing/cluster';
import { judgeTolerance } from './severity';

const judge = (voters: number, down: number) =>
  judgeTolerance(clusterOf(Array.from({ length: voters }, (_, index) => memberOf(`r${index}`, { phase: index < down ? 'unreachable' : 'ready' }))).quorum);

describe('judgeTolerance', () => {
  it.each([
    [1, 0, 'warning', 'No redundancy'],
    [2, 0, 'warning', 'At risk'],
    [3, 0, 'ok', 'Healthy'],
    [3, 1, 'warning', 'At risk'],
    [3, 2, 'critical', 'No quorum'],
    [5, 1, 'warning', 'Degraded'],
    [5, 2, 'warning', 'At risk'],
    [5, 3, 'critical', 'No quorum'],
  ])('of %i voters with %i down is %s: %s', (voters, down, tone, words) => expect(judge(voters, down)).toEqual({ tone, words }));
});
