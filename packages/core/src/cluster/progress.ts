/** How far a learner is, when it will be there, and why it does not move: for API, CLI and page. Pure. */
import { formatDuration } from '../config/duration';
import type { JoinPhase } from '../join/saga';

export type ProgressSample = { readonly atMs: number; readonly appliedIndex: bigint };

/** A learner that has not moved for this long is said to stall; two ticks of the slowest election profile and then some. */
export const STALLED_AFTER_MS = 10_000;
/** Samples older than this say nothing about the present speed. */
export const HISTORY_MS = 60_000;

/** Percent (0..100, one decimal) of the leader's log that is applied; 100 only at its very end. Null when either index is unknown. */
export const percentOf = (appliedIndex: bigint | null, leaderIndex: bigint | null): number | null => {
  if (appliedIndex === null || leaderIndex === null || leaderIndex <= 0n) return null;
  if (appliedIndex >= leaderIndex) return 100;
  return Number((appliedIndex * 1000n) / leaderIndex) / 10;
};

/** The history with the sample added: in order of time, at most a minute long. */
export const addSample = (history: readonly ProgressSample[], sample: ProgressSample): ProgressSample[] => [
  ...history.filter(({ atMs }) => atMs < sample.atMs && sample.atMs - atMs <= HISTORY_MS),
  sample,
];

/** Whole seconds until the leader's present index is reached at the speed of the history; null when it does not move or is too short to tell. */
export const estimateEtaSeconds = (history: readonly ProgressSample[], leaderIndex: bigint | null): number | null => {
  const first = history[0];
  const last = history.at(-1);
  if (!first || !last || leaderIndex === null) return null;
  if (last.appliedIndex >= leaderIndex) return 0;
  const elapsedMs = last.atMs - first.atMs;
  const gained = last.appliedIndex - first.appliedIndex;
  if (elapsedMs <= 0 || gained <= 0n) return null;
  return Math.ceil((Number(leaderIndex - last.appliedIndex) * elapsedMs) / Number(gained) / 1000);
};

export type StallFacts = {
  readonly phase: JoinPhase;
  /** 1 = next to be admitted; null when it does not wait. */
  readonly queuePosition: number | null;
  /** Since its index last grew or it was added. */
  readonly idleMs: number;
  /** In contact with the observer. */
  readonly isUp: boolean;
  /** Null when its index is unknown. */
  readonly lagEntries: bigint | null;
  /** membership.promote_max_lag */
  readonly maxLagEntries: number;
  /** membership.evict_after */
  readonly evictAfterMs: number;
};

/** Why nothing moves, in one sentence; null while it moves. */
export const describeStall = (facts: StallFacts): string | null => {
  const { phase, queuePosition, idleMs, lagEntries } = facts;
  if (phase === 'promoted' || phase === 'undone') return null;
  if (queuePosition !== null)
    return queuePosition === 1 ? 'waits until the replica before it has joined' : `waits for its turn: number ${queuePosition} in the queue`;
  if (idleMs < STALLED_AFTER_MS) return null;
  const idle = seconds(idleMs);
  if (phase === 'reserved' || phase === 'checked') return `the joiner has not gone on for ${idle}`;
  const removal = `it is removed after ${formatDuration(facts.evictAfterMs)} without progress`;
  if (!facts.isUp) return `${phase === 'learner-added' ? 'its etcd has not been seen yet' : 'no contact'} for ${idle}; ${removal}`;
  if (lagEntries !== null && lagEntries <= BigInt(facts.maxLagEntries)) return 'has caught up; etcd has not agreed to promote it yet';
  return `in contact, but ${lagEntries === null ? 'its index is not known' : `${lagEntries} entries behind and not moving`} for ${idle}; ${removal}`;
};

const seconds = (ms: number): string => `${Math.floor(ms / 1000)} s`;
