import { describe, expect, it } from 'vitest';
import { type ConnectionEvent, initialConnection, isStreaming, nextConnection } from './connection';

const after = (...events: ConnectionEvent[]) => events.reduce(nextConnection, initialConnection);

describe('nextConnection', () => {
  it('is live from the first status on, and stays the same object', () => {
    const live = after('received');
    expect(live.phase).toBe('live');
    expect(nextConnection(live, 'received')).toBe(live);
  });
  it('reconnects at first and gives the stream up for lost after three failures in a row', () => {
    expect(after('received', 'broken')).toEqual({ phase: 'reconnecting', failures: 1 });
    expect(after('received', 'broken', 'broken')).toEqual({ phase: 'reconnecting', failures: 2 });
    expect(after('received', 'broken', 'broken', 'broken').phase).toBe('lost');
  });
  it('begins to count anew once a status has arrived', () =>
    expect(after('broken', 'broken', 'received', 'broken')).toEqual({ phase: 'reconnecting', failures: 1 }));
  it('needs no polling while it connects or lives, and polls otherwise', () => {
    expect([after(), after('received'), after('broken'), after('broken', 'broken', 'broken')].map(isStreaming)).toEqual([true, true, false, false]);
  });
});
