import { RemoveMemberInputSchema, RemoveMemberOutputSchema } from '@quorate/core/api/cluster';
import { operatorProcedure } from '../procedures';

/** Removes a member, dangling learners included; refuses what the quorum would not survive unless forced. */
export const removeMember = operatorProcedure
  .meta({ rest: { method: 'DELETE', path: '/v1/cluster/members/{id}', status: 200, summary: 'Remove a member', tag: 'cluster' } })
  .input(RemoveMemberInputSchema.strict())
  .output(RemoveMemberOutputSchema)
  .mutation(({ ctx, input, signal }) => ctx.services.cluster.removeMember(input, ctx.actor, signal ?? ctx.closing));
