import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isErrorCode } from '../errors/codes';
import { failCheck, passCheck, warnCheck } from './check-result';
import {
  type Dial,
  evaluateClock,
  evaluateClusterToken,
  evaluateDial,
  evaluateFreeSpace,
  evaluateFsync,
  evaluateName,
  evaluatePeerUrl,
  evaluateQueue,
  evaluateRoundTrip,
  evaluateTimers,
  evaluateVersions,
  evaluateVoters,
  firstFailure,
  type TakenMember,
} from './checks';
import { type JoinCheck, JoinCheckSchema } from './saga';

const standard = { heartbeatMs: 100, electionMs: 1000 };
const fast = { heartbeatMs: 20, electionMs: 250 };
const members: TakenMember[] = [{ id: 'a1', name: 'n0', role: 'voter', peerUrls: ['https://10.0.0.10:2380'] }];
const MiB = 1_048_576;
const versions = (etcd: string, quorate = '0.1.0') => ({ etcd, quorate });
const clock = (offsetMs: number, roundTripMs = 2) =>
  evaluateClock({ side: 'joiner', joinerMs: 1_000_000_000 + offsetMs, clusterMs: 1_000_000_000, roundTripMs });
const dial = (...results: Dial['result'][]) =>
  evaluateDial({ id: 'dial-peer', side: 'joiner', dials: results.map((result, n) => ({ target: `https://10.0.0.1${n}:2380`, result })) });
const ok = { kind: 'ok', rttMs: 0.42 } as const;

const cases: readonly [title: string, check: JoinCheck, verdict: JoinCheck['verdict'], detail: RegExp, code?: string][] = [
  ['the same cluster token', evaluateClusterToken({ joiner: 'a', cluster: 'a' }), 'pass', /both sides use "a"/],
  ['another cluster token', evaluateClusterToken({ joiner: 'a', cluster: 'b' }), 'fail', /this host has "a", the cluster "b"/, 'JOIN_CLUSTER_TOKEN_MISMATCH'],
  ['a free name', evaluateName({ name: 'n1', members }), 'pass', /no member is called n1/],
  ['a taken name', evaluateName({ name: 'n0', members }), 'fail', /n0 is the name of voter a1/, 'JOIN_NAME_TAKEN'],
  ['a free peer URL', evaluatePeerUrl({ peerUrl: 'https://10.0.0.11:2380', members }), 'pass', /no member has/],
  [
    'a taken peer URL, written otherwise',
    evaluatePeerUrl({ peerUrl: 'https://10.0.0.10:2380/', members }),
    'fail',
    /peer URL of voter n0/,
    'JOIN_PEER_URL_TAKEN',
  ],
  ['equal versions', evaluateVersions({ joiner: versions('3.5.16'), cluster: versions('3.5.16') }), 'pass', /etcd 3\.5\.16 with 3\.5\.16/],
  ['another patch version', evaluateVersions({ joiner: versions('3.5.9'), cluster: versions('3.5.30', '0.1.9') }), 'pass', /3\.5\.9 with 3\.5\.30/],
  ['the next minor version of etcd', evaluateVersions({ joiner: versions('3.6.1'), cluster: versions('3.5.30') }), 'warn', /3\.6\.1/],
  [
    'an older minor version of etcd',
    evaluateVersions({ joiner: versions('3.5.30'), cluster: versions('3.6.0') }),
    'fail',
    /etcd 3\.5\.30 cannot join a cluster of etcd 3\.6\.0/,
    'JOIN_VERSION_INCOMPATIBLE',
  ],
  [
    'etcd two minor versions ahead',
    evaluateVersions({ joiner: versions('3.7.0'), cluster: versions('3.5.0') }),
    'fail',
    /3\.7\.0/,
    'JOIN_VERSION_INCOMPATIBLE',
  ],
  [
    'another major version of etcd',
    evaluateVersions({ joiner: versions('4.5.0'), cluster: versions('3.5.0') }),
    'fail',
    /4\.5\.0/,
    'JOIN_VERSION_INCOMPATIBLE',
  ],
  ['an unreadable version', evaluateVersions({ joiner: versions('main'), cluster: versions('3.5.0') }), 'fail', /main/, 'JOIN_VERSION_INCOMPATIBLE'],
  [
    'another minor version of Quorate',
    evaluateVersions({ joiner: versions('3.5.0', '0.2.0'), cluster: versions('3.5.0') }),
    'fail',
    /Quorate 0\.2\.0/,
    'JOIN_VERSION_INCOMPATIBLE',
  ],
  ['equal timers', evaluateTimers({ joiner: standard, cluster: standard }), 'pass', /100\/1000 ms/],
  ['other timers', evaluateTimers({ joiner: fast, cluster: standard }), 'fail', /20\/250 ms here and 100\/1000 ms in the cluster/, 'JOIN_CHECK_FAILED'],
  ['clocks that agree', clock(-40), 'pass', /agree within 40 ms/],
  ['a clock whose offset the line may explain', clock(1500, 1200), 'pass', /1500 ms/],
  ['a clock two seconds ahead', clock(2000), 'warn', /is 2 s ahead of/],
  ['a clock five minutes behind, just', clock(-300_001), 'warn', /300 s behind/],
  ['a clock more than five minutes off', clock(-300_100), 'fail', /300\.1 s behind/, 'JOIN_CLOCK_OFF'],
  ['a short round trip', evaluateRoundTrip({ rttMs: 0.31, timers: standard }), 'pass', /0\.3 ms to the cluster; heartbeat 100 ms, election 1000 ms/],
  ['a round trip of half a heartbeat', evaluateRoundTrip({ rttMs: 50, timers: standard }), 'pass', /50 ms/],
  ['a round trip that is long for a heartbeat', evaluateRoundTrip({ rttMs: 100, timers: standard }), 'warn', /100 ms/],
  ['a round trip that elections cannot stand', evaluateRoundTrip({ rttMs: 101, timers: standard }), 'fail', /101 ms/, 'JOIN_CHECK_FAILED'],
  ['the same line with fast timers', evaluateRoundTrip({ rttMs: 26, timers: fast }), 'fail', /26 ms/, 'JOIN_CHECK_FAILED'],
  ['a fast disk', evaluateFsync({ p99Ms: 25, timers: standard }), 'pass', /25 ms \(p99\); heartbeat 100 ms/],
  ['a terribly slow disk with default timers', evaluateFsync({ p99Ms: 4000, timers: standard }), 'warn', /4000 ms/],
  ['a slowish disk with fast timers', evaluateFsync({ p99Ms: 10, timers: fast }), 'warn', /10 ms/],
  ['a slow disk with fast timers', evaluateFsync({ p99Ms: 11, timers: fast }), 'fail', /11 ms/, 'TIMER_PROFILE_UNSAFE'],
  ['enough space', evaluateFreeSpace({ freeBytes: 456 * MiB, dbSizeBytes: 100 * MiB }), 'pass', /456 MiB free; 456 MiB needed for a database of 100 MiB/],
  ['a byte too little space', evaluateFreeSpace({ freeBytes: 456 * MiB - 1, dbSizeBytes: 100 * MiB }), 'fail', /456 MiB needed/, 'JOIN_CHECK_FAILED'],
  ['an address that answers', dial(ok), 'pass', /https:\/\/10\.0\.0\.10:2380 answers in 0\.4 ms/],
  ['an address that refuses', dial({ kind: 'refused' }), 'fail', /refuses the connection/, 'JOIN_CHECK_FAILED'],
  ['an address that is silent', dial({ kind: 'timeout', afterMs: 2000 }), 'fail', /does not answer within 2000 ms/, 'JOIN_CHECK_FAILED'],
  ['an address of another host', dial({ kind: 'wrong-host' }), 'fail', /is answered by another host/, 'JOIN_CHECK_FAILED'],
  ['one of two that is unreachable', dial(ok, { kind: 'failed', reason: 'no route to host' }), 'fail', /no route to host/, 'JOIN_CHECK_FAILED'],
  ['one of three that is down', dial(ok, ok, { kind: 'refused' }), 'warn', /10\.0\.0\.12:2380 refuses/],
  ['no address at all', dial(), 'fail', /no address to reach/, 'JOIN_CHECK_FAILED'],
  ['an empty queue', evaluateQueue({ position: null, joining: null }), 'pass', /no other replica is joining/],
  ['a queue', evaluateQueue({ position: 2, joining: 'n3' }), 'warn', /n3 is joining; this one is number 2/],
];

