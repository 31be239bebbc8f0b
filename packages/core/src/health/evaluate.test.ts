import { describe, expect, it } from 'vitest';
import type { Member } from '../cluster/member';
import { reportQuorum } from '../cluster/quorum';
import type { JoinProgress } from '../join/saga';
import { buildCondition, type ConditionFacts } from './catalogue';
import { CONDITION_CODES, type ConditionCode, ConditionSchema } from './condition';
import { evaluateConditions, type HealthView } from './evaluate';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const DAY = 86_400_000;
const GiB = 1_073_741_824;

const member = (name: string, over: Partial<Member> = {}): Member => ({
  id: name.replace(/\D/g, '') || 'ff',
  name,
  peerUrls: [`https://${name}:2380`],
  replicaUrl: null,
  publicUrl: null,
  role: 'voter',
  isLeader: name === 'n0',
  isSelf: name === 'n0',
  phase: 'ready',
  etcdVersion: '3.5.30',
  quorateVersion: '0.1.0',
  raftAppliedIndex: '10',
  lagEntries: 0,
  dbSizeBytes: 20_000,
  lastContactAt: '2026-03-01T11:59:59Z',
  rttMs: 1,
  join: null,
  ...over,
});
const join: JoinProgress = {
  joinId: 'a'.repeat(32),
  name: 'n3',
  peerUrl: 'https://n3:2380',
  phase: 'catching-up',
  memberId: '3',
  queuePosition: null,
  percent: 10,
  etaSeconds: null,
  stallReason: 'no contact for 20 s',
  startedAt: '',
  updatedAt: '',
};
const three = [member('n0'), member('n1'), member('n2')];

const view = (over: Partial<HealthView> = {}): HealthView => {
  const members = over.members ?? three;
  return {
    nowMs: NOW,
    quorum: reportQuorum(members.map(({ id, name, role, phase, isLeader }) => ({ id, name, role, isLeader, up: phase === 'ready' }))),
    hasLeader: true,
    members,
    etcdErrors: [],
    quotaBytes: 2 * GiB,
    undoneJoins: [],
    etcdRestarting: null,
    modeIgnored: false,
    certificates: [{ file: 'pki/peer.crt', notAfterMs: NOW + 200 * DAY }],
    hasCaKey: true,
    unreadableKeys: [],
    ...over,
  };
};
const found = (over: Partial<HealthView> = {}): string[] =>
  evaluateConditions(view(over)).map(({ code, severity, evidence }) => `${code} ${severity}: ${evidence}`);
const replace = (name: string, over: Partial<Member>): Member[] => three.map((each) => (each.name === name ? { ...each, ...over } : each));

