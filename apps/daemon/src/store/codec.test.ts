import { isAppError } from '@quorate/core/errors/app-error';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { KeyValue } from '../etcd/api';
import { bytes, text } from '../etcd/testing/bytes';
import { createCodec } from './codec';

const codec = createCodec(z.object({ v: z.literal(1), name: z.string().min(1), count: z.number().int().default(0) }));
const kv = (value: string): KeyValue => ({ key: '/some/key', value: bytes(value), createRevision: 4n, modRevision: 9n, lease: 7n });

const failureOf = (value: string): unknown => {
  try {
    return codec.decode(kv(value));
  } catch (error) {
    return error;
  }
};

describe('a stored record', () => {
  it('comes back as it was written, with the revisions and the lease of its key', () => {
    const value = text(codec.encode({ v: 1, name: 'größer', count: 3 }));
    expect(codec.decode(kv(value))).toEqual({ value: { v: 1, name: 'größer', count: 3 }, createRevision: 4n, modRevision: 9n, lease: 7n });
  });

  it('gets the defaults of fields that an older version did not write', () => {
    expect(codec.decode(kv('{"v":1,"name":"old"}')).value).toEqual({ v: 1, name: 'old', count: 0 });
  });

  it('loses fields that this version does not know', () => {
    expect(codec.decode(kv('{"v":1,"name":"new","colour":"red"}')).value).not.toHaveProperty('colour');
  });

  it('is never written in a form that could not be read back', () => {
    expect(() => codec.encode({ v: 1, name: '', count: 0 })).toThrow(z.ZodError);
  });

  it.each([
    ['is no JSON', 'not json'],
    ['is empty', ''],
    ['is cut off', '{"v":1,"name":"ha'],
    ['is JSON of another form', '{"v":1}'],
    ['is of a later version', '{"v":2,"name":"later"}'],
    ['is a bare value', 'null'],
  ])('that %s is RECORD_UNREADABLE, and the error names its key', (_title, value) => {
    const failure = failureOf(value);
    expect(isAppError(failure, 'RECORD_UNREADABLE')).toBe(true);
    expect(failure).toMatchObject({ data: { key: '/some/key' }, message: expect.stringContaining('/some/key') });
  });

  it('does not repeat its content in the error: it may hold what nobody shall read', () => {
    const failure = failureOf('{"v":1,"name":"","secret":"hunter2"}');
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure as object))).not.toContain('hunter2');
  });
});
