import { z } from 'zod';
import type { EtcdClient } from '../etcd/api';
import type { Stored } from './codec';
import { keys } from './keys';
import { createRecords, type ReadOptions, type RecordsEtcd } from './records';
import { type CommitOptions, grantLease } from './txn';

/** A join token at rest: its digest, never the plaintext. Times are wall-clock milliseconds of the replica that wrote them. */
export const JoinTokenRowSchema = z.object({
  v: z.literal(1),
  id: z.string(),
  kind: z.literal('cluster'),
  name: z.string().nullable(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  createdAtMs: z.number().int(),
  createdBy: z.string(),
  expiresAtMs: z.number().int(),
  maxUses: z.number().int().positive(),
  revokedAtMs: z.number().int().nullable(),
  uses: z.array(z.object({ joinId: z.string(), memberName: z.string(), atMs: z.number().int(), from: z.string() })),
});
export type JoinTokenRow = z.infer<typeof JoinTokenRowSchema>;

/** How long a token stays listed after it expired, so that its uses can be looked up. */
const KEEP_AFTER_EXPIRY_SECONDS = 7 * 24 * 3600;

export const createJoinTokensStore = (etcd: RecordsEtcd & Pick<EtcdClient, 'leaseGrant'>) => {
  const rows = createRecords(etcd, { schema: JoinTokenRowSchema, prefix: keys.joinTokens, keyOf: keys.joinToken });
  return {
    codec: rows.codec,
    get: (id: string, read: ReadOptions = {}): Promise<Stored<JoinTokenRow> | null> => rows.get(id, read),
    list: (read: ReadOptions = {}) => rows.list(read),
    /** The record removes itself 7 days after the token expired. */
    create: async (row: JoinTokenRow, write: CommitOptions = {}): Promise<boolean> => {
      const ttlSeconds = Math.ceil((row.expiresAtMs - row.createdAtMs) / 1000) + KEEP_AFTER_EXPIRY_SECONDS;
      const lease = await grantLease({ etcd }, ttlSeconds, write);
      return rows.create(row.id, row, { ...write, lease });
    },
    replace: (stored: Stored<JoinTokenRow>, value: JoinTokenRow, write: CommitOptions = {}): Promise<boolean> =>
      rows.replace(value.id, { value, expected: stored.modRevision, lease: stored.lease }, write),
  };
};
export type JoinTokensStore = ReturnType<typeof createJoinTokensStore>;
