import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { dialBack, listenNonce } from './dial';
import { measureTcpRtt } from './rtt';

const HOST = '127.0.22.2';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const answer = async (nonce: string, port = 0) => {
  const listener = await listenNonce({ host: HOST, port, nonce });
  if (listener.inUse) throw new Error('port in use');
  closers.push(listener.close);
  return listener;
};
const serve = async (onConnection: (socket: net.Socket) => void): Promise<number> => {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
};

describe('dialBack and listenNonce', () => {
  it('prove that the dialler reached the listener', async () => {
    const { port } = await answer('abc');
    expect(await dialBack({ host: HOST, port, nonce: 'abc' })).toEqual({ ok: true, rttMs: expect.any(Number) });
    expect(await dialBack({ host: HOST, port, nonce: null })).toMatchObject({ ok: true });
  });

  it('notice another host behind the address', async () => {
    const { port } = await answer('abd');
    expect(await dialBack({ host: HOST, port, nonce: 'abc' })).toEqual({ ok: false, reason: 'wrong-host' });
    expect(await dialBack({ host: HOST, port, nonce: 'abd0' })).toEqual({ ok: false, reason: 'wrong-host' });
    const chatty = await serve((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await dialBack({ host: HOST, port: chatty, nonce: 'abc' })).toEqual({ ok: false, reason: 'wrong-host' });
  });

  it('tell a closed port from a silent one', async () => {
    const { port, close } = await answer('abc');
    await close();
    expect(await dialBack({ host: HOST, port, nonce: 'abc' })).toEqual({ ok: false, reason: 'refused' });
    const silent = await serve(() => undefined);
    expect(await dialBack({ host: HOST, port: silent, nonce: 'abc', timeoutMs: 50 })).toEqual({ ok: false, reason: 'timeout' });
    expect(await dialBack({ host: HOST, port: silent, nonce: null })).toMatchObject({ ok: true });
  });

  it('answer many diallers, also those that send something or hang up', async () => {
    const { port } = await answer('abc');
    const rude = net.connect({ host: HOST, port }, () => rude.write('GET / HTTP/1.1\r\n\r\n', () => rude.resetAndDestroy()));
    rude.on('error', () => undefined);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => dialBack({ host: HOST, port, nonce: 'abc' })));
    expect(outcomes.every((outcome) => outcome.ok)).toBe(true);
  });

  it('stop with the reason of the signal', async () => {
    const silent = await serve(() => undefined);
    const stop = new AbortController();
    const dialling = dialBack({ host: HOST, port: silent, nonce: 'abc', signal: stop.signal });
    setImmediate(() => stop.abort(new Error('stopping')));
    await expect(dialling).rejects.toThrow('stopping');
  });
});

describe('listenNonce', () => {
  it('says that the port is in use, or that the address is not ours', async () => {
    const { port } = await answer('abc');
    expect(await listenNonce({ host: HOST, port, nonce: 'x' })).toEqual({ inUse: true });
    await expect(listenNonce({ host: '192.0.2.1', port: 0, nonce: 'x' })).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
  });

  it('frees the port when closed, with connections open or not', async () => {
    const first = await answer('abc');
    const idle = net.connect({ host: HOST, port: first.port, allowHalfOpen: true });
    await new Promise((resolve) => idle.once('data', resolve));
    await first.close();
    expect((await answer('def', first.port)).port).toBe(first.port);
    idle.destroy();
  });
});

describe('measureTcpRtt', () => {
  it('measures several connections', async () => {
    const { port } = await answer('abc');
    const rtt = await measureTcpRtt({ host: HOST, port, samples: 3 });
    expect(rtt.samples).toBe(3);
    expect(rtt.p50Ms).toBeGreaterThan(0);
    expect(rtt.maxMs).toBeGreaterThanOrEqual(rtt.p50Ms);
  });

  it('says why it cannot', async () => {
    const { port, close } = await answer('abc');
    await close();
    await expect(measureTcpRtt({ host: HOST, port })).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE', data: { reason: 'refused' } });
  });
});
