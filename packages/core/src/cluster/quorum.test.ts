import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../errors/app-error';
import { previewRemoval, type QuorumMember, reportQuorum, simulate, votesNeeded } from './quorum';

/** "V" voter up, "v" voter down, "L" / "l" learner, "*" before a letter marks the leader. Names n0, n1, …; ids a0, a1, … */
const cluster = (picture: string): QuorumMember[] => {
  const members: QuorumMember[] = [];
  let isLeader = false;
  for (const letter of picture) {
    if (letter === '*') {
      isLeader = true;
      continue;
    }
    const n = members.length;
    members.push({ id: `a${n}`, name: `n${n}`, role: letter.toLowerCase() === 'v' ? 'voter' : 'learner', up: letter === letter.toUpperCase(), isLeader });
    isLeader = false;
  }
  return members;
};

const arbitraryMembers = fc
  .array(fc.record({ role: fc.constantFrom('voter' as const, 'learner' as const), up: fc.boolean() }), { maxLength: 9 })
  .map((members) => members.map((member, n): QuorumMember => ({ ...member, id: `a${n}`, name: `n${n}`, isLeader: false })));
const arbitraryVoters = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 7 })
  .map((ups) => ups.map((up, n): QuorumMember => ({ id: `a${n}`, name: `n${n}`, role: 'voter', up, isLeader: false })));

describe('reportQuorum', () => {
  it.each([
    ['', 'cannot write: no voter is known'],
    ['L', 'cannot write: no voter is known'],
    ['*V', 'one replica: no redundancy, does not survive a failure'],
    ['v', 'cannot write: 1 of 1 voters are down'],
    ['*VV', 'does not survive another failure'],
    ['*VVV', 'survives 1 more failure'],
    ['*VVv', 'does not survive another failure'],
    ['Vvv', 'cannot write: 2 of 3 voters are down'],
    ['*VVVV', 'survives 1 more failure'],
    ['*VVVVV', 'survives 2 more failures'],
    ['*VVVVv', 'survives 1 more failure'],
    ['*VL', 'one replica: no redundancy, does not survive a failure'],
  ])('says of %j: %s', (picture, words) => {
    expect(reportQuorum(cluster(picture)).words).toBe(words);
  });

  it('needs more than half and tolerates the rest, for any number of voters', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), (voters) => {
        const report = reportQuorum(cluster('V'.repeat(voters)));
        expect(report.needed * 2).toBeGreaterThan(voters);
        expect((report.needed - 1) * 2).toBeLessThanOrEqual(voters);
        expect(report.toleranceNominal).toBe(Math.floor((voters - 1) / 2));
        expect(report.toleranceNow).toBe(report.toleranceNominal);
      }),
    );
  });

  it('ignores learners', () => {
    fc.assert(
      fc.property(arbitraryMembers, (members) => {
        expect(reportQuorum(members)).toEqual(reportQuorum(members.filter((member) => member.role === 'voter')));
      }),
    );
  });

  it('never gets better when a member fails', () => {
    fc.assert(
      fc.property(arbitraryMembers, (members) => {
        const before = reportQuorum(members);
        for (const member of members) {
          const after = reportQuorum(members.map((other) => (other === member ? { ...other, up: false } : other)));
          expect(after.toleranceNow).toBeLessThanOrEqual(before.toleranceNow);
          expect(Number(after.hasQuorum)).toBeLessThanOrEqual(Number(before.hasQuorum));
        }
      }),
    );
  });

  it('agrees with trying every combination of failures, up to seven voters', () => {
    fc.assert(
      fc.property(arbitraryVoters, (members) => {
        expect(reportQuorum(members).toleranceNow).toBe(toleranceByTrying(members));
      }),
    );
  });
});

/** Most further failures that leave a majority whichever voters fail; tries every subset of those that are up. */
const toleranceByTrying = (members: readonly QuorumMember[]): number => {
  const up = members.filter((member) => member.up).length;
  const worst = new Map<number, boolean>();
  for (let subset = 0; subset < 2 ** up; subset += 1) {
    const failed = subset.toString(2).split('1').length - 1;
    const isKept = (up - failed) * 2 > members.length;
    worst.set(failed, (worst.get(failed) ?? true) && isKept);
  }
  let tolerance = 0;
  while (worst.get(tolerance + 1)) tolerance += 1;
  return tolerance;
};

