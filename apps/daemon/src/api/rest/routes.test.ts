import http from 'node:http';
import { ProblemSchema } from '@quorate/core/errors/problem';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeServices, member } from '../testing/fake-services';
import { asAdmin, type ServedPublic, servePublic } from '../testing/serve-public';

let served: ServedPublic;
const fake = fakeServices();
beforeAll(async () => {
  served = await servePublic({ fake });
});
afterAll(() => served.close());
beforeEach(() => {
  fake.calls.length = 0;
});

const n2 = member('n2').id;
const json = { ...asAdmin, 'content-type': 'application/json' };
const call = (method: string, path: string, body?: string | object, headers: Record<string, string> = body === undefined ? asAdmin : json) =>
  fetch(served.url + path, { method, headers, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
const refusal = async (response: Response) => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = ProblemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  expect(problem.requestId).toBe(response.headers.get('x-request-id'));
  return [problem.status, problem.code];
};

describe('REST', () => {
  it('answers each read with the procedure of the same name', async () => {
    expect(await (await call('GET', '/v1/cluster')).json()).toMatchObject({ clusterId: 'c0ffee00c0ffee00' });
    expect(await (await call('GET', '/v1/cluster/members')).json()).toMatchObject({ members: [{ name: 'n1' }, { name: 'n2' }, { name: 'n3' }] });
    expect(await (await call('GET', `/v1/cluster/members/${n2}/removal`)).json()).toMatchObject({ verdict: 'unsafe' });
    expect(await (await call('GET', '/v1/nodes/join-tokens')).json()).toMatchObject({ tokens: [{ id: 'tok-1' }] });
    expect((await call('HEAD', '/v1/cluster')).status).toBe(200);
  });

  it('answers 201 to what it creates, with the parsed input passed on', async () => {
    const response = await call('POST', '/v1/nodes/join-tokens', { kind: 'cluster', ttl: '2h', maxUses: 3 });
    expect([response.status, await response.json()]).toMatchObject([201, { plaintext: 'qrt_join_secret' }]);
    expect(fake.calls).toMatchObject([{ name: 'create', args: [{ kind: 'cluster', ttl: 7_200_000, maxUses: 3 }, { kind: 'admin-token' }] }]);
  });

  it.each([
    ['in the query', `/v1/cluster/members/${n2}?force=true`, undefined, true],
    ['in the body', `/v1/cluster/members/${n2}`, { force: true }, true],
    ['as false in the query', `/v1/cluster/members/${n2}?force=false`, undefined, false],
    ['not at all', `/v1/cluster/members/${n2}`, undefined, false],
  ])('takes force %s', async (_name, path, body, force) => {
    expect((await call('DELETE', path, body)).status).toBe(200);
    expect(fake.calls).toMatchObject([{ name: 'removeMember', args: [{ id: n2, force }, {}] }]);
  });

  it('takes an empty body that is declared as JSON for none', async () => {
    expect((await call('DELETE', `/v1/cluster/members/${n2}`, undefined, json)).status).toBe(200);
  });

  it.each([
    ['a boolean that is a word', 'DELETE', `/v1/cluster/members/${n2}?force=yes`, undefined],
    ['a boolean that is a number', 'DELETE', `/v1/cluster/members/${n2}?force=1`, undefined],
    ['an empty boolean', 'DELETE', `/v1/cluster/members/${n2}?force=`, undefined],
    ['a boolean as text in the body', 'DELETE', `/v1/cluster/members/${n2}`, { force: 'false' }],
    ['a value given twice', 'DELETE', `/v1/cluster/members/${n2}?force=true&force=false`, undefined],
    ['a value in query and body', 'DELETE', `/v1/cluster/members/${n2}?force=true`, { force: true }],
    ['an id in path and body', 'DELETE', `/v1/cluster/members/${n2}`, { id: n2 }],
    ['an id that is none', 'DELETE', '/v1/cluster/members/N2', undefined],
    ['an unknown query parameter', 'GET', '/v1/cluster?verbose=true', undefined],
    ['an unknown query parameter of an event stream', 'GET', '/v1/cluster/watch?since=1', undefined],
    ['an unknown key in a body', 'POST', '/v1/nodes/join-tokens', { kind: 'cluster', admin: true }],
    ['"__proto__" in a query', 'GET', '/v1/events?__proto__=1', undefined],
    ['"__proto__" in a body', 'POST', '/v1/nodes/join-tokens', '{"kind":"cluster","__proto__":{"maxUses":3}}'],
    ['a number as text', 'POST', '/v1/nodes/join-tokens', { kind: 'cluster', maxUses: '3' }],
    ['a body that is no object', 'POST', '/v1/cluster/simulate', '["a"]'],
    ['a body that is no JSON', 'POST', '/v1/cluster/simulate', '{"down":'],
    ['no body where one is needed', 'POST', '/v1/cluster/simulate', undefined],
    ['a POST that says things in the query', 'POST', '/v1/nodes/join-tokens?kind=cluster', { kind: 'cluster' }],
    ['a number that is not whole', 'GET', '/v1/events?limit=1.5', undefined],
    ['a number with a sign', 'GET', '/v1/events?limit=%2B5', undefined],
    ['a number in hex', 'GET', '/v1/events?limit=0x10', undefined],
    ['a number beyond its bounds', 'GET', '/v1/events?limit=201', undefined],
    ['a ttl beyond its bounds', 'POST', '/v1/nodes/join-tokens', { kind: 'cluster', ttl: '25h' }],
    ['a path that is not valid', 'GET', '/v1/cluster/members/%zz/removal', undefined],
  ])('refuses %s', async (_name, method, path, body) => {
    expect(await refusal(await call(method, path, body))).toEqual([400, 'INVALID_INPUT']);
    expect(fake.calls).toEqual([]);
  });

  it.each([
    ['a form', 'application/x-www-form-urlencoded'],
    ['plain text', 'text/plain'],
    ['a multipart form', 'multipart/form-data; boundary=x'],
    ['nothing', ''],
  ])('answers 415 to a body that is declared as %s', async (_name, type) => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { ...asAdmin, ...(type === '' ? {} : { 'content-type': type }) };
      const request = http.request(`${served.url}/v1/nodes/join-tokens`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.once('error', reject);
      request.end('{"kind":"cluster"}');
    });
    expect(status).toBe(415);
    expect(fake.calls).toEqual([]);
  });

  it('answers 413 to a body of more than 64 KiB', async () => {
    expect(await refusal(await call('POST', '/v1/cluster/simulate', { down: ['x'.repeat(70_000)] }))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('passes on what a service refuses, with its own status', async () => {
    expect(await refusal(await call('GET', '/v1/cluster/members/ff/removal'))).toEqual([404, 'MEMBER_NOT_FOUND']);
  });

  it('names the field and the rule, but never repeats a value', async () => {
    const response = await call('POST', '/v1/nodes/join-tokens', { kind: 'qrt_admin_pasted_by_mistake' });
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ data: { issues: [{ path: 'kind' }] } });
    expect(text).not.toContain('pasted');
  });

  it('leaves the schemas as they are: tRPC refuses a text for a number also after REST has decoded one', async () => {
    expect((await call('GET', '/v1/events?limit=5')).status).toBe(200);
    expect(fake.calls).toMatchObject([{ name: 'events', args: [{ limit: 5 }] }]);
    expect((await call('GET', `/trpc/events.list?input=${encodeURIComponent('{"limit":"5"}')}`)).status).toBe(400);
  });
});
