import { ClusterStatusSchema } from '@quorate/core/api/cluster';
import { operatorProcedure } from '../procedures';

/** The whole cluster as the answering replica sees it; from memory, also without quorum. */
export const clusterStatus = operatorProcedure
  .meta({ rest: { method: 'GET', path: '/v1/cluster', status: 200, summary: 'Show the cluster as the answering replica sees it', tag: 'cluster' } })
  .output(ClusterStatusSchema)
  .query(({ ctx }) => ctx.services.cluster.status());
