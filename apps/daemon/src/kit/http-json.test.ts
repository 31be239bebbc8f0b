import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { postJson, requestJson } from './http-json';

const HOST = '127.0.22.3';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const serve = async (handler: http.RequestListener, at?: string): Promise<string> => {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => (at === undefined ? server.listen(0, HOST, resolve) : server.listen(at, resolve)));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return at ?? `http://${HOST}:${(server.address() as AddressInfo).port}`;
};
/** Answers with what it was asked. */
const echo: http.RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.statusCode = 207;
    response.end(
      JSON.stringify({
        method: request.method,
        path: request.url,
        type: request.headers['content-type'],
        extra: request.headers['x-extra'],
        body: Buffer.concat(chunks).toString(),
      }),
    );
  });
};
const unreachable = (data: object) => expect.objectContaining({ code: 'DAEMON_UNREACHABLE', data: expect.objectContaining(data) });

describe('requestJson', () => {
  it('sends JSON and headers, and gives back status and JSON', async () => {
    const url = await serve(echo);
    expect(await postJson({ url: `${url}/a?b=1`, body: { ü: 1 }, headers: { 'x-extra': 'yes' } })).toMatchObject({
      status: 207,
      json: { method: 'POST', path: '/a?b=1', type: 'application/json', extra: 'yes', body: '{"ü":1}' },
    });
    expect(await requestJson({ method: 'GET', url })).toMatchObject({ json: { method: 'GET', body: '' } });
  });

  it('speaks over a unix socket', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quorate-sock-'));
    closers.push(() => rm(dir, { recursive: true, force: true }));
    const socketPath = await serve(echo, join(dir, 's'));
    expect(await postJson({ url: 'http://local/x', socketPath, body: [] })).toMatchObject({ json: { path: '/x', body: '[]' } });
    await expect(postJson({ url: 'http://local/x', socketPath: join(dir, 'none') })).rejects.toEqual(
      unreachable({ reason: 'no-socket', sent: false, url: join(dir, 'none') }),
    );
  });

  it('keeps a connection alive with an agent', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{}');
    });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    closers.push(() => agent.destroy());
    for (let i = 0; i < 3; i += 1) await requestJson({ method: 'GET', url, agent });
    expect(ports.size).toBe(1);
  });

  it('takes an empty answer for no answer in JSON', async () => {
    const url = await serve((_, response) => response.writeHead(204).end());
    expect(await requestJson({ method: 'DELETE', url })).toMatchObject({ status: 204, json: undefined });
  });

  it('tells a refused connection from a silent server, and whether the request was sent', async () => {
    const url = await serve(() => undefined);
    await expect(postJson({ url, timeoutMs: 50, body: {} })).rejects.toEqual(unreachable({ reason: 'timeout', sent: true, url }));
    for (const close of closers.splice(0)) await close();
    await expect(postJson({ url, body: {} })).rejects.toEqual(unreachable({ reason: 'refused', sent: false }));
  });

  it('bounds the time of the whole answer, not only of its beginning', async () => {
    const url = await serve((_, response) => {
      response.write('{');
    });
    await expect(postJson({ url, timeoutMs: 50 })).rejects.toEqual(unreachable({ reason: 'timeout', sent: true }));
  });

  it('refuses answers that are too large, cut off, or not JSON', async () => {
    await expect(postJson({ url: await serve((_, response) => response.end('x'.repeat(2_000))), maxBytes: 1_000 })).rejects.toEqual(
      unreachable({ reason: 'too-large' }),
    );
    const cut = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.destroy());
    });
    await expect(postJson({ url: cut })).rejects.toEqual(unreachable({ reason: 'reset', sent: true }));
    await expect(postJson({ url: await serve((_, response) => response.end('<html>')) })).rejects.toEqual(unreachable({ reason: 'not-json' }));
  });

  it('stops with the reason of its signal', async () => {
    const url = await serve(() => undefined);
    const stop = new AbortController();
    const asking = postJson({ url, signal: stop.signal });
    setImmediate(() => stop.abort(new Error('stopping')));
    await expect(asking).rejects.toThrow('stopping');
  });
});
