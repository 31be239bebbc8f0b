import { z } from 'zod';
import { JoinProgressSchema } from '../join/saga';

/** A member id as etcd's tools print it: lower-case hex of an unsigned 64-bit number (it exceeds 2^53, so never a number). */
export const MemberIdSchema = z.string().regex(/^[0-9a-f]{1,16}$/, 'a member id is 1 to 16 lower-case hex digits, as "quorate cluster member list" prints it');

/** Member names go into certificates, etcd flags and pages: letters, digits, dot, dash, underscore; starts with a letter or digit; 63 at most. */
export const MemberNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a name is 1 to 63 letters, digits, ".", "_" or "-", and starts with a letter or digit');

export const MEMBER_ROLES = ['voter', 'learner'] as const;
export const MemberRoleSchema = z.enum(MEMBER_ROLES);
export type MemberRole = z.infer<typeof MemberRoleSchema>;

/**
 * What a member is doing, as its peers see it.
 * - `unstarted`: added to the cluster, its etcd has never been seen
 * - `catching-up`: a learner that copies the log
 * - `stalled`: a learner without progress (it is evicted when that lasts)
 * - `ready`: a voter in contact
 * - `unreachable`: a voter nobody has heard of for a while
 */
export const MEMBER_PHASES = ['unstarted', 'catching-up', 'stalled', 'ready', 'unreachable'] as const;
export const MemberPhaseSchema = z.enum(MEMBER_PHASES);
export type MemberPhase = z.infer<typeof MemberPhaseSchema>;

/** A member with every figure that the API, the CLI and the page show. Null means: not known to the answering replica. */
export const MemberSchema = z.object({
  id: MemberIdSchema,
  /** Empty while the member is `unstarted` and no join record names it. */
  name: z.string(),
  peerUrls: z.array(z.string()),
  /** Replica listener, https://host:8443. */
  replicaUrl: z.string().nullable(),
  /** Public listener, where its page and API are. */
  publicUrl: z.string().nullable(),
  role: MemberRoleSchema,
  isLeader: z.boolean(),
  /** True for the replica that answered. */
  isSelf: z.boolean(),
  phase: MemberPhaseSchema,
  etcdVersion: z.string().nullable(),
  quorateVersion: z.string().nullable(),
  /** Raft applied index, decimal. */
  raftAppliedIndex: z.string().nullable(),
  /** Entries behind the leader's applied index; 0 for the leader. */
  lagEntries: z.number().int().nonnegative().nullable(),
  dbSizeBytes: z.number().int().nonnegative().nullable(),
  /** ISO 8601, UTC. */
  lastContactAt: z.string().nullable(),
  /** Round trip of the last status call from the answering replica. */
  rttMs: z.number().nonnegative().nullable(),
  /** The join that brought this member, while it is not finished. */
  join: JoinProgressSchema.nullable(),
});
export type Member = z.infer<typeof MemberSchema>;
