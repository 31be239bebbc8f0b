import { z } from 'zod';
import { keys } from './keys';
import { createRecords, type ReadOptions, type RecordsEtcd } from './records';
import type { CommitOptions } from './txn';

const CaRowSchema = z.object({ v: z.literal(1), certPem: z.string(), fingerprint: z.string(), clusterId: z.string() });
export type CaRow = z.infer<typeof CaRowSchema>;

/** The CA row: what this cluster believes its CA to be. Written once, by the first member. */
export const createCaStore = (etcd: RecordsEtcd) => {
  const rows = createRecords(etcd, { schema: CaRowSchema, prefix: keys.ca, keyOf: () => keys.ca });
  return {
    get: async (read: ReadOptions = {}): Promise<CaRow | null> => (await rows.get('', read))?.value ?? null,
    /** False when there is one already. */
    create: (row: CaRow, write: CommitOptions = {}): Promise<boolean> => rows.create('', row, write),
  };
};
export type CaStore = ReturnType<typeof createCaStore>;
