import type { ListEventsOutput } from '@quorate/core/api/events';
import { errorChain } from '@quorate/core/errors/app-error';
import type { QuorateEvent, RecordEvent } from '@quorate/core/events/event';
import type { Clock } from '../../kit/clock';
import { createEventId } from '../../kit/ids';
import type { Logger } from '../../kit/logger';
import type { EventsStore } from '../../store/events-store';

type EventLogDeps = { readonly store: EventsStore; readonly clock: Clock; readonly logger: Logger; readonly memberName: string; readonly signal: AbortSignal };

/** Things that happened, kept in the cluster. An event that cannot be written is logged instead: it is news, not state. */
export const createEventLog = (deps: EventLogDeps) => {
  const record: RecordEvent = ({ type, subject, detail }) => {
    const nowMs = deps.clock.now();
    const event: QuorateEvent = { v: 1, id: createEventId(nowMs), type, event_src_id: deps.memberName, at: new Date(nowMs).toISOString(), subject, detail };
    deps.logger.info({ type, subject, detail }, 'event');
    deps.store.append(event, { signal: deps.signal }).catch((error: unknown) => {
      if (!deps.signal.aborted) deps.logger.warn({ type, subject, chain: errorChain(error) }, 'event could not be stored');
    });
  };
  return {
    record,
    /** Newest first; `nextCursor` is null on the last page. */
    list: async (input: { limit: number; cursor?: string | undefined }, signal: AbortSignal): Promise<ListEventsOutput> => {
      const { events, more } = await deps.store.page({ limit: input.limit, before: input.cursor }, signal);
      return { events, nextCursor: more ? (events.at(-1)?.id ?? null) : null };
    },
  };
};
