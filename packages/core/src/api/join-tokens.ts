import { z } from 'zod';
import { DurationSchema } from '../config/duration';

/** Shortest and longest life of a join token. */
export const JOIN_TOKEN_TTL_MS = { min: 60_000, default: 3_600_000, max: 86_400_000 } as const;
export const JOIN_TOKEN_MAX_USES = 32;

/** `POST /v1/nodes/join-tokens`. */
export const CreateJoinTokenInputSchema = z.object({
  kind: z.literal('cluster').describe('What the token admits to.'),
  name: z.string().trim().min(1).max(63).optional().describe('A note for people: what this token is for.'),
  ttl: DurationSchema.refine((ms) => ms >= JOIN_TOKEN_TTL_MS.min && ms <= JOIN_TOKEN_TTL_MS.max, 'a join token lives between 1m and 24h')
    .optional()
    .describe('How long it is good for, "1m" to "24h"; "1h" when absent.'),
  maxUses: z.number().int().min(1).max(JOIN_TOKEN_MAX_USES).optional().describe('How many hosts may use it; 1 when absent.'),
});
export type CreateJoinTokenInput = z.output<typeof CreateJoinTokenInputSchema>;

export const JoinTokenUseSchema = z.object({
  joinId: z.string(),
  /** Name of the replica that used it. */
  memberName: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** Remote address. */
  from: z.string(),
});

export const JoinTokenSchema = z.object({
  id: z.string(),
  kind: z.literal('cluster'),
  name: z.string().nullable(),
  state: z.enum(['active', 'exhausted', 'expired', 'revoked']),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string(),
  maxUses: z.number().int(),
  uses: z.array(JoinTokenUseSchema),
});
export type JoinToken = z.infer<typeof JoinTokenSchema>;

/** The only answer that carries the plaintext: it is shown once. */
export const CreateJoinTokenOutputSchema = z.object({
  token: JoinTokenSchema,
  plaintext: z.string(),
  /** One string with token, addresses and CA pin, for `quorated join --invite`. */
  invitation: z.string(),
  caFingerprint: z.string(),
  replicaUrls: z.array(z.string()),
  /** Complete command for the new host. */
  joinCommand: z.string(),
});
export type CreateJoinTokenOutput = z.infer<typeof CreateJoinTokenOutputSchema>;

export const ListJoinTokensOutputSchema = z.object({ tokens: z.array(JoinTokenSchema) });
export const RevokeJoinTokenInputSchema = z.object({ id: z.string().min(1).max(64).describe('Id of the token, as the list of tokens shows it.') });
export const RevokeJoinTokenOutputSchema = z.object({ token: JoinTokenSchema });
