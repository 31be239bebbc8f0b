import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedPublic, servePublic } from '../testing/serve-public';
import { restOperations } from './operations';

type Operation = {
  operationId: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required: boolean; schema: Record<string, unknown> }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
};
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };

let served: ServedPublic;
let document: Document;
beforeAll(async () => {
  served = await servePublic();
  document = (await (await fetch(`${served.url}/openapi.json`)).json()) as Document;
});
afterAll(() => served.close());

/** Dashboard and tRPC are not REST; HEAD follows from GET. */
const isDocumented = ({ method, url }: { method: string; url: string }): boolean => method !== 'HEAD' && url !== '/' && !url.startsWith('/trpc');

describe('the OpenAPI document', () => {
  it('lists exactly the routes that are served', () => {
    const routes = served.routes.filter(isDocumented).map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
    const documented = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    expect(documented.sort()).toEqual([...new Set(routes)].sort());
  });

  it('is of version 3.1 and names each operation once', () => {
    const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((operation) => operation.operationId));
    expect(document.openapi).toBe('3.1.0');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('asks for the administrator token everywhere but on health routes and itself', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const isOpen = path === '/openapi.json' || path.includes('health') || path.includes('leader-check') || path === '/readyz';
      for (const operation of Object.values(methods)) expect([path, operation.security]).toEqual([path, isOpen ? [] : undefined]);
    }
  });

  it('declares every parameter of every path, and inputs as they are written, not as they are parsed', () => {
    for (const { rest, pathParams } of restOperations()) {
      const operation = document.paths[rest.path]?.[rest.method.toLowerCase()];
      const inPath = operation?.parameters?.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
      expect(inPath).toEqual(pathParams);
      expect(Object.keys(operation?.responses ?? {})).toEqual([String(rest.status), 'default']);
    }
    expect(document.paths['/v1/cluster/members/{id}']?.['delete']).toMatchObject({
      parameters: [
        { name: 'id', in: 'path', required: true },
        { name: 'force', in: 'query', required: false, schema: { type: 'boolean', default: false } },
      ],
      requestBody: { required: false },
    });
    expect(document.paths['/v1/nodes/join-tokens']?.['post']?.requestBody).toMatchObject({
      required: true,
      content: {
        'application/json': {
          schema: { properties: { kind: { const: 'cluster' }, ttl: { type: 'string' } }, required: ['kind'], additionalProperties: false },
        },
      },
    });
  });
});
