/** The key space: ranges and transactions. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { assertNever } from '@quorate/core/errors/assert-never';
import type { Compare, EtcdClient, KeyValue, Op, RangeOptions, RangeResult } from './api';
import { readCall, retryRead, writeCall } from './call';
import type { KeyValue as WireKeyValue } from './gen/kv_pb';
import { Compare_CompareTarget, type CompareSchema, KV, RangeRequest_SortOrder, type RequestOpSchema, type TxnResponse } from './gen/rpc_pb';
import { keyBytes, keyText, prefixRange } from './key-range';
import type { Transport } from './transport';

export const createKv = (deps: { readonly transport: Pick<Transport, 'unary'> }): Pick<EtcdClient, 'range' | 'get' | 'txn'> => {
  const range = (input: MessageInitShape<typeof KV.method.range.input>, call: Parameters<typeof readCall>[0]) =>
    retryRead(readCall(call), (attempt) => deps.transport.unary(KV.method.range, input, attempt));

  return {
    range: async (options, call) => toRangeResult(await range(rangeRequest(options), { ...call, requireLeader: options.serializable !== true })),
    get: async (key, call = {}) => {
      const serializable = call.serializable ?? false;
      const answer = await range({ key: keyBytes(key), serializable }, { ...call, requireLeader: !serializable });
      return answer.kvs[0] ? toKeyValue(answer.kvs[0]) : null;
    },
    txn: async ({ compares, then, otherwise = [] }, call) => {
      const answer = await deps.transport.unary(
        KV.method.txn,
        { compare: compares.map(compareRequest), success: then.map(opRequest), failure: otherwise.map(opRequest) },
        writeCall(call),
      );
      return { succeeded: answer.succeeded, revision: answer.header?.revision ?? 0n, gets: getsOf(answer, answer.succeeded ? then : otherwise) };
    },
  };
};

const rangeRequest = (options: RangeOptions) => ({
  ...prefixRange(options.prefix, options.from),
  limit: BigInt(options.limit ?? 0),
  revision: options.revision ?? 0n,
  // Ascending by key is how etcd stores keys; asking for a sort would make it fetch the whole range before it cuts at the limit.
  sortOrder: options.order === 'descending' ? RangeRequest_SortOrder.DESCEND : RangeRequest_SortOrder.NONE,
  serializable: options.serializable ?? false,
  keysOnly: options.keysOnly ?? false,
});

const toRangeResult = (answer: { kvs: WireKeyValue[]; more: boolean; count: bigint; header?: { revision: bigint } | undefined }): RangeResult => ({
  kvs: answer.kvs.map(toKeyValue),
  more: answer.more,
  count: answer.count,
  revision: answer.header?.revision ?? 0n,
});

export const toKeyValue = (kv: WireKeyValue): KeyValue => ({
  key: keyText(kv.key),
  value: kv.value,
  createRevision: kv.createRevision,
  modRevision: kv.modRevision,
  lease: kv.lease,
});

const compareRequest = (compare: Compare): MessageInitShape<typeof CompareSchema> => {
  const key = keyBytes(compare.key);
  switch (compare.kind) {
    case 'create-revision':
      return { key, target: Compare_CompareTarget.CREATE, targetUnion: { case: 'createRevision', value: compare.equals } };
    case 'mod-revision':
      return { key, target: Compare_CompareTarget.MOD, targetUnion: { case: 'modRevision', value: compare.equals } };
    default:
      return assertNever(compare);
  }
};

const opRequest = (op: Op): MessageInitShape<typeof RequestOpSchema> => {
  const key = keyBytes(op.key);
  switch (op.kind) {
    case 'put':
      return { request: { case: 'requestPut', value: { key, value: op.value, lease: op.lease ?? 0n } } };
    case 'delete':
      return { request: { case: 'requestDeleteRange', value: { key } } };
    case 'get':
      return { request: { case: 'requestRange', value: { key } } };
    default:
      return assertNever(op);
  }
};

/** Answers stand in the order of the operations; those of puts and deletes tell nothing that we need. */
const getsOf = (answer: TxnResponse, ops: readonly Op[]): (KeyValue | null)[] =>
  ops.flatMap((op, index) => {
    if (op.kind !== 'get') return [];
    const response = answer.responses[index]?.response;
    const kv = response?.case === 'responseRange' ? response.value.kvs[0] : undefined;
    return [kv ? toKeyValue(kv) : null];
  });
