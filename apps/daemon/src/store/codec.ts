import { AppError } from '@quorate/core/errors/app-error';
import type { z } from 'zod';
import type { KeyValue } from '../etcd/api';

/** A record with the revision that the next write compares. */
export type Stored<T> = { readonly value: T; readonly modRevision: bigint; readonly createRevision: bigint; readonly lease: bigint };

export type Codec<T> = {
  readonly encode: (value: T) => Uint8Array;
  /** Throws RECORD_UNREADABLE with the key when the value is not JSON or does not fit the schema. */
  readonly decode: (kv: KeyValue) => Stored<T>;
};

/** JSON in UTF-8, checked by the schema in both directions. Records carry `v`; a later version migrates here, on read. */
export const createCodec = <S extends z.ZodType>(schema: S): Codec<z.output<S>> => ({
  encode: (value) => new TextEncoder().encode(JSON.stringify(schema.parse(value))),
  decode: (kv) => {
    const parsed = schema.safeParse(readJson(kv));
    if (!parsed.success) throw unreadable(kv.key, parsed.error);
    return { value: parsed.data, modRevision: kv.modRevision, createRevision: kv.createRevision, lease: kv.lease };
  },
});

const readJson = (kv: KeyValue): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(kv.value));
  } catch (error) {
    throw unreadable(kv.key, error);
  }
};

const unreadable = (key: string, cause: unknown): AppError =>
  new AppError('RECORD_UNREADABLE', { message: `the record ${key} does not have the expected form`, cause, data: { key } });