describe('join checks', () => {
  it.each(cases)('judge %s', (_title, check, verdict, detail, code) => {
    expect(check.verdict).toBe(verdict);
    expect(check.detail).toMatch(detail);
    expect(check.code).toBe(code ?? null);
  });

  it('give a fix whenever they do not pass, and a known code exactly when they fail', () => {
    for (const [, check] of cases) {
      expect(JoinCheckSchema.parse(check)).toEqual(check);
      expect(check.fix === null).toBe(check.verdict === 'pass');
      expect(check.code !== null && isErrorCode(check.code)).toBe(check.verdict === 'fail');
    }
  });

  it('never judge a longer round trip or a slower disk better', () => {
    const rank = { pass: 0, warn: 1, fail: 2 };
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 2000, noNaN: true }),
        fc.double({ min: 0, max: 2000, noNaN: true }),
        fc.constantFrom(standard, fast),
        (a, b, timers) => {
          const [less, more] = a < b ? [a, b] : [b, a];
          expect(rank[evaluateRoundTrip({ rttMs: more, timers }).verdict]).toBeGreaterThanOrEqual(rank[evaluateRoundTrip({ rttMs: less, timers }).verdict]);
          expect(rank[evaluateFsync({ p99Ms: more, timers }).verdict]).toBeGreaterThanOrEqual(rank[evaluateFsync({ p99Ms: less, timers }).verdict]);
        },
      ),
    );
  });
});

describe('firstFailure', () => {
  const common = { side: 'joiner', detail: 'd', fix: 'f', code: 'JOIN_CHECK_FAILED' } as const;

  it('takes the first in the order of the checks, whatever the order of the list', () => {
    const checks = [
      failCheck({ ...common, id: 'fsync' }),
      passCheck({ ...common, id: 'token' }),
      failCheck({ ...common, id: 'name', code: 'JOIN_NAME_TAKEN' }),
    ];
    expect(firstFailure(checks)?.id).toBe('name');
  });

  it('is null when nothing failed', () => {
    expect(firstFailure([passCheck({ ...common, id: 'token' }), warnCheck({ ...common, id: 'queue' })])).toBeNull();
  });
});

describe('evaluateVoters', () => {
  it('passes while every voter is in contact', () => {
    expect(evaluateVoters({ voters: 3, down: [] })).toMatchObject({ verdict: 'pass', detail: 'all 3 voters are in contact' });
  });

  it('fails with the names of those that are not, before anything is spent', () => {
    const check = evaluateVoters({ voters: 3, down: ['quorate-2'] });
    expect(check).toMatchObject({ verdict: 'fail', code: 'CLUSTER_UNSETTLED' });
    expect(check.detail).toContain('quorate-2');
    expect(check.fix).toContain('quorate cluster member remove quorate-2');
  });
});
