import { RemovalPreviewSchema, RemoveMemberInputSchema } from '@quorate/core/api/cluster';
import { z } from 'zod';
import { operatorProcedure } from '../procedures';

/** What removing a member would do to the quorum; changes nothing. */
export const previewRemoval = operatorProcedure
  .meta({
    rest: {
      method: 'GET',
      path: '/v1/cluster/members/{id}/removal',
      status: 200,
      summary: 'Show what removing a member would do; changes nothing',
      tag: 'cluster',
    },
  })
  .input(z.strictObject({ id: RemoveMemberInputSchema.shape.id }))
  .output(RemovalPreviewSchema)
  .query(({ ctx, input }) => ctx.services.cluster.previewRemoval(input.id));