describe('previewRemoval', () => {
  it.each([
    ['a learner of a healthy cluster', '*VL', 'a1', 'safe', /learner and has no vote/],
    ['a dangling learner that is down', '*VVVl', 'a3', 'safe', /learner/],
    ['a learner while there is no quorum', 'VvL', 'a2', 'refused', /cannot commit any change/],
    ['the last voter', '*VL', 'a0', 'refused', /last voter/],
    ['one of two voters', '*VV', 'a1', 'unsafe', /on one voter/],
    ['one of three healthy voters', '*VVV', 'a2', 'unsafe', /survives 1 failure now and would survive none/],
    ['the dead one of three', '*VVv', 'a2', 'safe', /is down: removing it takes no working replica away/],
    ['a living one of three with one down', '*VVv', 'a1', 'unsafe', /Quorum would be lost: 2 voters would need 2, and only 1 is up/],
    ['the dead one of two', '*Vv', 'a1', 'refused', /no quorum, 1 of 2 voters are down/],
    ['one of four healthy voters', '*VVVV', 'a3', 'safe', /Voters: 4 now, 3 afterwards/],
    ['the dead one of four', '*VVVv', 'a3', 'safe', /Tolerance rises from 0 to 1/],
    ['one of five healthy voters', '*VVVVV', 'a4', 'safe', /4 voters survive no more failures than 3/],
    ['a living one of five with one down', '*VVVVv', 'a1', 'unsafe', /survives 1 failure now and would survive none/],
    ['the leader of five', '*VVVVV', 'a0', 'safe', /leadership moves to another voter first/],
    ['any voter without quorum', 'Vvv', 'a0', 'refused', /Bring voters back first/],
  ] as const)('judges %s', (_title, picture, id, verdict, text) => {
    const preview = previewRemoval(cluster(picture), id);
    expect(preview.verdict).toBe(verdict);
    expect(preview.consequences.join('\n')).toMatch(text);
  });

  it('refuses an id that nobody has', () => {
    expect(() => previewRemoval(cluster('*V'), 'ff')).toThrow(expect.objectContaining({ code: 'MEMBER_NOT_FOUND' }));
  });

  it('calls nothing safe that loses quorum, loses all tolerance or leaves the data on one voter', () => {
    fc.assert(
      fc.property(arbitraryMembers, (members) => {
        for (const { id, role } of members) {
          const { before, after, verdict } = previewRemoval(members, id);
          if (verdict !== 'safe') continue;
          expect(after.hasQuorum).toBe(true);
          if (role === 'learner') expect(after).toEqual(before);
          if (role === 'voter') expect(after.voters).toBeGreaterThan(1);
          if (before.toleranceNow > 0) expect(after.toleranceNow).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('never lets the cluster lose present tolerance by removing a voter that is down', () => {
    fc.assert(
      fc.property(arbitraryMembers, (members) => {
        for (const member of members.filter(({ role, up }) => role === 'voter' && !up)) {
          const { before, after, verdict } = previewRemoval(members, member.id);
          if (verdict === 'refused') continue;
          expect(after.toleranceNow).toBeGreaterThanOrEqual(before.toleranceNow);
        }
      }),
    );
  });
});

describe('simulate', () => {
  it('takes names and ids, counts each once, and keeps those that are down already', () => {
    const result = simulate(cluster('*VVVVv'), ['n1', 'a1', 'a2']);
    expect(result.down).toEqual([
      { id: 'a1', name: 'n1' },
      { id: 'a2', name: 'n2' },
    ]);
    expect(result.now.words).toBe('survives 1 more failure');
    expect(result.then.words).toBe('cannot write: 3 of 5 voters are down');
  });

  it('says what each survivor could still do', () => {
    const { consequences } = simulate(cluster('*VVVL'), ['n0', 'n1']);
    expect(consequences).toEqual([
      'n2 refuses writes; it shows this page and what it knew last.',
      'n3 keeps its copy of the data and shows this page, without a vote.',
      'Writes return as soon as 1 more of the 3 voters is back.',
    ]);
  });

  it('mentions the election when the leader is among the failed', () => {
    expect(simulate(cluster('*VVV'), ['n0']).consequences[0]).toMatch(/elect a new one/);
    expect(simulate(cluster('*VVV'), ['n1']).consequences).toEqual(['n0 goes on reading and writing.', 'n2 goes on reading and writing.']);
  });

  it('names the member that does not exist and those that do', () => {
    try {
      simulate(cluster('*VV'), ['n9']);
      expect.unreachable();
    } catch (error) {
      expect(isAppError(error, 'MEMBER_NOT_FOUND')).toBe(true);
      expect(String(error)).toContain('"n9"; members are n0, n1');
    }
  });

  it('agrees with reportQuorum for any set of failures', () => {
    fc.assert(
      fc.property(arbitraryVoters, fc.nat(), (members, seed) => {
        const down = members.filter((_, n) => (seed >> n) & 1).map(({ id }) => id);
        const { then } = simulate(members, down);
        const up = members.filter((member) => member.up && !down.includes(member.id)).length;
        expect(then.reachable).toBe(up);
        expect(then.hasQuorum).toBe(up >= votesNeeded(members.length));
      }),
    );
  });
});
