import { EventSchema, type QuorateEvent } from '@quorate/core/events/event';
import type { EtcdClient } from '../etcd/api';
import { confirmedRead } from './confirmed-read';
import { keys } from './keys';
import { createRecords, type RecordsEtcd } from './records';
import { type CommitOptions, grantLease } from './txn';

/** Events live for 30 days, on a lease of their own each: membership events are few (no wall clock decides, etcd's lease does). */
const EVENT_TTL_SECONDS = 30 * 24 * 3600;

/** What happened, newest first. */
export const createEventsStore = (etcd: RecordsEtcd & Pick<EtcdClient, 'leaseGrant'>) => {
  const rows = createRecords(etcd, { schema: EventSchema, prefix: keys.events, keyOf: (id) => keys.event(newestFirst(id)) });
  return {
    append: async (event: QuorateEvent, write: CommitOptions = {}): Promise<void> => {
      const lease = await grantLease({ etcd }, EVENT_TTL_SECONDS, write);
      await rows.create(event.id, event, { ...write, lease });
    },
    /** At most `limit` events older than `before` (an id). Unreadable ones are left out. */
    page: async (options: { limit: number; before?: string | undefined }, signal?: AbortSignal): Promise<{ events: QuorateEvent[]; more: boolean }> => {
      // "\0" makes the smallest key behind the one that was seen last.
      const from = options.before === undefined ? {} : { from: `${keys.event(newestFirst(options.before))}\0` };
      const { kvs, more } = await confirmedRead(etcd, () => etcd.range({ prefix: keys.events, limit: options.limit, ...from }, signal ? { signal } : {}));
      const events = kvs.flatMap((kv) => {
        try {
          return [rows.codec.decode(kv).value];
        } catch {
          return [];
        }
      });
      return { events, more };
    },
  };
};
export type EventsStore = ReturnType<typeof createEventsStore>;

/** Each hex digit subtracted from 15: what is newest sorts first, so a page is one bounded range from the front. */
const newestFirst = (id: string): string => [...id].map((digit) => (15 - Number.parseInt(digit, 16)).toString(16)).join('');
