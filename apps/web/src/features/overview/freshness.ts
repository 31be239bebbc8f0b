import type { ClusterStatus } from '@quorate/core/api/cluster';
import { type Connection, isStreaming } from './connection';

/** Older than two missed polls and a bit: what is shown is then marked as not current. */
const STALE_AFTER_MS = 12_000;

type Shown = {
  readonly status: ClusterStatus;
  readonly connection: Connection;
  /** Clock of the replica. */
  readonly nowMs: number;
};

/** True when the status shown may no longer be what is. While the stream lives, silence means that nothing has changed. */
export const isStaleStatus = ({ status, connection, nowMs }: Shown): boolean =>
  !isStreaming(connection) && nowMs - Date.parse(status.observedAt) > STALE_AFTER_MS;

/** When lists that etcd must confirm can be read again; null while nothing stands in the way. */
export const readObstacle = (status: ClusterStatus): string | null => (status.quorum.hasQuorum ? null : 'It can be read again as soon as there is a quorum.');

/** Why the serving replica would refuse every write now; null when it would not. */
export const writeRefusal = (status: ClusterStatus): string | null => {
  if (!status.quorum.hasQuorum) return 'No quorum: every write is refused until more voters are back.';
  if (status.servedBy.role === 'learner') return 'This replica is a learner and cannot write yet. Use the page of a voter.';
  return null;
};
