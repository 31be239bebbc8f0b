import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canMoveJoin, isJoinLive, JOIN_PHASES, joinTransitions } from './saga';

const phase = fc.constantFrom(...JOIN_PHASES);

describe('the phases of a join', () => {
  it('never go back, and every step may be repeated', () => {
    fc.assert(
      fc.property(phase, phase, (from, to) => {
        if (canMoveJoin(from, to)) expect(JOIN_PHASES.indexOf(to)).toBeGreaterThanOrEqual(JOIN_PHASES.indexOf(from));
        expect(canMoveJoin(from, from)).toBe(true);
      }),
    );
  });

  it('can be undone until the replica is a voter, and end nowhere else', () => {
    for (const from of JOIN_PHASES) {
      expect(canMoveJoin(from, 'undone')).toBe(isJoinLive(from) || from === 'undone');
      expect(joinTransitions[from].length === 0).toBe(!isJoinLive(from));
    }
  });

  it('cannot be skipped before the learner is added', () => {
    expect(canMoveJoin('reserved', 'learner-added')).toBe(false);
    expect(canMoveJoin('checked', 'promoted')).toBe(false);
    expect(canMoveJoin('learner-added', 'promoted')).toBe(true);
  });
});
