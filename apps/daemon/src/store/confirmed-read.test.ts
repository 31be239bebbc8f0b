import { AppError } from '@quorate/core/errors/app-error';
import { describe, expect, it } from 'vitest';
import type { EtcdStatus } from '../etcd/api';
import { confirmedRead } from './confirmed-read';

const status: EtcdStatus = {
  version: '3.5.16',
  memberId: 1n,
  clusterId: 2n,
  revision: 3n,
  dbSizeBytes: 0n,
  dbInUseBytes: 0n,
  leaderId: 0n,
  raftIndex: 4n,
  raftTerm: 5n,
  raftAppliedIndex: 4n,
  isLearner: false,
  errors: [],
};
const failing = (code: 'NO_LEADER' | 'NO_SPACE') => async (): Promise<never> => {
  throw new AppError(code, { message: 'refused' });
};

describe('confirmedRead', () => {
  it('hands the answer on', async () => {
    expect(await confirmedRead({ status: async () => status }, async () => 'value')).toBe('value');
  });

  it('tells a read without a leader, on a member that knows none, as NO_QUORUM', async () => {
    await expect(confirmedRead({ status: async () => status }, failing('NO_LEADER'))).rejects.toMatchObject({ code: 'NO_QUORUM' });
  });

  it.each([
    ['a leader has been elected meanwhile', { status: async () => ({ ...status, leaderId: 7n }) }],
    ['the member itself does not answer', { status: failing('NO_SPACE') }],
  ])('leaves NO_LEADER as it is when %s', async (_when, etcd) => {
    await expect(confirmedRead(etcd, failing('NO_LEADER'))).rejects.toMatchObject({ code: 'NO_LEADER' });
  });

  it('does not touch other refusals', async () => {
    await expect(confirmedRead({ status: async () => status }, failing('NO_SPACE'))).rejects.toMatchObject({ code: 'NO_SPACE' });
  });
});
