import { z } from 'zod';
import { MemberRoleSchema } from '../cluster/member';
import { JoinIdSchema, JoinPhaseSchema } from './saga';
import { JoinerSchema } from './wire';

/** The record of a join in the store. Under a lease while `reserved` or `checked` without `admittedAt`; plain afterwards. */
export const JoinRecordSchema = z.object({
  v: z.literal(1),
  id: JoinIdSchema,
  phase: JoinPhaseSchema,
  joiner: JoinerSchema,
  tokenId: z.string(),
  /** Remote address of the joiner as the admitting replica saw it. */
  from: z.string(),
  /** Wall-clock milliseconds; for people. No decision but the 5-minute eviction depends on them. */
  startedAtMs: z.number().int(),
  updatedAtMs: z.number().int(),
  /** Set in the transaction that spends the token. */
  admittedAtMs: z.number().int().nullable(),
  memberId: z.string().nullable(),
  /** Last report of the joiner. */
  appliedIndex: z.string().nullable(),
  leaderIndexAtStart: z.string().nullable(),
  /** When `appliedIndex` last grew. */
  progressedAtMs: z.number().int(),
  undoneReason: z.string().nullable(),
});
export type JoinRecord = z.infer<typeof JoinRecordSchema>;

/** A member without the figures that change all the time: what replicas tell learners, and remember on disk. */
export const KnownMemberSchema = z.object({
  id: z.string(),
  name: z.string(),
  peerUrls: z.array(z.string()),
  role: MemberRoleSchema,
  replicaUrl: z.string().nullable(),
  publicUrl: z.string().nullable(),
});
export type KnownMember = z.infer<typeof KnownMemberSchema>;

/** What a voter tells a learner, whose own etcd serves no lists: `GET /v1/replica/view`. */
export const PeerViewSchema = z.object({ members: z.array(KnownMemberSchema), joins: z.array(JoinRecordSchema) });
export type PeerView = z.infer<typeof PeerViewSchema>;
