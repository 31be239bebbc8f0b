import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FetchEventSource } from './fetch-event-source';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const serve = async (handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> => {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

const next = (source: FetchEventSource, type: string): Promise<Event> =>
  new Promise((resolve) => {
    source.addEventListener(type, resolve);
  });

const stream = { 'content-type': 'text/event-stream; charset=utf-8' };

describe('FetchEventSource', () => {
  it('sends its headers and hands on what arrives', async () => {
    let authorization: string | undefined;
    const url = await serve((request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(200, stream).write('event: connected\ndata: {}\n\nid: 4\ndata: hello\n\n');
    });
    const source = new FetchEventSource(url, { headers: { authorization: 'Bearer secret' } });
    closers.push(() => source.close());
    const [, message] = await Promise.all([next(source, 'connected'), next(source, 'message')]);
    expect(authorization).toBe('Bearer secret');
    expect(source.readyState).toBe(source.OPEN);
    expect(message).toMatchObject({ data: 'hello', lastEventId: '4' });
  });

  it('is closed with an error when the stream ends, and does not call again', async () => {
    let calls = 0;
    const url = await serve((_request, response) => {
      calls += 1;
      response.writeHead(200, stream).end('data: last\n\n');
    });
    const source = new FetchEventSource(url);
    await next(source, 'error');
    expect(source.readyState).toBe(source.CLOSED);
    expect(calls).toBe(1);
  });

  it.each([
    ['a refusal', 401, stream],
    ['an answer that is no stream', 200, { 'content-type': 'text/html' }],
  ])('is closed with an error after %s', async (_what, status, headers) => {
    const url = await serve((_request, response) => response.writeHead(status, headers).end('data: no\n\n'));
    const source = new FetchEventSource(url);
    await next(source, 'error');
    expect(source.readyState).toBe(source.CLOSED);
  });

  it('is closed with an error when nobody listens there', async () => {
    const url = await serve(() => undefined);
    for (const close of closers.splice(0)) close();
    const source = new FetchEventSource(url);
    await next(source, 'error');
    expect(source.readyState).toBe(source.CLOSED);
  });

  it('ends in silence when it is closed by its owner', async () => {
    let hasEnded: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      hasEnded = resolve;
    });
    const url = await serve((request, response) => {
      response.writeHead(200, stream).write('data: a\n\n');
      request.on('close', hasEnded);
    });
    const source = new FetchEventSource(url);
    let errors = 0;
    source.addEventListener('error', () => {
      errors += 1;
    });
    await next(source, 'message');
    source.close();
    await ended;
    expect(errors).toBe(0);
  });
});
