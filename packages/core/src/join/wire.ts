/**
 * What joiner and cluster say to each other over the replica listener (:8443, TLS 1.3, cluster CA).
 *
 *   POST /v1/cluster/join/prepare        token           → checks; reserves, spends nothing
 *   POST /v1/cluster/join                token           → spends the token, adds the learner, signs (repeatable)
 *   POST /v1/cluster/join/:id/progress   replica cert    → reports, learns its role
 *   POST /v1/cluster/join/:id/undo       replica cert or token
 *   GET  /v1/replica/status              replica cert    → ReplicaStatus
 *   POST /v1/replica/ca-key              replica cert of a voter
 */
import { z } from 'zod';
import { MemberNameSchema } from '../cluster/member';
import { JoinCheckSchema, JoinIdSchema, JoinPhaseSchema } from './saga';

const UrlSchema = z
  .string()
  .max(256)
  .regex(/^https?:\/\/[^\s]+$/);
const TokenSchema = z.string().min(1).max(256);
const PemSchema = z.string().min(1).max(16_384);

export const TimersSchema = z.object({ heartbeatMs: z.number().int().positive(), electionMs: z.number().int().positive() });
export type Timers = z.infer<typeof TimersSchema>;

export const VersionsSchema = z.object({ quorate: z.string().max(64), etcd: z.string().max(64) });
export type Versions = z.infer<typeof VersionsSchema>;

/** Who the joiner is: the same in every step. */
export const JoinerSchema = z.object({
  joinId: JoinIdSchema,
  name: MemberNameSchema,
  peerUrl: UrlSchema,
  replicaUrl: UrlSchema,
  publicUrl: UrlSchema.nullable(),
  /** SHA-256 (hex) of the DER SubjectPublicKeyInfo of the joiner's key: the reservation belongs to this key. */
  publicKeySha256: z.string().regex(/^[0-9a-f]{64}$/),
  clusterToken: z.string().max(128),
  versions: VersionsSchema,
  timers: TimersSchema,
});
export type Joiner = z.infer<typeof JoinerSchema>;

/**
 * Dial-back: the joiner listens on its peer and replica address and answers any connection with the nonce, so that the
 * cluster proves it reached this very host. A null nonce means that the joiner's own daemon holds the port already: the
 * cluster then only checks that the port answers.
 */
export const DialBackSchema = z.object({ peerNonce: z.string().max(64).nullable(), replicaNonce: z.string().max(64).nullable() });

export const PrepareRequestSchema = z.object({
  v: z.literal(1),
  token: TokenSchema,
  joiner: JoinerSchema,
  dialBack: DialBackSchema,
  /** The joiner's wall clock when it sent this, ISO 8601. */
  sentAt: z.string().max(40),
});
export type PrepareRequest = z.infer<typeof PrepareRequestSchema>;

export const PrepareResponseSchema = z.object({
  checks: z.array(JoinCheckSchema),
  clusterId: z.string(),
  servedBy: z.string(),
  /** The answering replica's wall clock, ISO 8601. */
  serverTime: z.string(),
  timers: TimersSchema,
  versions: VersionsSchema,
  /** Bytes of the database that the joiner will copy. */
  dbSizeBytes: z.number().int().nonnegative(),
  /** Replica listeners of the cluster; the joiner tries them all from now on. */
  replicaUrls: z.array(z.string()),
  /** Peer URLs that the joiner must reach. */
  peerUrls: z.array(z.string()),
});
export type PrepareResponse = z.infer<typeof PrepareResponseSchema>;

export const CommitRequestSchema = z.object({
  v: z.literal(1),
  token: TokenSchema,
  joiner: JoinerSchema,
  /** PKCS#10 request for the joiner's one key; the cluster issues the three leaves for it. */
  csrPem: PemSchema,
});
export type CommitRequest = z.infer<typeof CommitRequestSchema>;

export const CertificatesSchema = z.object({ peerPem: PemSchema, replicaPem: PemSchema, serverPem: PemSchema });

export const CommitResponseSchema = z.object({
  clusterId: z.string(),
  generation: z.number().int().positive(),
  memberId: z.string(),
  caCertPem: PemSchema,
  certificates: CertificatesSchema,
  /** For etcd's --initial-cluster, the joiner included. */
  initialCluster: z.string(),
  replicaUrls: z.array(z.string()),
});
export type CommitResponse = z.infer<typeof CommitResponseSchema>;

export const ProgressRequestSchema = z.object({
  phase: z.enum(['started', 'catching-up']),
  /** Raft applied index, decimal; null while the joiner's etcd does not answer yet. */
  appliedIndex: z.string().regex(/^\d+$/).nullable(),
  dbSizeBytes: z.number().int().nonnegative().nullable(),
});
export type ProgressRequest = z.infer<typeof ProgressRequestSchema>;

export const ProgressResponseSchema = z.object({
  phase: JoinPhaseSchema,
  leaderIndex: z.string().nullable(),
  percent: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  stallReason: z.string().nullable(),
  /** Why it was undone; null otherwise. */
  undoneReason: z.string().nullable(),
});
export type ProgressResponse = z.infer<typeof ProgressResponseSchema>;

export const UndoRequestSchema = z.object({ token: TokenSchema.nullable(), reason: z.string().max(500) });
export type UndoRequest = z.infer<typeof UndoRequestSchema>;
export const UndoResponseSchema = z.object({ phase: JoinPhaseSchema });

/** What a replica tells its peers about itself. */
export const ReplicaStatusSchema = z.object({
  memberId: z.string(),
  name: z.string(),
  clusterId: z.string(),
  generation: z.number().int().positive(),
  isLearner: z.boolean(),
  leaderId: z.string().nullable(),
  raftTerm: z.string(),
  raftIndex: z.string(),
  raftAppliedIndex: z.string(),
  dbSizeBytes: z.number().int().nonnegative(),
  dbInUseBytes: z.number().int().nonnegative(),
  versions: VersionsSchema,
  publicUrl: z.string().nullable(),
  replicaUrl: z.string(),
  hasCaKey: z.boolean(),
  /** The replica's wall clock, ISO 8601. */
  time: z.string(),
});
export type ReplicaStatus = z.infer<typeof ReplicaStatusSchema>;

export const CaKeyResponseSchema = z.object({ keyPem: PemSchema });