describe('evaluateConditions', () => {
  it('finds nothing in a healthy cluster of three', () => {
    expect(found()).toEqual([]);
  });

  it.each<[string, Partial<HealthView>, string[]]>([
    ['a single replica', { members: [member('n0')] }, ['TOLERANCE_ZERO info: 1 voter']],
    ['two voters', { members: three.slice(0, 2) }, ['TOLERANCE_ZERO warning: 2 of 2 voters are up', 'EVEN_VOTERS info: 2 voters, tolerance 0']],
    [
      'one of three down',
      { members: replace('n2', { phase: 'unreachable' }) },
      ['TOLERANCE_ZERO warning: 2 of 3 voters are up; down: n2', 'MEMBER_UNREACHABLE warning: last heard of at 2026-03-01T11:59:59Z'],
    ],
    [
      'two of three down',
      { members: [member('n0'), ...three.slice(1).map((each) => ({ ...each, phase: 'unreachable' as const, lastContactAt: null }))], hasLeader: false },
      [
        'NO_QUORUM critical: 1 of 3 voters are up, 2 are needed; down: n1, n2',
        'MEMBER_UNREACHABLE warning: never heard of since this replica started',
        'MEMBER_UNREACHABLE warning: never heard of since this replica started',
      ],
    ],
    ['an election', { hasLeader: false }, ['NO_LEADER critical: 3 of 3 voters are up, none leads']],
    ['four voters', { members: [...three, member('n3')] }, ['EVEN_VOTERS info: 4 voters, tolerance 1']],
    ['a learner that catches up', { members: [...three, member('n3', { role: 'learner', phase: 'catching-up', join })] }, []],
    [
      'a learner that stalls',
      { members: [...three, member('n3', { role: 'learner', phase: 'stalled', join })] },
      ['LEARNER_STALLED warning: no contact for 20 s'],
    ],
    [
      'a learner without a join',
      { members: [...three, member('', { id: 'ab', role: 'learner', phase: 'unstarted' })] },
      ['LEARNER_DANGLING warning: member ab, https://:2380, and no record of a join'],
    ],
    [
      'a join undone ten minutes ago',
      { undoneJoins: [{ name: 'n3', reason: 'no progress', atMs: NOW - 600_000 }] },
      ['JOIN_UNDONE warning: no progress; 10 min ago'],
    ],
    ['a join undone yesterday', { undoneJoins: [{ name: 'n3', reason: 'no progress', atMs: NOW - DAY }] }, []],
    ['a database at 80 %', { members: replace('n1', { dbSizeBytes: 1.6 * GiB }) }, ['DATABASE_NEARLY_FULL warning: 1638 MiB of 2048 MiB (80 %)']],
    ['a database at 96 %', { members: replace('n1', { dbSizeBytes: 1.92 * GiB }) }, ['DATABASE_NEARLY_FULL critical: 1966 MiB of 2048 MiB (96 %)']],
    [
      'alarms',
      { etcdErrors: ['memberID:7 alarm:NOSPACE ', 'memberID:8 alarm:CORRUPT '] },
      ['ALARM_CORRUPT critical: memberID:8 alarm:CORRUPT', 'ALARM_NOSPACE critical: memberID:7 alarm:NOSPACE'],
    ],
    [
      'an etcd that keeps stopping',
      { etcdRestarting: { restarts: 3, reason: 'exit status 1' } },
      ['ETCD_RESTARTING critical: 3 restarts; last reason: exit status 1'],
    ],
    ['an etcd with known defects', { members: three.map((each) => ({ ...each, etcdVersion: '3.5.16' })) }, ['ETCD_ADVISORY info: etcd 3.5.16 on n0, n1, n2']],
    [
      'an upgrade under way',
      { members: replace('n1', { quorateVersion: '0.10.0', etcdVersion: '3.6.1' }) },
      ['VERSION_SKEW info: Quorate 0.1.0, 0.10.0', 'VERSION_SKEW info: etcd 3.5.30, 3.6.1'],
    ],
    ['an unknown version', { members: replace('n1', { quorateVersion: null, etcdVersion: null }) }, []],
    [
      'a certificate with 29 days left',
      { certificates: [{ file: 'pki/peer.crt', notAfterMs: NOW + 29 * DAY }] },
      ['CERTIFICATE_EXPIRING warning: pki/peer.crt, valid until 2026-03-30T12:00:00.000Z (29 days)'],
    ],
    [
      'an expired certificate',
      { certificates: [{ file: 'pki/peer.crt', notAfterMs: NOW - 1 }] },
      ['CERTIFICATE_EXPIRING critical: pki/peer.crt, valid until 2026-03-01T11:59:59.999Z'],
    ],
    ['a voter without the CA key', { hasCaKey: false }, ['CA_KEY_MISSING warning: the file is missing; a new voter fetches it from another one']],
    [
      'a learner without the CA key',
      { hasCaKey: false, members: [member('n0', { role: 'learner', phase: 'catching-up', join, isLeader: false }), ...three.slice(1), member('n3')] },
      [],
    ],
    ['a mode that has no effect', { modeIgnored: true }, ['MODE_IGNORED info: etcd.mode is join, and the data were not made by a join']],
    ['records that cannot be read', { unreadableKeys: ['a', 'b'] }, ['RECORD_UNREADABLE warning: a, b']],
    ['a picture without members', { members: [], hasLeader: false }, []],
  ])('tells of %s', (_title, over, expected) => {
    expect(found(over)).toEqual(expected);
  });

  it('puts the most severe first', () => {
    const severities = evaluateConditions(
      view({ members: [...replace('n1', { dbSizeBytes: 2 * GiB }), member('n3')], modeIgnored: true, hasCaKey: false }),
    ).map(({ severity }) => severity);
    expect(severities).toEqual(['critical', 'warning', 'info', 'info']);
  });
});

describe('the catalogue', () => {
  const facts: { [Code in ConditionCode]: ConditionFacts[Code] } = {
    NO_QUORUM: { voters: 3, needed: 2, reachable: 1, down: ['n1', 'n2'] },
    NO_LEADER: { reachable: 3, voters: 3 },
    TOLERANCE_ZERO: { voters: 3, reachable: 2, down: ['n1'] },
    EVEN_VOTERS: { voters: 4, toleranceNominal: 1 },
    MEMBER_UNREACHABLE: { name: 'n1', lastContactAt: null },
    LEARNER_STALLED: { name: 'n1', reason: 'r' },
    LEARNER_DANGLING: { id: 'a1', name: '', peerUrl: 'https://n1:2380' },
    JOIN_UNDONE: { name: 'n1', reason: '', agoMs: 0 },
    DATABASE_NEARLY_FULL: { name: 'n1', sizeBytes: 9, quotaBytes: 10 },
    ALARM_NOSPACE: { message: 'm' },
    ALARM_CORRUPT: { message: 'm' },
    ETCD_RESTARTING: { name: 'n1', restarts: 1, reason: 'r' },
    ETCD_ADVISORY: { versions: ['3.5.1'], names: ['n1'] },
    CERTIFICATE_EXPIRING: { name: 'n1', file: 'f', leftMs: 1, notAfter: 't' },
    CA_KEY_MISSING: { name: 'n1' },
    VERSION_SKEW: { what: 'etcd', versions: ['3.5.1', '3.6.0'] },
    MODE_IGNORED: { name: 'n1' },
    RECORD_UNREADABLE: { keys: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
  };

  it.each(CONDITION_CODES)('has all its words for %s', (code) => {
    const condition = buildCondition(code, facts[code]);
    expect(ConditionSchema.parse(condition)).toEqual(condition);
    for (const text of [condition.title, condition.why, condition.evidence, condition.remedy]) {
      expect(text.length).toBeGreaterThan(0);
      expect(text).not.toMatch(/undefined|null|NaN|\[object/);
    }
    expect(condition.title).toMatch(/[.]$/);
  });

  it('shortens long lists', () => {
    expect(buildCondition('RECORD_UNREADABLE', facts.RECORD_UNREADABLE).evidence).toBe('a, b, c, d, e and 2 more');
  });
});
