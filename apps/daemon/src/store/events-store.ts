import { EventSchema, type QuorateEvent } from '@quorate/core/events/event';
import type { EtcdClient } from '../etcd/api';
import { keys } from './keys';
import { createRecords, type RecordsEtcd } from './records';
import type { CommitOptions } from './txn';

/** Events live for 30 days, on a lease of their own each: membership events are few (no wall clock decides, etcd's lease does). */
const EVENT_TTL_SECONDS = 30 * 24 * 3600;

/** What happened, newest first. Ids sort by time, so a page is one range. */
export const createEventsStore = (etcd: RecordsEtcd & Pick<EtcdClient, 'leaseGrant'>) => {
  const rows = createRecords(etcd, { schema: EventSchema, prefix: keys.events, keyOf: keys.event });
  return {
    append: async (event: QuorateEvent, write: CommitOptions = {}): Promise<void> => {
      const lease = await etcd.leaseGrant(EVENT_TTL_SECONDS, write.signal ? { signal: write.signal } : {});
      await rows.create(event.id, event, { ...write, lease });
    },
    /** Events older than `before` (an id), at most `limit`. Unreadable ones are left out. */
    page: async (options: { limit: number; before?: string | undefined }, signal?: AbortSignal): Promise<{ events: QuorateEvent[]; more: boolean }> => {
      const { kvs } = await etcd.range({ prefix: keys.events, order: 'descending' }, signal ? { signal } : {});
      const older = kvs.filter((kv) => options.before === undefined || kv.key < keys.event(options.before));
      const events = older.slice(0, options.limit).flatMap((kv) => {
        const parsed = EventSchema.safeParse(JSON.parse(new TextDecoder().decode(kv.value)));
        return parsed.success ? [parsed.data] : [];
      });
      return { events, more: older.length > options.limit };
    },
  };
};
export type EventsStore = ReturnType<typeof createEventsStore>;
