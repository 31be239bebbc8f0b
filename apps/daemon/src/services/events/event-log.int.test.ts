import { AppError } from '@quorate/core/errors/app-error';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestEtcd, type TestEtcd } from '../../etcd/testing/start-test-etcd';
import { type LogFields, type Logger, silentLogger } from '../../kit/logger';
import { createFakeClock, type FakeClock } from '../../kit/testing/fake-clock';
import { createEventsStore, type EventsStore } from '../../store/events-store';
import { keys } from '../../store/keys';
import { NOON_MS } from '../../store/testing/join-fixtures';
import { createEventLog } from './event-log';

const NEVER = new AbortController().signal;

let server: TestEtcd;
beforeAll(async () => {
  server = await startTestEtcd({ address: '127.0.24.132' });
});
afterAll(() => server?.stop());

let clock: FakeClock;
let logged: { level: string; message: string }[];
const logger = (): Logger => {
  const note = (level: string) => (first: string | LogFields, message?: string) => void logged.push({ level, message: message ?? String(first) });
  return { ...silentLogger, info: note('info'), warn: note('warn') };
};
beforeEach(async () => {
  clock = createFakeClock(NOON_MS);
  logged = [];
  for (const { key } of (await server.client.range({ prefix: keys.events, keysOnly: true })).kvs)
    await server.client.txn({ compares: [], then: [{ kind: 'delete', key }] });
});
const create = (store: EventsStore = createEventsStore(server.client), signal = NEVER) =>
  createEventLog({ store, clock, logger: logger(), memberName: 'n1', signal });
const stored = async () => (await server.client.range({ prefix: keys.events, keysOnly: true })).kvs.length;

describe('things that happened', () => {
  it('are kept with time, replica and subject, and told newest first', async () => {
    const log = create();
    for (const subject of ['one', 'two', 'three']) {
      log.record({ type: 'token.created', subject, detail: 'by administrator' });
      await clock.advance(1_000);
    }
    await expect.poll(stored).toBe(3);
    const { events, nextCursor } = await log.list({ limit: 10 }, NEVER);
    expect(events.map(({ subject }) => subject)).toEqual(['three', 'two', 'one']);
    expect(events[2]).toMatchObject({ v: 1, type: 'token.created', event_src_id: 'n1', at: new Date(NOON_MS).toISOString(), detail: 'by administrator' });
    expect(nextCursor).toBeNull();
  });

  it('come page by page', async () => {
    const log = create();
    for (let index = 0; index < 5; index += 1) {
      log.record({ type: 'replica.started', subject: String(index), detail: '' });
      await clock.advance(1_000);
    }
    await expect.poll(stored).toBe(5);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await log.list({ limit: 2, cursor }, NEVER);
      seen.push(...page.events.map(({ subject }) => subject));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(['4', '3', '2', '1', '0']);
  });

  it('that cannot be kept never stop what they report, and are in the log instead', async () => {
    const failing = { ...createEventsStore(server.client), append: () => Promise.reject(new AppError('NO_QUORUM', { message: 'no' })) };
    expect(() => create(failing).record({ type: 'join.undone', subject: 'n2', detail: 'why' })).not.toThrow();
    await expect
      .poll(() => logged)
      .toEqual([
        { level: 'info', message: 'event' },
        { level: 'warn', message: 'event could not be stored' },
      ]);
  });

  it('are not complained about when this replica is stopping', async () => {
    const abort = new AbortController();
    abort.abort(new AppError('STOPPING', { message: 'stop' }));
    create(createEventsStore(server.client), abort.signal).record({ type: 'join.undone', subject: 'n2', detail: 'why' });
    await expect.poll(() => logged.length).toBe(1);
    expect(logged).toEqual([{ level: 'info', message: 'event' }]);
  });
});
