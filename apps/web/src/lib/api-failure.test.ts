import { TRPCClientError } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { isRefusedToken, readFailure } from './api-failure';

const answered = (problem: unknown): unknown =>
  TRPCClientError.from(
    { error: { code: -32603, message: 'x', data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, problem } } },
    { meta: { response: new Response(null, { status: 500 }) } },
  );
const problem = (detail: string) => ({ code: 'NO_QUORUM', detail, hint: 'Start the replicas that are down.', requestId: 'abc' });

describe('readFailure', () => {
  it('takes code, message, hint and request id from the daemon', () => {
    expect(readFailure(answered(problem('the token was not stored')))).toEqual({
      code: 'NO_QUORUM',
      message: 'The token was not stored.',
      hint: 'Start the replicas that are down.',
      requestId: 'abc',
    });
  });

  it.each([
    ['etcd did not answer', 'etcd did not answer.'],
    ['r3 is down', 'r3 is down.'],
    ['what now?', 'What now?'],
  ])('makes a sentence of %j', (detail, message) => expect(readFailure(answered(problem(detail))).message).toBe(message));

  it('says that the replica does not answer when no answer came', () => {
    expect(readFailure(TRPCClientError.from(new TypeError('Failed to fetch'))).code).toBe('DAEMON_UNREACHABLE');
  });

  it.each([
    ['a body of something in between', answered({ title: 'Bad gateway' })],
    ['an answer without a problem', answered(undefined)],
    ['something that is no call', new Error('no')],
  ])('does not pretend to know %s', (_what, error) => expect(readFailure(error).code).toBe('UNKNOWN'));

  it('knows a refused token', () => {
    expect(isRefusedToken(readFailure(answered({ ...problem('x'), code: 'UNAUTHENTICATED' })))).toBe(true);
    expect(isRefusedToken(readFailure(answered(problem('x'))))).toBe(false);
  });
});
