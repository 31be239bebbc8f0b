import { CreateJoinTokenInputSchema, CreateJoinTokenOutputSchema } from '@quorate/core/api/join-tokens';
import { operatorProcedure } from '../procedures';

/** Mints a join token; its plaintext is in this one answer and nowhere else. */
export const createJoinToken = operatorProcedure
  .meta({
    rest: {
      method: 'POST',
      path: '/v1/nodes/join-tokens',
      status: 201,
      summary: 'Create a join token; its plaintext is shown only in this answer',
      tag: 'join tokens',
    },
  })
  .input(CreateJoinTokenInputSchema.strict())
  .output(CreateJoinTokenOutputSchema)
  .mutation(({ ctx, input, signal }) => ctx.services.tokens.create(input, ctx.actor, signal ?? ctx.closing));
