import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kit/logger';
import { pinnedTlsOptions } from '../../pki/pinned-tls';
import { createTestPki } from '../testing/certificates';
import { type App, type AppOptions, createApp } from './app';
import { tcpServer } from './tcp-server';

const HOST = '127.0.23.3';
const open: App[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close({ graceMs: 100 })));
});

const listen = async (part: Partial<AppOptions>, addRoutes: (app: App) => void = () => undefined): Promise<{ app: App; port: number }> => {
  const app = createApp({ logger: silentLogger, tls: null, ...part });
  open.push(app);
  addRoutes(app);
  const server = await tcpServer(app, { isTls: part.tls !== undefined, routes: [] });
  return { app, port: (await server.listen({ host: HOST, port: 0 })).port };
};
const untilClosed = (socket: net.Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(text));
  });

describe('a listener', () => {
  it('cuts off a client that trickles its headers', async () => {
    const { port } = await listen({ headersTimeoutMs: 200 });
    const socket = net.connect(port, HOST);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n');
    expect(await untilClosed(socket)).toContain('408');
  });

  it('refuses headers that are too large', async () => {
    const { port } = await listen({});
    const socket = net.connect(port, HOST);
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(await untilClosed(socket)).toContain('431');
  });

  it('takes no more connections than it can bear', async () => {
    const { port } = await listen({ maxConnections: 2 }, (app) => app.fastify.get('/', async () => 'ok'));
    const held = [net.connect(port, HOST), net.connect(port, HOST)];
    await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    const third = net.connect(port, HOST);
    third.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(await untilClosed(third)).toBe('');
    for (const socket of held) socket.destroy();
  });

  it('lets a running request end before it closes, and refuses new ones meanwhile', async () => {
    let finish: () => void = () => undefined;
    let reached: () => void = () => undefined;
    const isRunning = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const { app, port } = await listen({}, (one) =>
      one.fastify.get('/slow', async () => {
        reached();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return 'done';
      }),
    );
    const slow = fetch(`http://${HOST}:${port}/slow`);
    await isRunning;
    const closed = app.close({ graceMs: 5_000 });
    await expect(fetch(`http://${HOST}:${port}/slow`)).rejects.toThrow();
    finish();
    expect(await (await slow).text()).toBe('done');
    const before = performance.now();
    await closed;
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('does not wait for connections that carry no request: fresh ones, kept ones', async () => {
    const { app, port } = await listen({}, (one) => one.fastify.get('/', async () => 'ok'));
    const fresh = net.connect(port, HOST);
    await new Promise((resolve) => fresh.once('connect', resolve));
    await (await fetch(`http://${HOST}:${port}/`)).text();
    const before = performance.now();
    await app.close({ graceMs: 5_000 });
    expect(performance.now() - before).toBeLessThan(1_000);
    await untilClosed(fresh);
  });

  it('does not wait for ever for a TLS handshake that does not end', async () => {
    const pki = await createTestPki();
    const certificate = await pki.server();
    const { app, port } = await listen({ tls: { certificate: () => certificate, minVersion: 'TLSv1.3' } });
    const half = net.connect(port, HOST);
    await new Promise((resolve) => half.once('connect', resolve));
    while ((await connections(app)) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await app.close({ graceMs: 100 });
    await untilClosed(half);
  });

  it('does not wait for ever for a request that does not end', async () => {
    const { app, port } = await listen({}, (one) => one.fastify.get('/stuck', () => new Promise(() => undefined)));
    const stuck = fetch(`http://${HOST}:${port}/stuck`).catch(() => 'cut');
    while ((await connections(app)) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await app.close({ graceMs: 100 });
    expect(await stuck).toBe('cut');
  });

  it('takes up a renewed certificate for new connections, and keeps the old ones open', async () => {
    const pki = await createTestPki();
    let current = await pki.server();
    const { app, port } = await listen({ tls: { certificate: () => current, minVersion: 'TLSv1.2' } }, (one) => one.fastify.get('/', async () => 'ok'));
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ...pinnedTlsOptions(pki.ca.certPem) });
    const get = () =>
      new Promise<string>((resolve, reject) => {
        https
          .get({ host: HOST, port, path: '/', agent }, (response) => {
            const { serialNumber } = (response.socket as tls.TLSSocket).getPeerCertificate();
            response.resume();
            response.once('end', () => resolve(serialNumber));
          })
          .once('error', reject);
      });
    const first = await get();
    current = await pki.server();
    app.reloadTls();
    expect(await get()).toBe(first);
    agent.destroy();
    const fresh = tls.connect({ host: HOST, port, ...pinnedTlsOptions(pki.ca.certPem) });
    await new Promise((resolve) => fresh.once('secureConnect', resolve));
    expect(fresh.getPeerCertificate().serialNumber).not.toBe(first);
    fresh.destroy();
  });
});

const connections = (app: App): Promise<number> =>
  new Promise((resolve, reject) => app.fastify.server.getConnections((error, count) => (error ? reject(error) : resolve(count))));
