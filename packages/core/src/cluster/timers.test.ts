import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseTimers, TIMER_PROFILES, type TimerRequest } from './timers';

const ask = (over: Partial<TimerRequest> = {}) => chooseTimers({ profile: 'default', rttMs: 0.3, fsyncP99Ms: 2, ...over });

describe('chooseTimers', () => {
  it('never refuses the default, whatever was measured', () => {
    expect(ask({ rttMs: 900, fsyncP99Ms: 4000 })).toMatchObject({ ok: true, timers: { heartbeatMs: 100, electionMs: 1000 }, profile: 'default' });
  });

  it.each<[string, Partial<TimerRequest>, string]>([
    ['a fast disk and network', {}, 'fast'],
    ['a disk too slow for fast', { fsyncP99Ms: 10.1 }, 'lan'],
    ['a network too slow for fast', { rttMs: 21 }, 'lan'],
    ['a network too slow for lan', { rttMs: 51 }, 'default'],
    ['a disk too slow for both', { fsyncP99Ms: 26 }, 'default'],
    ['an unknown disk', { fsyncP99Ms: null }, 'default'],
    ['an unknown network', { rttMs: null }, 'default'],
  ])('auto chooses for %s', (_title, over, profile) => {
    expect(ask({ profile: 'auto', ...over })).toMatchObject({ ok: true, profile });
  });

  it.each<[string, Partial<TimerRequest>, RegExp]>([
    [
      'fast on a slow disk',
      { profile: 'fast', fsyncP99Ms: 11 },
      /profile fast: writing to the disk takes 11 ms \(p99\); with a heartbeat of 20 ms it may take 10 ms/,
    ],
    ['fast over a long line', { profile: 'fast', rttMs: 24 }, /round trip between members \(24 ms\) is longer than the heartbeat interval \(20 ms\)/],
    ['lan over a longer line', { profile: 'lan', rttMs: 50.5 }, /50\.5 ms/],
    ['an election time-out of ten round trips less a little', { heartbeatMs: 100, electionMs: 600, rttMs: 61 }, /less than 10 round trips \(61 ms each\)/],
    ['an election time-out of five heartbeats', { heartbeatMs: 100, electionMs: 500 }, /must be more than 5 × the heartbeat/],
    ['an election time-out that etcd refuses', { heartbeatMs: 100, electionMs: 50_001 }, /at most 50000 ms/],
    ['a heartbeat alone', { heartbeatMs: 100 }, /must be given together/],
    ['an election time-out alone', { electionMs: 1000 }, /must be given together/],
  ])('refuses %s', (_title, over, reason) => {
    expect(ask(over)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('takes a named profile whose figures were not measured, and a pair that keeps the rules', () => {
    expect(ask({ profile: 'lan', rttMs: null, fsyncP99Ms: null })).toMatchObject({ ok: true, profile: 'lan' });
    expect(ask({ heartbeatMs: 300, electionMs: 3000, rttMs: 150 })).toMatchObject({
      ok: true,
      profile: 'custom',
      timers: { heartbeatMs: 300, electionMs: 3000 },
    });
  });

  it('keeps its own rules in every profile', () => {
    for (const { heartbeatMs, electionMs } of Object.values(TIMER_PROFILES)) expect(electionMs).toBeGreaterThan(5 * heartbeatMs);
  });

  it('auto never chooses what it would refuse by name', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 500, noNaN: true }), fc.double({ min: 0, max: 500, noNaN: true }), (rttMs, fsyncP99Ms) => {
        const chosen = ask({ profile: 'auto', rttMs, fsyncP99Ms });
        if (!chosen.ok || chosen.profile === 'custom') throw new Error('auto must always find a profile');
        expect(ask({ profile: chosen.profile, rttMs, fsyncP99Ms }).ok).toBe(true);
      }),
    );
  });
});
