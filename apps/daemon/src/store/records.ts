import type { z } from 'zod';
import type { EtcdClient, Op } from '../etcd/api';
import { createCodec, type Stored } from './codec';
import { confirmedRead } from './confirmed-read';
import { type CommitOptions, commit } from './txn';

export type RecordsEtcd = Pick<EtcdClient, 'txn' | 'status' | 'range' | 'get'>;

export type ReadOptions = {
  readonly signal?: AbortSignal | undefined;
  /** From this member alone: works without quorum and on a learner, may be stale. */
  readonly serializable?: boolean;
};

/** Longest list that is read at once; nouns that use this store stay far below. */
const LIST_LIMIT = 1_000;

/**
 * Records of one noun below one prefix. All writes are compare-and-set: `create` wants the key absent, `replace` and `remove` want the
 * revision that was read. They resolve to null / false when somebody else was faster.
 */
export const createRecords = <S extends z.ZodType>(etcd: RecordsEtcd, options: { schema: S; prefix: string; keyOf: (id: string) => string }) => {
  type T = z.output<S>;
  const codec = createCodec(options.schema);
  const call = (read: ReadOptions) => ({ ...(read.signal ? { signal: read.signal } : {}), ...(read.serializable ? { serializable: true } : {}) });
  return {
    codec,
    get: async (id: string, read: ReadOptions = {}): Promise<Stored<T> | null> => {
      const kv = await confirmedRead(etcd, () => etcd.get(options.keyOf(id), call(read)));
      return kv ? codec.decode(kv) : null;
    },
    /** Readable records in key order; `unreadable` names the keys of the others, which never stop a list. */
    list: async (read: ReadOptions = {}): Promise<{ records: Stored<T>[]; unreadable: string[] }> => {
      const range = { prefix: options.prefix, limit: LIST_LIMIT, ...(read.serializable ? { serializable: true } : {}) };
      const { kvs } = await confirmedRead(etcd, () => etcd.range(range, call(read)));
      const records: Stored<T>[] = [];
      const unreadable: string[] = [];
      for (const kv of kvs) {
        try {
          records.push(codec.decode(kv));
        } catch {
          unreadable.push(kv.key);
        }
      }
      return { records, unreadable };
    },
    create: async (id: string, value: T, write: CommitOptions & { lease?: bigint } = {}): Promise<boolean> => {
      const key = options.keyOf(id);
      const result = await commit(
        { etcd },
        { compares: [{ kind: 'create-revision', key, equals: 0n }], then: [put(key, codec.encode(value), write.lease)] },
        write,
      );
      return result.ok;
    },
    replace: async (id: string, change: { value: T; expected: bigint; lease?: bigint }, write: CommitOptions = {}): Promise<boolean> => {
      const key = options.keyOf(id);
      const result = await commit(
        { etcd },
        { compares: [{ kind: 'mod-revision', key, equals: change.expected }], then: [put(key, codec.encode(change.value), change.lease)] },
        write,
      );
      return result.ok;
    },
  };
};

const put = (key: string, value: Uint8Array, lease: bigint | undefined): Op => ({ kind: 'put', key, value, ...(lease === undefined ? {} : { lease }) });
