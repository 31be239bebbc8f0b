import { z } from 'zod';
import { MemberIdSchema, MemberSchema } from '../cluster/member';
import { ConditionSchema } from '../health/condition';
import { JoinProgressSchema } from '../join/saga';

/** Quorum arithmetic in figures and words; built by `cluster/quorum.ts`, printed by CLI and page alike. */
export const QuorumReportSchema = z.object({
  voters: z.number().int().nonnegative(),
  /** Votes needed to commit: floor(voters / 2) + 1. */
  needed: z.number().int().nonnegative(),
  reachable: z.number().int().nonnegative(),
  hasQuorum: z.boolean(),
  /** Failures survived with all voters up. */
  toleranceNominal: z.number().int().nonnegative(),
  /** Further failures survived from the present state. */
  toleranceNow: z.number().int().nonnegative(),
  /** "survives 1 more failure", "does not survive another failure", "cannot write: 2 of 3 voters are down". */
  words: z.string(),
});
export type QuorumReport = z.infer<typeof QuorumReportSchema>;

export const ClusterStatusSchema = z.object({
  clusterId: z.string(),
  caFingerprint: z.string(),
  generation: z.number().int().positive(),
  /** The replica that answered. */
  servedBy: z.object({ memberId: MemberIdSchema, name: z.string(), role: z.enum(['voter', 'learner']) }),
  leaderId: MemberIdSchema.nullable(),
  raftTerm: z.string(),
  quorum: QuorumReportSchema,
  members: z.array(MemberSchema),
  /** Joins that are under way, those still waiting in the queue included. */
  joins: z.array(JoinProgressSchema),
  conditions: z.array(ConditionSchema),
  /** Replica listeners, for --cp-url and invitations. */
  replicaUrls: z.array(z.string()),
  /** ISO 8601, UTC. */
  observedAt: z.string(),
});
export type ClusterStatus = z.infer<typeof ClusterStatusSchema>;

export const MemberListSchema = z.object({ members: z.array(MemberSchema), quorum: QuorumReportSchema });
export type MemberList = z.infer<typeof MemberListSchema>;

export const RemovalPreviewSchema = z.object({
  member: MemberSchema,
  before: QuorumReportSchema,
  after: QuorumReportSchema,
  /** `safe`: goes; `unsafe`: goes with force; `refused`: never. */
  verdict: z.enum(['safe', 'unsafe', 'refused']),
  /** What will be true afterwards, one sentence each. */
  consequences: z.array(z.string()),
});
export type RemovalPreview = z.infer<typeof RemovalPreviewSchema>;

export const RemoveMemberInputSchema = z.object({
  id: MemberIdSchema.describe('Id of the member, as the list of members shows it.'),
  force: z.boolean().default(false).describe('Removes it although the cluster then survives fewer failures than is safe.'),
});
export const RemoveMemberOutputSchema = z.object({ removedId: MemberIdSchema, before: QuorumReportSchema, after: QuorumReportSchema });

export const SimulateInputSchema = z.object({ down: z.array(z.string().max(64)).max(32).describe('Ids or names of the members to think away.') });
export const SimulateOutputSchema = z.object({
  down: z.array(z.object({ id: MemberIdSchema, name: z.string() })),
  now: QuorumReportSchema,
  then: QuorumReportSchema,
  /** What each surviving replica could still do, in words. */
  consequences: z.array(z.string()),
});
export type SimulateOutput = z.infer<typeof SimulateOutputSchema>;
