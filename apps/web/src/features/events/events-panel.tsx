'use client';

import type { QuorateEvent } from '@quorate/core/events/event';
import { useQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { FailureNotice } from '../../components/failure-notice';
import { TimeText } from '../../components/time-text';
import { useApi } from '../../lib/api-context';
import { readFailure } from '../../lib/api-failure';
import { Empty } from '../../ui/empty';
import { Panel } from '../../ui/panel';
import { Skeleton } from '../../ui/skeleton';
import { eventLooks } from './event-looks';
import { recentEventsQuery } from './event-query';

type EventsPanelProps = {
  /** When they can be read again; null while nothing stands in the way. */
  readonly readObstacle: string | null;
};

/** What has happened lately, the newest first. */
export const EventsPanel = ({ readObstacle }: EventsPanelProps) => {
  const query = useQuery(recentEventsQuery(useApi()));
  const events = query.data?.events ?? [];
  return (
    <Panel title="Recent events" flush>
      {query.isError && (
        <div className="p-4">
          <FailureNotice
            tone="warning"
            hint={readObstacle}
            failure={readFailure(query.error)}
            what={query.data ? 'The events could not be read anew' : 'The events could not be read'}
          />
        </div>
      )}
      {query.isPending && <Skeleton className="m-4 h-24" />}
      {query.data && events.length === 0 && (
        <div className="p-4">
          <Empty icon={History} title="Nothing has happened yet" />
        </div>
      )}
      {events.length > 0 && (
        <ol aria-label="Recent events" className="divide-y divide-line">
          {events.map((event) => (
            <EventItem key={event.id} event={event} />
          ))}
        </ol>
      )}
    </Panel>
  );
};

const EventItem = ({ event }: { readonly event: QuorateEvent }) => {
  const look = eventLooks[event.type];
  const Icon = look.icon;
  return (
    <li className="flex items-start gap-3 px-4 py-2">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-faint" />
      <div className="min-w-0 grow">
        <p className="wrap-anywhere">
          {look.before} <span className="font-medium">{event.subject}</span> {look.after}
        </p>
        {event.detail !== '' && <p className="text-xs wrap-anywhere text-soft">{event.detail}</p>}
      </div>
      <p className="flex shrink-0 flex-col items-end text-xs text-faint">
        <TimeText at={event.at} />
        <span>on {event.event_src_id}</span>
      </p>
    </li>
  );
};
