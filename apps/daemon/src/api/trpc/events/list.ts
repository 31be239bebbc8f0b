import { ListEventsInputSchema, ListEventsOutputSchema } from '@quorate/core/api/events';
import { operatorProcedure } from '../procedures';

/** What happened, newest first, page by page. */
export const listEvents = operatorProcedure
  .meta({ rest: { method: 'GET', path: '/v1/events', status: 200, summary: 'List what happened, newest first', tag: 'events' } })
  .input(ListEventsInputSchema.strict())
  .output(ListEventsOutputSchema)
  .query(({ ctx, input, signal }) => ctx.services.events.list(input, signal ?? ctx.closing));
