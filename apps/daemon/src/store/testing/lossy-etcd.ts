import { AppError } from '@quorate/core/errors/app-error';
import type { EtcdClient } from '../../etcd/api';

type Txn = Parameters<EtcdClient['txn']>;

/** What happens to one call: `apply-and-lose` reaches etcd and its answer is lost, `lose` never reaches it, an error refuses it. */
export type Fate = 'pass' | 'apply-and-lose' | 'lose' | AppError;

/** A real etcd behind a wire that loses what the test says: one fate per transaction, in order; `pass` when none is left. */
export const createLossyEtcd = (etcd: EtcdClient, fates: readonly Fate[], between: (call: number) => Promise<void> = async () => undefined) => {
  let calls = 0;
  const txn = async (...[transaction, options]: Txn) => {
    const fate = fates[calls] ?? 'pass';
    calls += 1;
    if (fate instanceof AppError) throw fate;
    if (fate === 'pass') return etcd.txn(transaction, options);
    if (fate === 'apply-and-lose') await etcd.txn(transaction, options);
    await between(calls);
    throw new AppError('TIMEOUT', { message: 'the answer was lost' });
  };
  return { etcd: { ...etcd, txn }, calls: () => calls };
};
