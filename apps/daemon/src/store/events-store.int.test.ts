import type { QuorateEvent } from '@quorate/core/events/event';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEtcd, type TestEtcd } from '../etcd/testing/start-test-etcd';
import { createEventId } from '../kit/ids';
import { createEventsStore, type EventsStore } from './events-store';
import { keys } from './keys';
import { NOON_MS } from './testing/join-fixtures';

let server: TestEtcd;
let store: EventsStore;
beforeAll(async () => {
  server = await startTestEtcd({ address: '127.0.24.14' });
  store = createEventsStore(server.client);
  // Written out of order, as replicas with clocks of their own do.
  for (const second of [3, 0, 4, 1, 2]) await store.append(event(second));
});
afterAll(() => server?.stop());

const event = (second: number, part: Partial<QuorateEvent> = {}): QuorateEvent => ({
  v: 1,
  id: createEventId(NOON_MS + second * 1_000),
  type: 'replica.started',
  event_src_id: 'n1',
  at: new Date(NOON_MS + second * 1_000).toISOString(),
  subject: `second ${second}`,
  detail: '',
  ...part,
});
const subjects = ({ events }: { events: readonly QuorateEvent[] }) => events.map(({ subject }) => subject);

describe('events', () => {
  it('come newest first, in the order of their ids', async () => {
    expect(subjects(await store.page({ limit: 10 }))).toEqual(['second 4', 'second 3', 'second 2', 'second 1', 'second 0']);
  });

  it('come in pages that neither repeat nor leave out any', async () => {
    const seen: string[] = [];
    let before: string | undefined;
    for (let pages = 0; pages < 3; pages += 1) {
      const page = await store.page({ limit: 2, before });
      expect(page.more).toBe(pages < 2);
      seen.push(...subjects(page));
      before = page.events.at(-1)?.id;
    }
    expect(seen).toEqual(['second 4', 'second 3', 'second 2', 'second 1', 'second 0']);
    expect(await store.page({ limit: 2, before })).toEqual({ events: [], more: false });
  });

  it('of the time before a page stay where they are when new ones come', async () => {
    const first = await store.page({ limit: 2 });
    await store.append(event(5));
    expect(subjects(await store.page({ limit: 2, before: first.events.at(-1)?.id }))).toEqual(['second 2', 'second 1']);
  });

  it('of the same millisecond are all kept', async () => {
    await Promise.all([store.append(event(9)), store.append(event(9))]);
    const page = await store.page({ limit: 2 });
    expect(subjects(page)).toEqual(['second 9', 'second 9']);
    expect(new Set(page.events.map(({ id }) => id)).size).toBe(2);
  });

  it('that cannot be read are left out, and never stop a page', async () => {
    await server.client.txn({ compares: [], then: [{ kind: 'put', key: keys.event('00broken'), value: new Uint8Array([123]) }] });
    await server.client.txn({ compares: [], then: [{ kind: 'put', key: keys.event('00other'), value: new TextEncoder().encode('{"v":7}') }] });
    expect(subjects(await store.page({ limit: 4 }))).toEqual(['second 9', 'second 9']);
  });

  it('remove themselves after thirty days', async () => {
    const { kvs } = await server.client.range({ prefix: keys.events, limit: 1, from: keys.event('1') });
    expect((await server.client.leaseKeepAliveOnce(kvs[0]?.lease ?? 0n)).ttlSeconds).toBe(30 * 24 * 3_600);
  });
});
