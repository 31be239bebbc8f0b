import { MemberIdSchema } from '@quorate/core/cluster/member';
import { z } from 'zod';
import { keys } from './keys';
import { createRecords, type ReadOptions, type RecordsEtcd } from './records';
import { type CommitOptions, commit } from './txn';

/** Where a replica is reached; each replica writes its own row when it serves. */
const ReplicaRowSchema = z.object({
  v: z.literal(1),
  memberId: MemberIdSchema,
  name: z.string(),
  replicaUrl: z.string(),
  publicUrl: z.string().nullable(),
  quorateVersion: z.string(),
  etcdVersion: z.string(),
  generation: z.number().int().positive(),
  updatedAtMs: z.number().int(),
});
export type ReplicaRow = z.infer<typeof ReplicaRowSchema>;

export const createReplicasStore = (etcd: RecordsEtcd) => {
  const rows = createRecords(etcd, { schema: ReplicaRowSchema, prefix: keys.replicas, keyOf: keys.replica });
  return {
    list: async (read: ReadOptions = {}): Promise<ReplicaRow[]> => (await rows.list(read)).records.map((row) => row.value),
    /** Writes the row, whatever it held, readable or not: a replica is the only writer of its own row. */
    save: async (row: ReplicaRow, write: CommitOptions = {}): Promise<void> => {
      for (;;) {
        const found = await etcd.get(keys.replica(row.memberId), write.signal ? { signal: write.signal } : {});
        const saved = found
          ? await rows.replace(row.memberId, { value: row, expected: found.modRevision }, write)
          : await rows.create(row.memberId, row, write);
        if (saved) return;
      }
    },
    remove: async (memberId: string, write: CommitOptions = {}): Promise<void> => {
      const key = keys.replica(memberId);
      const found = await etcd.get(key, write.signal ? { signal: write.signal } : {});
      if (!found) return;
      await commit({ etcd }, { compares: [{ kind: 'mod-revision', key, equals: found.modRevision }], then: [{ kind: 'delete', key }] }, write);
    },
  };
};
export type ReplicasStore = ReturnType<typeof createReplicasStore>;
