/**
 * Reads a text/event-stream as the HTML standard describes it, chunk by chunk: a chunk may end anywhere, also between CR and LF.
 * Knows nothing of HTTP; `fetch-event-source.ts` brings the bytes.
 */
export type ServerEvent = {
  /** "message" unless the stream names another. */
  readonly type: string;
  readonly data: string;
  /** Last id the stream has named so far; empty before the first. */
  readonly lastEventId: string;
};

export type SseParser = {
  /** Takes the next piece of decoded text and returns the events it completes, oldest first. */
  readonly push: (chunk: string) => ServerEvent[];
};

/** A parser for one connection; an event that the end of the stream cuts off is dropped, as the standard demands. */
export const createSseParser = (): SseParser => {
  let rest = '';
  let type = '';
  let data: string[] = [];
  let lastEventId = '';
  let isFirst = true;

  const takeEvent = (): ServerEvent | null => {
    const event = data.length > 0 ? { type: type === '' ? 'message' : type, data: data.join('\n'), lastEventId } : null;
    type = '';
    data = [];
    return event;
  };

  const takeField = (line: string): void => {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment: it only keeps the connection alive
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') type = value;
    if (name === 'data') data.push(value);
    if (name === 'id' && !value.includes('\0')) lastEventId = value;
  };

  return {
    push: (chunk) => {
      const text = rest + (isFirst ? chunk.replace(/^\uFEFF/, '') : chunk);
      if (chunk !== '') isFirst = false;
      // A CR at the very end may be half of a CRLF: wait for the next chunk.
      const end = text.endsWith('\r') ? text.length - 1 : text.length;
      const lines = text.slice(0, end).split(/\r\n|\r|\n/);
      rest = (lines.pop() ?? '') + text.slice(end);
      const events: ServerEvent[] = [];
      for (const line of lines) {
        if (line !== '') takeField(line);
        else {
          const event = takeEvent();
          if (event) events.push(event);
        }
      }
      return events;
    },
  };
};
