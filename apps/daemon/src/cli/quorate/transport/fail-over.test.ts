import http from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { AppError } from '@quorate/core/errors/app-error';
import { afterEach, describe, expect, it } from 'vitest';
import { createPublicServer, type PublicServerDeps } from '../../../api/http-server';
import { ADMIN_TOKEN, clusterStatus, fakeServices, joinToken, member } from '../../../api/testing/fake-services';
import { silentLogger } from '../../../kit/logger';
import { runCommand } from '../testing/run-command';
import { mayAskElsewhere } from './fail-over';

const HOST = '127.0.23.5';
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const serve = async (part: Partial<PublicServerDeps> = {}) => {
  const fake = fakeServices();
  const server = await createPublicServer({ services: () => fake, logger: silentLogger, certificate: null, dashboardDir: null, behindProxy: false, ...part });
  closers.push(() => server.close({ graceMs: 100 }));
  return { url: (await server.listen({ host: HOST, port: 0 })).url, fake, close: () => server.close({ graceMs: 100 }) };
};
/** Accepts, reads, and answers as told, counting the requests. */
const stub = async (answer: (request: http.IncomingMessage, response: http.ServerResponse) => void) => {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return { url: `http://${HOST}:${(server.address() as AddressInfo).port}`, seen };
};
/** An address where nobody listens. */
const deadUrl = async (): Promise<string> => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://${HOST}:${port}`;
};
const quorate = (endpoints: readonly string[], args: readonly string[], options = {}) =>
  runCommand(['--endpoint', endpoints.join(','), '--token', ADMIN_TOKEN, ...args], options);

describe('reads', () => {
  it('go on to the next endpoint when one refuses, hangs up, is no replica or cannot serve', async () => {
    const starting = await serve({ services: () => null });
    const hangsUp = await stub((request) => request.socket.destroy());
    const unhelpful = await stub((_request, response) => response.writeHead(502).end('<html>'));
    const good = await serve();
    const { status, out } = await quorate([await deadUrl(), hangsUp.url, unhelpful.url, starting.url, good.url], ['cluster', 'member', 'list']);
    expect([status, out]).toEqual([0, expect.stringContaining('quorum: 3 of 3')]);
  });

  it('do not go on when the answer would be the same anywhere', async () => {
    const first = await serve();
    const second = await stub(() => undefined);
    const { status, err } = await runCommand(['--endpoint', `${first.url},${second.url}`, '--token', 'qrt_admin_wrong', 'cluster', 'status']);
    expect([status, err]).toEqual([77, expect.stringContaining('error UNAUTHENTICATED')]);
    expect(second.seen).toEqual([]);
  });

  it('tell what a replica said rather than that others were silent, and name all when all were silent', async () => {
    const fake = fakeServices();
    const refuses = () => {
      throw new AppError('NO_QUORUM', { message: '1 of 3 voters answers' });
    };
    const noQuorum = await serve({ services: () => ({ ...fake, cluster: { ...fake.cluster, members: refuses } }) });
    const spoken = await quorate([await deadUrl(), noQuorum.url], ['cluster', 'member', 'list']);
    expect([spoken.status, spoken.err]).toEqual([75, expect.stringContaining('error NO_QUORUM: 1 of 3 voters answers')]);
    const dead = [await deadUrl(), await deadUrl()];
    const silent = await quorate(dead, ['cluster', 'member', 'list']);
    expect(silent.status).toBe(69);
    for (const url of dead) expect(silent.err).toContain(`${url} (refused)`);
  });

  it('say so when the answer is of a form that this version does not know', async () => {
    const newer = await stub((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"result":{"data":{"members":[{"id":"new"}]}}}'),
    );
    const { status, out, err } = await quorate([newer.url], ['cluster', 'member', 'list']);
    expect([status, out, err]).toEqual([65, '', expect.stringContaining('in a form this version does not know')]);
  });
});

describe('changes', () => {
  it('go on to the next endpoint only when the one before has provably not seen them', async () => {
    const starting = await serve({ services: () => null });
    const good = await serve();
    const { status } = await quorate([await deadUrl(), starting.url, good.url], ['cluster', 'join-token', 'revoke', 'tok-1']);
    expect([status, good.fake.calls]).toMatchObject([0, [{ name: 'revoke' }]]);
  });

  it.each([
    ['hangs up', (request: http.IncomingMessage) => void request.socket.destroy()],
    ['answers like no replica', (_request: http.IncomingMessage, response: http.ServerResponse) => void response.writeHead(503).end('busy')],
  ])('are not repeated when an endpoint %s after it has got them', async (_name, answer) => {
    const doubtful = await stub(answer);
    const good = await serve();
    const { status } = await quorate([doubtful.url, good.url], ['cluster', 'join-token', 'revoke', 'tok-1']);
    expect([status, doubtful.seen, good.fake.calls]).toEqual([69, ['POST /trpc/joinTokens.revoke'], []]);
  });

  it('are decided by a table', () => {
    const lost = (sent: boolean) => new AppError('DAEMON_UNREACHABLE', { message: '', data: { sent } });
    const cases = [
      [lost(false), true, true],
      [lost(true), true, false],
      [new AppError('STARTING', { message: '' }), true, true],
      [new AppError('STOPPING', { message: '' }), true, false],
      [new AppError('NO_LEADER', { message: '' }), true, false],
      [new AppError('CONFLICT', { message: '' }), false, false],
      [new AppError('INTERNAL', { message: '' }), false, false],
    ] as const;
    for (const [error, read, change] of cases)
      expect([error.code, mayAskElsewhere('query', error), mayAskElsewhere('mutation', error)]).toEqual([error.code, read, change]);
  });
});

describe('a watch', () => {
  it('moves to another replica when its own stops, says so once, and repeats nothing', async () => {
    const first = await serve();
    const second = await serve();
    const stop = new AbortController();
    const moveOver = async () => {
      await first.close();
      while (second.fake.watchers() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      second.fake.publish(clusterStatus({ members: [member('n1')] }));
    };
    let moving: Promise<void> | null = null;
    const onOut = (all: string) => {
      const pictures = all.split('ID    NAME').length - 1;
      if (pictures === 1) moving ??= moveOver();
      if (pictures === 2) stop.abort();
    };
    const { status, err } = await quorate([first.url, second.url], ['cluster', 'member', 'list', '--watch'], { signal: stop.signal, onOut });
    await moving;
    expect(status).toBe(130);
    expect(err.match(/contact lost/g)).toHaveLength(1);
    expect(err).toContain('STOPPING');
  });

  it('gives up at once on what no other replica would answer differently', async () => {
    const { url } = await serve();
    const { status, err } = await runCommand(['--endpoint', url, '--token', 'qrt_admin_wrong', 'cluster', 'status', '--watch']);
    expect([status, err]).toEqual([77, expect.stringContaining('UNAUTHENTICATED')]);
  });
});

describe('what is sent', () => {
  it('carries the token in its header only', async () => {
    const requests: http.IncomingMessage[] = [];
    const spy = await stub((request, response) => {
      requests.push(request);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ result: { data: { tokens: [joinToken()] } } }));
    });
    await quorate([spy.url], ['cluster', 'join-token', 'list']);
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${ADMIN_TOKEN}`);
    expect(spy.seen).toEqual(['GET /trpc/joinTokens.list']);
  });
});
