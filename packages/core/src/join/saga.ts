import { z } from 'zod';

/**
 * The phases of a join, in order. `undone` is the only other end. See apps/daemon/src/services/join/DESIGN.md.
 *
 * - `reserved`: the token holds a place for this joiner; nothing is spent (the record dies with its lease)
 * - `checked`: the checks of both sides passed; once `admittedAt` is set the token is spent and the learner is being added
 * - `learner-added`: etcd lists the learner; certificates are issued
 * - `started`: the joiner's etcd runs
 * - `catching-up`: it copies the log
 * - `promoted`: it is a voter
 * - `undone`: learner removed, token use given back
 */
export const JOIN_PHASES = ['reserved', 'checked', 'learner-added', 'started', 'catching-up', 'promoted', 'undone'] as const;
export const JoinPhaseSchema = z.enum(JOIN_PHASES);
export type JoinPhase = z.infer<typeof JoinPhaseSchema>;

/** Phases that a join may move to from each phase. */
export const joinTransitions = {
  reserved: ['checked', 'undone'],
  checked: ['learner-added', 'undone'],
  'learner-added': ['started', 'catching-up', 'promoted', 'undone'],
  started: ['catching-up', 'promoted', 'undone'],
  'catching-up': ['promoted', 'undone'],
  promoted: [],
  undone: [],
} as const satisfies Record<JoinPhase, readonly JoinPhase[]>;

/** True when `to` may follow `from`; staying in the same phase is always allowed (every step is repeatable). */
export const canMoveJoin = (from: JoinPhase, to: JoinPhase): boolean => from === to || (joinTransitions[from] as readonly JoinPhase[]).includes(to);

/** True while the join is neither finished nor undone. */
export const isJoinLive = (phase: JoinPhase): boolean => phase !== 'promoted' && phase !== 'undone';

/** A 128-bit random id that the joiner makes once, as 32 hex digits; the same id makes every step repeatable. */
export const JoinIdSchema = z.string().regex(/^[0-9a-f]{32}$/, 'a join id is 32 hex digits');

/** What the API, the CLI and the page show of a join that is under way. */
export const JoinProgressSchema = z.object({
  joinId: JoinIdSchema,
  name: z.string(),
  peerUrl: z.string(),
  phase: JoinPhaseSchema,
  /** Hex member id once the learner is added. */
  memberId: z.string().nullable(),
  /** 1 = next to be admitted; null when it is not waiting. */
  queuePosition: z.number().int().positive().nullable(),
  /** 0..100 of the leader's log that the learner has applied; null when nothing is known yet. */
  percent: z.number().min(0).max(100).nullable(),
  etaSeconds: z.number().nonnegative().nullable(),
  /** Why nothing moves; null while it moves. */
  stallReason: z.string().nullable(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  updatedAt: z.string(),
});
export type JoinProgress = z.infer<typeof JoinProgressSchema>;

/** The checks of the preflight; each side reports its own. */
export const CHECK_IDS = [
  'token',
  'cluster-token',
  'name',
  'peer-url',
  'voters',
  'versions',
  'timers',
  'clock',
  'round-trip',
  'fsync',
  'free-space',
  'local-data',
  'listen-peer',
  'listen-replica',
  'dial-peer',
  'dial-back-peer',
  'dial-back-replica',
  'queue',
] as const;
export const CheckIdSchema = z.enum(CHECK_IDS);
export type CheckId = z.infer<typeof CheckIdSchema>;

export const JoinCheckSchema = z.object({
  id: CheckIdSchema,
  /** Who looked. */
  side: z.enum(['joiner', 'cluster']),
  verdict: z.enum(['pass', 'warn', 'fail']),
  /** What was found, with figures. */
  detail: z.string(),
  /** What to do; null when the verdict is pass. */
  fix: z.string().nullable(),
  /** Error code that a failed check stands for (an ErrorCode); null when it did not fail. */
  code: z.string().nullable(),
});
export type JoinCheck = z.infer<typeof JoinCheckSchema>;
