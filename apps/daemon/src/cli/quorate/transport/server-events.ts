export type ServerEvent = { readonly name: string; readonly data: string };

/** The events of a text/event-stream body (WHATWG), comments left out; ends with the body. */
export async function* serverEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let name = '';
  let data: string[] = [];
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.map((text) => text.replace(/\r$/, ''))) {
      if (line !== '') {
        const [field = '', value = ''] = splitField(line);
        if (field === 'event') name = value;
        if (field === 'data') data.push(value);
        continue;
      }
      if (data.length > 0) yield { name: name === '' ? 'message' : name, data: data.join('\n') };
      name = '';
      data = [];
    }
  }
}

const splitField = (line: string): readonly [string, string] => {
  const at = line.indexOf(':');
  if (at === -1) return [line, ''];
  return [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
};
