import { SimulateInputSchema, SimulateOutputSchema } from '@quorate/core/api/cluster';
import { operatorProcedure } from '../procedures';

/** What would be left if these members were down; changes nothing. */
export const simulate = operatorProcedure
  .meta({
    rest: {
      method: 'POST',
      path: '/v1/cluster/simulate',
      status: 200,
      summary: 'Work out what the loss of members would mean; changes nothing',
      tag: 'cluster',
    },
  })
  .input(SimulateInputSchema.strict())
  .output(SimulateOutputSchema)
  .query(({ ctx, input }) => ctx.services.cluster.simulate(input.down));
