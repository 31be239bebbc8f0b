import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ServerEvent, serverEvents } from './server-events';

const read = async (chunks: readonly Uint8Array[]): Promise<ServerEvent[]> => {
  const body = async function* () {
    yield* chunks;
  };
  const events: ServerEvent[] = [];
  for await (const event of serverEvents(body())) events.push(event);
  return events;
};
const TEXT =
  ': a comment\nretry: 1000\n\nevent: connected\ndata: {}\n\nid: 1\ndata: {"name":"ö"}\n\nevent: ping\ndata: \n\r\ndata: one\r\ndata:two\r\n\r\nevent: lost without its blank line\n';
const EVENTS = [
  { name: 'connected', data: '{}' },
  { name: 'message', data: '{"name":"ö"}' },
  { name: 'ping', data: '' },
  { name: 'message', data: 'one\ntwo' },
];

describe('an event stream', () => {
  it('is read into its events', async () => {
    expect(await read([Buffer.from(TEXT)])).toEqual(EVENTS);
  });

  it('is read the same however it is cut into pieces', async () => {
    const bytes = Buffer.from(TEXT);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length })), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = edges.slice(1).map((edge, at) => bytes.subarray(edges[at], edge));
        expect(await read(chunks)).toEqual(EVENTS);
      }),
    );
  });
});
