/**
 * Heartbeat interval and election time-out of etcd: named profiles, and the rules that tell when one is safe.
 *
 * The rules are those of etcd's tuning guide (https://etcd.io/docs/v3.5/tuning/): a heartbeat of about the round trip between members
 * (0.5 to 1.5 times), an election time-out of at least ten round trips, at most 50 s. etcd itself refuses to start below five heartbeats
 * (embed/config.go). A leader sends its heartbeat only after its own log is on disk, so a slow fsync looks like a slow network.
 *
 * `default` is what etcd ships and is never refused for what was measured: a replica must be able to start on a bad day.
 */
import type { Timers } from '../join/wire';

export const TIMER_PROFILES = {
  default: { heartbeatMs: 100, electionMs: 1000 },
  lan: { heartbeatMs: 50, electionMs: 500 },
  fast: { heartbeatMs: 20, electionMs: 250 },
} as const satisfies Record<string, Timers>;
export type TimerProfile = keyof typeof TIMER_PROFILES;

/** An election needs several round trips; ten leave room for the slow ones. */
export const ELECTION_PER_ROUND_TRIP = 10;
/** The election time-out must be more than so many heartbeats, so that a few lost ones depose nobody. */
export const ELECTION_PER_HEARTBEAT = 5;
/** Of a heartbeat, what writing the log may take at worst (p99). */
export const FSYNC_PER_HEARTBEAT = 0.5;
/** Largest election time-out that etcd accepts. */
export const ELECTION_MAX_MS = 50_000;

export type TimerRequest = {
  readonly profile: TimerProfile | 'auto';
  /** Both override the profile; one alone is refused. */
  readonly heartbeatMs?: number | undefined;
  readonly electionMs?: number | undefined;
  /** Worst round trip between members; null when there is no other member or it was not measured. */
  readonly rttMs: number | null;
  /** 99th percentile of writing and syncing a log entry; null when it was not measured. */
  readonly fsyncP99Ms: number | null;
};

export type TimerChoice =
  | { readonly ok: true; readonly timers: Timers; readonly profile: TimerProfile | 'custom' /** Why these, with figures. */; readonly why: string }
  | { readonly ok: false; readonly reason: string };

/** The timers to start etcd with, or why the ones asked for are not safe here. */
export const chooseTimers = (request: TimerRequest): TimerChoice => {
  const { profile, heartbeatMs, electionMs } = request;
  if (heartbeatMs !== undefined && electionMs !== undefined) return chooseCustom({ heartbeatMs, electionMs }, request);
  if (heartbeatMs !== undefined || electionMs !== undefined) return { ok: false, reason: 'heartbeat interval and election time-out must be given together' };
  if (profile === 'auto') return chooseFastest(request);
  if (profile === 'default') return { ok: true, timers: TIMER_PROFILES.default, profile, why: "etcd's own values" };
  const reason = findUnsafe(TIMER_PROFILES[profile], request);
  if (reason !== null) return { ok: false, reason: `profile ${profile}: ${reason}` };
  return { ok: true, timers: TIMER_PROFILES[profile], profile, why: `safe with ${describeMeasured(request)}` };
};

const chooseCustom = (timers: Timers, measured: Measured): TimerChoice => {
  const reason = findUnsafeRatio(timers) ?? findUnsafe(timers, measured);
  return reason === null ? { ok: true, timers, profile: 'custom', why: 'as configured' } : { ok: false, reason };
};

/** What was not measured cannot make a faster profile safe: then it is `default`. */
const chooseFastest = (measured: Measured): TimerChoice => {
  const { rttMs, fsyncP99Ms } = measured;
  if (rttMs === null || fsyncP99Ms === null) return { ok: true, timers: TIMER_PROFILES.default, profile: 'default', why: 'round trip or fsync is not known' };
  for (const profile of ['fast', 'lan'] as const)
    if (findUnsafe(TIMER_PROFILES[profile], measured) === null)
      return { ok: true, timers: TIMER_PROFILES[profile], profile, why: `the fastest that is safe with ${describeMeasured(measured)}` };
  return { ok: true, timers: TIMER_PROFILES.default, profile: 'default', why: `nothing faster is safe with ${describeMeasured(measured)}` };
};

type Measured = Pick<TimerRequest, 'rttMs' | 'fsyncP99Ms'>;

const findUnsafeRatio = ({ heartbeatMs, electionMs }: Timers): string | null => {
  if (electionMs <= ELECTION_PER_HEARTBEAT * heartbeatMs)
    return `the election time-out (${electionMs} ms) must be more than ${ELECTION_PER_HEARTBEAT} × the heartbeat interval (${heartbeatMs} ms)`;
  if (electionMs > ELECTION_MAX_MS) return `the election time-out (${electionMs} ms) must be at most ${ELECTION_MAX_MS} ms`;
  return null;
};

const findUnsafe = ({ heartbeatMs, electionMs }: Timers, { rttMs, fsyncP99Ms }: Measured): string | null => {
  if (rttMs !== null && rttMs > heartbeatMs)
    return `the round trip between members (${figure(rttMs)}) is longer than the heartbeat interval (${heartbeatMs} ms)`;
  if (rttMs !== null && electionMs < ELECTION_PER_ROUND_TRIP * rttMs)
    return `the election time-out (${electionMs} ms) is less than ${ELECTION_PER_ROUND_TRIP} round trips (${figure(rttMs)} each)`;
  const fsyncLimitMs = FSYNC_PER_HEARTBEAT * heartbeatMs;
  if (fsyncP99Ms !== null && fsyncP99Ms > fsyncLimitMs)
    return `writing to the disk takes ${figure(fsyncP99Ms)} (p99); with a heartbeat of ${heartbeatMs} ms it may take ${figure(fsyncLimitMs)}`;
  return null;
};

const describeMeasured = ({ rttMs, fsyncP99Ms }: Measured): string =>
  `round trip ${rttMs === null ? 'not measured' : figure(rttMs)}, fsync p99 ${fsyncP99Ms === null ? 'not measured' : figure(fsyncP99Ms)}`;

const figure = (ms: number): string => `${Math.round(ms * 10) / 10} ms`;
