import { status } from '@grpc/grpc-js';
import { AppError } from '@quorate/core/errors/app-error';
import { describe, expect, it } from 'vitest';
import { cancelError, etcdError, isEtcdFailure, isTransient } from './errors';

const failed = (details: string, code: number = status.UNAVAILABLE) => ({ status: code, details, method: 'Txn', effect: 'write' as const });

describe('the meaning of what etcd answers', () => {
  it.each([
    ['etcdserver: no leader', 'NO_LEADER', 'not-applied'],
    ['raft: no leader', 'NO_LEADER', 'not-applied'],
    ['etcdserver: leader changed', 'NO_LEADER', 'not-applied'],
    ['raft proposal dropped', 'NO_LEADER', 'not-applied'],
    ['etcdserver: not leader', 'NO_LEADER', 'not-applied'],
    ['etcdserver: request timed out', 'TIMEOUT', 'unknown'],
    ['etcdserver: request timed out, possibly due to previous leader failure', 'TIMEOUT', 'unknown'],
    ['etcdserver: request timed out, possibly due to connection lost', 'TIMEOUT', 'unknown'],
    ['etcdserver: request timed out, waiting for the applied index took too long', 'TIMEOUT', 'unknown'],
    ['etcdserver: request timed out, leader transfer took too long', 'TIMEOUT', 'unknown'],
    ['etcdserver: mvcc: database space exceeded', 'NO_SPACE', 'not-applied'],
    ['etcdserver: corrupt cluster', 'ETCD_CORRUPT', 'not-applied'],
    ['etcdserver: rpc not supported for learner', 'LEARNER_READ_ONLY', 'not-applied'],
    ['etcdserver: server stopped', 'ETCD_UNAVAILABLE', 'unknown'],
    ['etcdserver: too many requests', 'ETCD_UNAVAILABLE', 'not-applied'],
    ['etcdserver: unhealthy cluster', 'CLUSTER_UNSETTLED', 'not-applied'],
    ['etcdserver: re-configuration failed due to not enough started members', 'CLUSTER_UNSETTLED', 'not-applied'],
    ['etcdserver: too many learner members in cluster', 'JOIN_QUEUED', 'not-applied'],
    ['etcdserver: can only promote a learner member which is in sync with leader', 'CLUSTER_UNSETTLED', 'not-applied'],
    ['etcdserver: can only promote a learner member', 'CONFLICT', 'not-applied'],
    ['etcdserver: Peer URLs already exists', 'JOIN_PEER_URL_TAKEN', 'not-applied'],
    ['etcdserver: member ID already exist', 'JOIN_PEER_URL_TAKEN', 'not-applied'],
    ['etcdserver: member not found', 'MEMBER_NOT_FOUND', 'not-applied'],
    ['etcdserver: mvcc: required revision has been compacted', 'TIMEOUT', 'not-applied'],
    ['etcdserver: requested lease not found', 'NOT_FOUND', 'not-applied'],
    ['etcdserver: request is too large', 'PAYLOAD_TOO_LARGE', 'not-applied'],
    ['No connection established. Last error: connect ECONNREFUSED 127.0.0.1:2379. Resolution note: ', 'ETCD_UNAVAILABLE', 'not-applied'],
    ['Connection dropped', 'ETCD_UNAVAILABLE', 'unknown'],
  ])('"%s" is %s, outcome %s', (details, code, outcome) => {
    const error = etcdError(failed(details));
    expect([error.code, error.data.outcome]).toEqual([code, outcome]);
  });

  it('calls a deadline that passed TIMEOUT with unknown outcome', () => {
    expect(etcdError(failed('Deadline exceeded after 0.1s', status.DEADLINE_EXCEEDED))).toMatchObject({
      code: 'TIMEOUT',
      data: { etcd: 'deadline', outcome: 'unknown' },
    });
  });

  it('calls a refusal that it does not know a defect of ours', () => {
    expect(etcdError(failed('etcdserver: duplicate key given in txn request', status.INVALID_ARGUMENT))).toMatchObject({
      code: 'INTERNAL',
      data: { etcd: 'refused' },
    });
  });

  it.each([status.UNKNOWN, status.INTERNAL, status.ABORTED, status.DATA_LOSS])('leaves the outcome open for status %i without a known text', (code) => {
    expect(etcdError(failed('Received RST_STREAM with code 2', code))).toMatchObject({ code: 'ETCD_UNAVAILABLE', data: { outcome: 'unknown' } });
  });

  it('calls a lost majority NO_QUORUM for a read, which has no outcome to be unsure of', () => {
    const error = etcdError({ ...failed('etcdserver: request timed out, possibly due to connection lost'), effect: 'read' });
    expect(error.code).toBe('NO_QUORUM');
  });

  it('never leaves the outcome of a write open under another code than TIMEOUT and ETCD_UNAVAILABLE', () => {
    const texts = ['request timed out, possibly due to connection lost', 'etcdserver: server stopped', 'raft: stopped', 'anything else', 'leader transfer'];
    for (const text of texts) expect(['TIMEOUT', 'ETCD_UNAVAILABLE']).toContain(etcdError(failed(text)).code);
  });

  it('keeps what etcd said as the cause, not in the message', () => {
    const error = etcdError(failed('etcdserver: no leader'));
    expect(error.message).not.toContain('etcdserver');
    expect(error.cause).toMatchObject({ message: 'etcdserver: no leader' });
  });

  it('tells kinds apart that share a code', () => {
    expect(isEtcdFailure(etcdError(failed('etcdserver: can only promote a learner member which is in sync with leader')), 'learner-behind')).toBe(true);
    expect(isEtcdFailure(etcdError(failed('etcdserver: unhealthy cluster')), 'learner-behind')).toBe(false);
    expect(isEtcdFailure(new Error('etcdserver: unhealthy cluster'), 'unhealthy')).toBe(false);
  });

  it('takes a lost connection for passing, a closed client and compacted history not', () => {
    expect(isTransient(etcdError(failed('Connection dropped')))).toBe(true);
    expect(isTransient(etcdError(failed('etcdserver: no leader')))).toBe(true);
    expect(isTransient(etcdError(failed('Channel has been shut down')))).toBe(false);
    expect(isTransient(etcdError(failed('etcdserver: mvcc: required revision has been compacted')))).toBe(false);
    expect(isTransient(etcdError(failed('etcdserver: rpc not supported for learner')))).toBe(false);
  });
});

describe('what a cancelled call fails with', () => {
  const reasonOf = (reason?: unknown) => cancelError(AbortSignal.abort(reason));

  it('is CANCELLED for a plain abort and for reasons that are not errors of ours', () => {
    expect(reasonOf().code).toBe('CANCELLED');
    expect(reasonOf('gone').code).toBe('CANCELLED');
  });

  it('is TIMEOUT for a time limit, and the reason itself when it is ours', () => {
    expect(reasonOf(new DOMException('late', 'TimeoutError')).code).toBe('TIMEOUT');
    const stopping = new AppError('STOPPING', { message: 'stopping' });
    expect(reasonOf(stopping)).toBe(stopping);
  });
});
