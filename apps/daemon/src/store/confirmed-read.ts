import { AppError, isAppError } from '@quorate/core/errors/app-error';
import type { EtcdClient } from '../etcd/api';

/**
 * Runs a linearizable read. etcd's client repeats one that finds no leader for two seconds, longer than an election takes: a read that
 * still has none, on a member that still knows none, is told as NO_QUORUM, so that nobody waits for an election that cannot end.
 */
export const confirmedRead = async <T>(etcd: Pick<EtcdClient, 'status'>, read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    if (!isAppError(error, 'NO_LEADER')) throw error;
    const status = await etcd.status({ timeoutMs: 500 }).catch(() => null);
    if (status?.leaderId !== 0n) throw error;
    throw new AppError('NO_QUORUM', { message: 'nothing can be confirmed: too few voters are reachable to elect a leader', cause: error });
  }
};
