import { RevokeJoinTokenInputSchema, RevokeJoinTokenOutputSchema } from '@quorate/core/api/join-tokens';
import { operatorProcedure } from '../procedures';

/** Ends a join token; joins it has admitted already go on. */
export const revokeJoinToken = operatorProcedure
  .meta({ rest: { method: 'DELETE', path: '/v1/nodes/join-tokens/{id}', status: 200, summary: 'Revoke a join token', tag: 'join tokens' } })
  .input(RevokeJoinTokenInputSchema.strict())
  .output(RevokeJoinTokenOutputSchema)
  .mutation(async ({ ctx, input, signal }) => ({ token: await ctx.services.tokens.revoke(input.id, ctx.actor, signal ?? ctx.closing) }));
