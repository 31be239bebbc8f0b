import { MemberListSchema } from '@quorate/core/api/cluster';
import { operatorProcedure } from '../procedures';

/** Members with role, lag, phase and join progress, and what the quorum survives. */
export const clusterMembers = operatorProcedure
  .meta({ rest: { method: 'GET', path: '/v1/cluster/members', status: 200, summary: 'List the members and what the quorum survives', tag: 'cluster' } })
  .output(MemberListSchema)
  .query(({ ctx }) => ctx.services.cluster.members());
