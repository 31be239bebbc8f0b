import { ProblemSchema } from '@quorate/core/errors/problem';
import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, clusterStatus, fakeServices, member } from './testing/fake-services';
import { asAdmin, type ServedPublic, servePublic } from './testing/serve-public';

const open: ServedPublic[] = [];
const serve = async (...args: Parameters<typeof servePublic>): Promise<ServedPublic> => {
  const served = await servePublic(...args);
  open.push(served);
  return served;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const problemOf = async (response: Response) => ProblemSchema.parse(await response.json());

describe('the public listener', () => {
  it('refuses every call without credentials, over REST and tRPC alike, and changes nothing', async () => {
    const { url, services } = await serve();
    const attempts = [
      fetch(`${url}/v1/cluster`),
      fetch(`${url}/v1/cluster/watch`),
      fetch(`${url}/v1/events`),
      fetch(`${url}/v1/nodes/join-tokens`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"kind":"cluster"}' }),
      fetch(`${url}/v1/cluster/members/1a`, { method: 'DELETE' }),
      fetch(`${url}/trpc/cluster.status`),
      fetch(`${url}/trpc/joinTokens.create`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"kind":"cluster"}' }),
    ];
    for (const response of await Promise.all(attempts)) {
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
    }
    expect(services.calls).toEqual([]);
  });

  it('answers an error over tRPC with the problem that REST gives', async () => {
    const { url } = await serve();
    const rest = await problemOf(await fetch(`${url}/v1/cluster/members/ff/removal`, { headers: asAdmin }));
    const response = await fetch(`${url}/trpc/cluster.previewRemoval?input=${encodeURIComponent('{"id":"ff"}')}`, { headers: asAdmin });
    const body = (await response.json()) as { error: { data: { problem: unknown } } };
    const trpc = ProblemSchema.parse(body.error.data.problem);
    expect(response.status).toBe(404);
    expect({ ...trpc, requestId: '' }).toEqual({ ...rest, requestId: '' });
    expect(trpc).toMatchObject({ code: 'MEMBER_NOT_FOUND', data: { id: 'ff' } });
    expect(trpc.requestId).toBe(response.headers.get('x-request-id'));
    expect(JSON.stringify(body)).not.toContain('stack');
  });

  it('says STARTING to every call and the truth on the health routes until there is something to serve', async () => {
    const { url } = await serve({ services: () => null });
    for (const path of ['/v1/cluster', '/trpc/cluster.status']) {
      const response = await fetch(url + path, { headers: asAdmin });
      expect(response.status).toBe(503);
      expect(await response.text()).toContain('STARTING');
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'fail', reason: 'this replica is starting' }]);
  });

  it('hides what an unexpected error was, and logs it once with the request id', async () => {
    const lines: unknown[] = [];
    const log = (...args: unknown[]) => void lines.push(args);
    const logger = { debug: () => undefined, info: log, warn: log, error: log, child: () => logger };
    const fake = fakeServices();
    const { url } = await serve({ logger, fake: { ...fake, cluster: { ...fake.cluster, members: () => JSON.parse('{secret') as never } } });
    const response = await fetch(`${url}/v1/cluster/members`, { headers: { ...asAdmin, 'x-request-id': 'trace-12345' } });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).toContain('"requestId":"trace-12345"');
    expect(text).not.toContain('secret');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject([{ requestId: 'trace-12345' }, 'request failed']);
  });

  it('refuses an answer that does not have the declared form instead of sending it', async () => {
    const fake = fakeServices();
    const { url } = await serve({ fake: { ...fake, cluster: { ...fake.cluster, status: () => ({ ...clusterStatus(), generation: -1 }) } } });
    expect((await fetch(`${url}/v1/cluster`, { headers: asAdmin })).status).toBe(500);
  });

  it('answers 429 after too many wrong credentials of an address, and still lets the right ones in', async () => {
    const { url } = await serve({ limits: { failuresPerMinute: 3 } });
    const wrong = { authorization: 'Bearer qrt_admin_wrong' };
    const statuses: number[] = [];
    for (let at = 0; at < 5; at += 1) statuses.push((await fetch(`${url}/v1/cluster`, { headers: wrong })).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    const limited = await fetch(`${url}/trpc/cluster.status`, { headers: wrong });
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${url}/v1/cluster`, { headers: asAdmin })).status).toBe(200);
  });

  it('limits requests of an address, but neither health routes nor the administrator', async () => {
    const { url } = await serve({ limits: { requestsPerMinute: 2 } });
    for (const path of ['/openapi.json', '/nowhere']) await fetch(url + path);
    const limited = await fetch(`${url}/nowhere`);
    expect([limited.status, (await problemOf(limited)).code]).toEqual([429, 'RATE_LIMITED']);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/v1/cluster`, { headers: asAdmin })).status).toBe(200);
  });

  it('sends the headers that keep browsers and caches out of mischief', async () => {
    const { url } = await serve();
    const { headers } = await fetch(`${url}/v1/cluster`, { headers: asAdmin });
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('believes one proxy about the address of the client, and nobody when there is none', async () => {
    const forwarded = { ...asAdmin, 'x-forwarded-for': '6.6.6.6, 7.7.7.7' };
    for (const [behindProxy, from] of [
      [true, '7.7.7.7'],
      [false, '127.0.23.1'],
    ] as const) {
      const { url, services } = await serve({ behindProxy });
      const target = url.replace('127.0.23.1', '127.0.23.1');
      await fetch(`${target}/v1/cluster/members/${member('n2').id}`, { method: 'DELETE', headers: forwarded });
      const actor = services.calls[0]?.args[1] as { from: string };
      if (behindProxy) expect(actor.from).toBe(from);
      else expect(actor.from).toMatch(/^127\./);
    }
  });

  it('does not listen twice on one address, and says which', async () => {
    const { url } = await serve();
    const port = Number(new URL(url).port);
    const { createPublicServer } = await import('./http-server');
    const { silentLogger } = await import('../kit/logger');
    const second = await createPublicServer({ services: () => null, logger: silentLogger, certificate: null, dashboardDir: null, behindProxy: false });
    await expect(second.listen({ host: '127.0.23.1', port })).rejects.toMatchObject({ code: 'LISTEN_FAILED', message: expect.stringContaining(String(port)) });
    await second.close();
  });

  it('never takes the token from anywhere but the Authorization header', async () => {
    const { url } = await serve();
    for (const path of [
      `/v1/cluster?token=${ADMIN_TOKEN}`,
      `/trpc/cluster.status?connectionParams=${encodeURIComponent(JSON.stringify({ token: ADMIN_TOKEN }))}`,
    ]) {
      expect((await fetch(url + path)).status).toBe(401);
    }
  });
});
