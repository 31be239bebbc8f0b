import type { ClusterStatus } from '@quorate/core/api/cluster';

/**
 * Changes exactly when something happened that tokens, events and removal previews may show too: membership, leadership, phases, joins. Figures that
 * move all the time (indexes, sizes, contact times) are left out.
 */
export const fingerprintStatus = (status: ClusterStatus): string =>
  JSON.stringify([
    status.leaderId,
    status.quorum.hasQuorum,
    status.members.map((member) => [member.id, member.name, member.role, member.phase]),
    status.joins.map((join) => [join.joinId, join.phase, join.queuePosition]),
    status.conditions.map((condition) => [condition.code, condition.subject]),
  ]);
