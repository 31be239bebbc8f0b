import { z } from 'zod';

/** Things that happened, past tense. */
export const EVENT_TYPES = [
  'cluster.created',
  'token.created',
  'token.revoked',
  'join.admitted',
  'join.undone',
  'member.promoted',
  'member.removed',
  'learner.evicted',
  'leader.changed',
  'replica.started',
] as const;
export const EventTypeSchema = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventTypeSchema>;

export const EventSchema = z.object({
  v: z.literal(1),
  /** Sorts by time: 48-bit milliseconds and random bits, hex. */
  id: z.string(),
  type: EventTypeSchema,
  /** Name of the replica that emitted it. */
  event_src_id: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** Member name, token id, … */
  subject: z.string(),
  detail: z.string(),
});
export type QuorateEvent = z.infer<typeof EventSchema>;

/** Writes one event; never throws and never blocks what it reports. */
export type RecordEvent = (event: { type: EventType; subject: string; detail: string }) => void;
