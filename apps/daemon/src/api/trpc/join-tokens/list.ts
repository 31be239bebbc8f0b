import { ListJoinTokensOutputSchema } from '@quorate/core/api/join-tokens';
import { operatorProcedure } from '../procedures';

/** All join tokens with who used them, when and from where; never a plaintext. */
export const listJoinTokens = operatorProcedure
  .meta({ rest: { method: 'GET', path: '/v1/nodes/join-tokens', status: 200, summary: 'List join tokens and their uses', tag: 'join tokens' } })
  .output(ListJoinTokensOutputSchema)
  .query(async ({ ctx, signal }) => ({ tokens: [...(await ctx.services.tokens.list(signal ?? ctx.closing))] }));
