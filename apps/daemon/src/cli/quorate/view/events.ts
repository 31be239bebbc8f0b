import type { ListEventsOutput } from '@quorate/core/api/events';
import type { QuorateEvent } from '@quorate/core/events/event';
import { table } from './table';

/** Events, newest first, and how to see older ones. */
export const eventsView = ({ events, nextCursor }: ListEventsOutput): string => {
  if (events.length === 0) return 'Nothing has happened yet.\n';
  const list = table<QuorateEvent>(
    [
      { title: 'AT', cell: (event) => event.at },
      { title: 'EVENT', cell: (event) => event.type },
      { title: 'SUBJECT', cell: (event) => event.subject },
      { title: 'DETAIL', cell: (event) => event.detail },
      { title: 'SEEN BY', cell: (event) => event.event_src_id },
    ],
    events,
  );
  return nextCursor === null ? list : `${list}\nOlder ones: quorate cluster events --cursor ${nextCursor}\n`;
};
