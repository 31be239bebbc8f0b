import { type JoinRecord, JoinRecordSchema } from '@quorate/core/join/join-record';
import type { Compare, EtcdClient, Op } from '../etcd/api';
import type { Stored } from './codec';
import type { JoinTokenRow, JoinTokensStore } from './join-tokens-store';
import { keys } from './keys';
import { createRecords, type ReadOptions, type RecordsEtcd } from './records';
import { type CommitOptions, commit, grantLease } from './txn';

/** A reservation that nobody refreshes dies after this; every prepare and commit call of the joiner refreshes it. */
export const RESERVATION_TTL_SECONDS = 60;
/** Finished joins stay listed for a day. */
const KEEP_FINISHED_SECONDS = 24 * 3600;

type JoinsEtcd = RecordsEtcd & Pick<EtcdClient, 'leaseGrant'>;

/**
 * Join records, and the transactions that tie them to tokens and to the admission key. The admission key holds the id of the one join
 * that is admitted and not finished: etcd takes one learner at a time, so joins are admitted one at a time.
 */
export const createJoinsStore = (etcd: JoinsEtcd, tokens: Pick<JoinTokensStore, 'codec'>) => {
  const rows = createRecords(etcd, { schema: JoinRecordSchema, prefix: keys.joins, keyOf: keys.join });
  const grant = (ttl: number, write: CommitOptions) => grantLease({ etcd }, ttl, write);

  const putToken = (row: JoinTokenRow, lease: bigint): Op => ({ kind: 'put', key: keys.joinToken(row.id), value: tokens.codec.encode(row), lease });
  const putJoin = (record: JoinRecord, lease?: bigint): Op => ({
    kind: 'put',
    key: keys.join(record.id),
    value: rows.codec.encode(record),
    ...(lease === undefined ? {} : { lease }),
  });
  const unchanged = (key: string, stored: Stored<unknown>): Compare => ({ kind: 'mod-revision', key, equals: stored.modRevision });

  return {
    get: (id: string, read: ReadOptions = {}): Promise<Stored<JoinRecord> | null> => rows.get(id, read),
    list: (read: ReadOptions = {}) => rows.list(read),

    /** Writes a reservation (new, or again with a fresh lease). False: somebody else changed it. */
    reserve: async (record: JoinRecord, stored: Stored<JoinRecord> | null, write: CommitOptions = {}): Promise<boolean> => {
      const lease = await grant(RESERVATION_TTL_SECONDS, write);
      return stored
        ? rows.replace(record.id, { value: record, expected: stored.modRevision, lease }, write)
        : rows.create(record.id, record, { ...write, lease });
    },

    /** Id of the admitted join and the revision of the admission key; null when nobody is admitted. */
    admitted: async (read: ReadOptions = {}): Promise<{ joinId: string; modRevision: bigint } | null> => {
      const kv = await etcd.get(keys.admission, read.signal ? { signal: read.signal } : {});
      return kv ? { joinId: new TextDecoder().decode(kv.value), modRevision: kv.modRevision } : null;
    },

    /** Spends a token use and admits the join, in one transaction, only while no other join is admitted. */
    admit: async (
      change: { join: Stored<JoinRecord>; record: JoinRecord; token: Stored<JoinTokenRow>; tokenRow: JoinTokenRow },
      write: CommitOptions = {},
    ): Promise<boolean> => {
      const result = await commit(
        { etcd },
        {
          compares: [
            unchanged(keys.join(change.record.id), change.join),
            unchanged(keys.joinToken(change.tokenRow.id), change.token),
            { kind: 'create-revision', key: keys.admission, equals: 0n },
          ],
          then: [
            putJoin(change.record),
            putToken(change.tokenRow, change.token.lease),
            { kind: 'put', key: keys.admission, value: new TextEncoder().encode(change.record.id) },
          ],
        },
        write,
      );
      return result.ok;
    },

    /** Changes an admitted join (no lease). */
    replace: (stored: Stored<JoinRecord>, record: JoinRecord, write: CommitOptions = {}): Promise<boolean> =>
      rows.replace(record.id, { value: record, expected: stored.modRevision }, write),

    /**
     * Ends a join, promoted or undone, and frees the admission if it holds it; `token` gives the use back. The record stays for a day.
     */
    finish: async (
      change: { join: Stored<JoinRecord>; record: JoinRecord; token?: { stored: Stored<JoinTokenRow>; row: JoinTokenRow } | undefined },
      write: CommitOptions = {},
    ): Promise<boolean> => {
      const lease = await grant(KEEP_FINISHED_SECONDS, write);
      const holder = await etcd.get(keys.admission, write.signal ? { signal: write.signal } : {});
      const holds = holder !== null && new TextDecoder().decode(holder.value) === change.record.id;
      const compares: Compare[] = [unchanged(keys.join(change.record.id), change.join)];
      const then: Op[] = [putJoin(change.record, lease)];
      if (holder && holds) {
        compares.push({ kind: 'mod-revision', key: keys.admission, equals: holder.modRevision });
        then.push({ kind: 'delete', key: keys.admission });
      }
      if (change.token) {
        compares.push(unchanged(keys.joinToken(change.token.row.id), change.token.stored));
        then.push(putToken(change.token.row, change.token.stored.lease));
      }
      return (await commit({ etcd }, { compares, then }, write)).ok;
    },

    /** Frees an admission whose join is gone or finished. */
    freeAdmission: async (modRevision: bigint, write: CommitOptions = {}): Promise<void> => {
      await commit(
        { etcd },
        { compares: [{ kind: 'mod-revision', key: keys.admission, equals: modRevision }], then: [{ kind: 'delete', key: keys.admission }] },
        write,
      );
    },
  };
};
export type JoinsStore = ReturnType<typeof createJoinsStore>;
