import type { EtcdClient } from '../../etcd/api';
import type { Logger } from '../../kit/logger';

/** A voter that could lead. */
export type Successor = { readonly id: string; readonly name: string; readonly appliedIndex: bigint };

/** etcd itself takes a few milliseconds; longer means that the successor does not answer. */
const HAND_OVER_MS = 2_000;

/** Before the leader stops, leadership goes to the voter that has come furthest: an election would cost a second of writes. Never throws. */
export const handOverLeadership = async (
  deps: { readonly etcd: Pick<EtcdClient, 'status' | 'moveLeader'>; readonly logger: Logger },
  successors: readonly Successor[],
): Promise<void> => {
  const status = await deps.etcd.status({ timeoutMs: 500 }).catch(() => null);
  if (status === null || status.leaderId !== status.memberId) return;
  const [best] = [...successors].sort((a, b) => (a.appliedIndex > b.appliedIndex ? -1 : 1));
  if (!best) return;
  await deps.etcd.moveLeader(BigInt(`0x${best.id}`), { timeoutMs: HAND_OVER_MS }).then(
    () => deps.logger.info({ to: best.name }, 'leadership handed over'),
    (error: unknown) => deps.logger.warn({ to: best.name, err: error }, 'leadership could not be handed over'),
  );
};
