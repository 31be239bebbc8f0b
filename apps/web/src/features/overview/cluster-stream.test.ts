import { describe, expect, it } from 'vitest';
import { clusterOf, memberOf } from '../../lib/testing/cluster';
import { followCluster, type OpenStream, pauseAfter, type StreamHandlers } from './cluster-stream';
import type { ConnectionEvent } from './connection';

/** Streams that the test opens and ends by hand; pauses end at once and are written down. */
const createStand = () => {
  const opened: StreamHandlers[] = [];
  const pauses: number[] = [];
  const events: ConnectionEvent[] = [];
  const stop = new AbortController();
  let closed = 0;
  const open: OpenStream = (handlers) => {
    opened.push(handlers);
    return () => {
      closed += 1;
    };
  };
  const done = followCluster(open, {
    onStatus: () => undefined,
    onConnection: (event) => events.push(event),
    pause: async (ms) => {
      pauses.push(ms);
    },
    signal: stop.signal,
  });
  const stream = async (index: number): Promise<StreamHandlers> => {
    for (let turns = 0; turns < 100 && opened.length <= index; turns += 1) await Promise.resolve();
    const handlers = opened[index];
    if (!handlers) throw new Error(`stream ${index} was not opened`);
    return handlers;
  };
  return { stream, pauses, events, stop, done, closed: () => closed };
};

describe('followCluster', () => {
  it('opens the next stream when one ends, after a pause that grows while they fail', async () => {
    const stand = createStand();
    for (const index of [0, 1, 2, 3, 4]) (await stand.stream(index)).onEnd();
    await stand.stream(5);
    expect(stand.pauses).toEqual([500, 1000, 2000, 4000, 5000]);
    expect(stand.closed()).toBe(5);
    stand.stop.abort();
    await stand.done;
  });

  it('begins with the shortest pause again once a status has arrived', async () => {
    const stand = createStand();
    (await stand.stream(0)).onEnd();
    const second = await stand.stream(1);
    second.onStatus(clusterOf([memberOf('r1')]));
    second.onEnd();
    await stand.stream(2);
    expect(stand.pauses).toEqual([500, 500]);
    expect(stand.events).toEqual(['broken', 'received', 'broken']);
    stand.stop.abort();
    await stand.done;
  });

  it('closes its stream in silence when it is stopped', async () => {
    const stand = createStand();
    await stand.stream(0);
    stand.stop.abort();
    await stand.done;
    expect(stand.closed()).toBe(1);
    expect(stand.events).toEqual([]);
  });
});

describe('pauseAfter', () => {
  it('never exceeds five seconds', () => expect(pauseAfter(50)).toBe(5000));
});
