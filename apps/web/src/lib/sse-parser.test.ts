import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseParser, type ServerEvent } from './sse-parser';

const parse = (...chunks: string[]): ServerEvent[] => {
  const parser = createSseParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
};

describe('createSseParser', () => {
  it('reads type, data and id', () => {
    expect(parse('event: connected\ndata: {}\nid: 7\n\n')).toEqual([{ type: 'connected', data: '{}', lastEventId: '7' }]);
  });
  it('calls an event without a type "message"', () => expect(parse('data: x\n\n')[0]?.type).toBe('message'));
  it('joins several data lines and keeps inner spaces', () => expect(parse('data: a\ndata:  b\ndata\n\n')[0]?.data).toBe('a\n b\n'));
  it('keeps the last id for later events', () => expect(parse('id: 1\ndata: a\n\ndata: b\n\n').map((event) => event.lastEventId)).toEqual(['1', '1']));
  it('ignores comments and unknown fields', () => expect(parse(': ping\nretry: 5\nfoo: bar\n\n')).toEqual([]));
  it('drops a type that no data follows', () => expect(parse('event: ping\n\ndata: x\n\n').map((event) => event.type)).toEqual(['message']));
  it('drops an event that the end cuts off', () => expect(parse('data: whole\n\ndata: half\n')).toHaveLength(1));
  it('skips a byte order mark at the start only', () => expect(parse('\uFEFFdata: a\n\n')[0]?.data).toBe('a'));
  it.each(['\n', '\r', '\r\n'])('accepts %j as the end of a line', (end) => {
    expect(parse(`data: a${end}${end}data: b${end}${end}data: c${end}`).map((event) => event.data)).toEqual(['a', 'b']);
  });
  it('finds the same events wherever the stream is cut into chunks', () => {
    const stream = 'event: connected\r\ndata: {"a":1}\r\n\r\n: ping\r\nid: 9\rdata: x\r\rdata: line one\ndata: line two\n\ndata: ü\n\n';
    const whole = parse(stream);
    expect(whole).toHaveLength(4);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
        expect(parse(...at.slice(1).map((end, index) => stream.slice(at[index], end)))).toEqual(whole);
      }),
    );
  });
});
