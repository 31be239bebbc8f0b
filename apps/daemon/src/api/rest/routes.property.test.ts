import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeServices, member } from '../testing/fake-services';
import { asAdmin, type ServedPublic, servePublic } from '../testing/serve-public';

let served: ServedPublic;
const fake = fakeServices();
beforeAll(async () => {
  served = await servePublic({ fake });
});
afterAll(() => served.close());

const runs = { numRuns: 150 };
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('true', 'false', '0', '1', '', 'null', 'NaN', '1e3', ' 5', '５', 'yes', 'on'),
);
const names = fc.oneof(fc.constantFrom('force', 'id', 'limit', 'cursor', 'down', '__proto__', 'constructor', 'toString'), fc.string());
const query = fc.array(fc.tuple(names, texts), { maxLength: 4 }).map((pairs) => new URLSearchParams(pairs));
const id = member('n2').id;

/** Sends it and gives status and the inputs that reached a service. */
const send = async (method: string, path: string, body?: string): Promise<{ status: number; inputs: unknown[] }> => {
  fake.calls.length = 0;
  const response = await fetch(served.url + path, {
    method,
    headers: { ...asAdmin, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body }),
  });
  await response.arrayBuffer();
  return { status: response.status, inputs: fake.calls.map((one) => one.args[0]) };
};

describe('REST, for any request', () => {
  it('removes with force only if the query says exactly force=true, and never crashes', async () => {
    await fc.assert(
      fc.asyncProperty(query, async (params) => {
        const { status, inputs } = await send('DELETE', `/v1/cluster/members/${id}?${params}`);
        const pairs = [...params];
        const [name, text] = pairs[0] ?? [];
        const isClean = pairs.length === 0 || (pairs.length === 1 && name === 'force' && (text === 'true' || text === 'false'));
        expect(status).toBe(isClean ? 200 : 400);
        expect(inputs).toEqual(isClean ? [{ id, force: text === 'true' }] : []);
      }),
      runs,
    );
  });

  it('takes a limit only if it is written as a whole number within its bounds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.integer({ min: -300, max: 300 }).map(String), fc.double().map(String), texts), async (text) => {
        const { status, inputs } = await send('GET', `/v1/events?limit=${encodeURIComponent(text)}`);
        const isGood = /^[1-9]\d*$/.test(text) && Number(text) <= 200;
        expect(status).toBe(isGood ? 200 : 400);
        expect(inputs).toEqual(isGood ? [{ limit: Number(text) }] : []);
      }),
      runs,
    );
  });

  it('passes a body on only as it was sent: no value changes its type', async () => {
    const body = fc.oneof(
      fc.record({ down: fc.oneof(fc.array(fc.oneof(fc.string(), fc.integer(), fc.boolean())), fc.anything()) }, { requiredKeys: [] }),
      fc.dictionary(names, fc.jsonValue()),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const text = JSON.stringify(value) ?? '';
        const { status, inputs } = await send('POST', '/v1/cluster/simulate', text);
        expect([200, 400]).toContain(status);
        if (status === 200) expect(inputs).toEqual([(JSON.parse(text) as { down: unknown }).down]);
        else expect(inputs).toEqual([]);
      }),
      runs,
    );
  });

  it('answers anything at any address with a status below 500', async () => {
    const path = fc.oneof(
      fc.webPath(),
      fc.array(texts, { maxLength: 5 }).map((parts) => `/v1/cluster/members/${parts.map((part) => encodeURIComponent(part)).join('/')}`),
      fc.array(texts).map((parts) => `/trpc/${parts.map((part) => encodeURIComponent(part)).join('.')}`),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'),
        path,
        query,
        fc.option(fc.string(), { nil: undefined }),
        async (method, where, params, body) => {
          // The one route that never ends by itself.
          fc.pre(!where.startsWith('/v1/cluster/watch') && !where.startsWith('/trpc/cluster.watch'));
          const { status } = await send(method, `${where === '' ? '/' : where}?${params}`, method === 'GET' ? undefined : body);
          expect(status).toBeLessThan(500);
        },
      ),
      runs,
    );
  });
});
