import { z } from 'zod';
import { EventSchema } from '../events/event';

/** `GET /v1/events`: newest first. */
export const ListEventsInputSchema = z.object({
  limit: z.number().int().min(1).max(200).default(50).describe('How many events.'),
  cursor: z
    .string()
    .regex(/^[0-9a-f]{1,64}$/, 'must be the nextCursor of an earlier page')
    .optional()
    .describe('`nextCursor` of the page before.'),
});
export const ListEventsOutputSchema = z.object({ events: z.array(EventSchema), nextCursor: z.string().nullable() });
export type ListEventsOutput = z.infer<typeof ListEventsOutputSchema>;
