import { z } from 'zod';
import { keys } from './keys';
import { createRecords, type ReadOptions, type RecordsEtcd } from './records';
import type { CommitOptions } from './txn';

const AdminTokenRowSchema = z.object({ v: z.literal(1), sha256: z.string().regex(/^[0-9a-f]{64}$/), createdAtMs: z.number().int(), createdBy: z.string() });
export type AdminTokenRow = z.infer<typeof AdminTokenRowSchema>;

/** The digest of the administrator token; the plaintext lies in one 0600 file on the first replica and nowhere else. */
export const createAccessStore = (etcd: RecordsEtcd) => {
  const rows = createRecords(etcd, { schema: AdminTokenRowSchema, prefix: keys.adminToken, keyOf: () => keys.adminToken });
  return {
    get: async (read: ReadOptions = {}): Promise<AdminTokenRow | null> => (await rows.get('', read))?.value ?? null,
    create: (row: AdminTokenRow, write: CommitOptions = {}): Promise<boolean> => rows.create('', row, write),
  };
};
export type AccessStore = ReturnType<typeof createAccessStore>;
