/** The OpenAPI 3.1 document, built from the very declarations that make the routes. A test compares it with what is really served. */
import { errorTable } from '@quorate/core/errors/codes';
import { ProblemSchema } from '@quorate/core/errors/problem';
import { QUORATE_VERSION } from '@quorate/core/version';
import { z } from 'zod';
import { HEALTH_BODY, HEALTH_ROUTES } from '../health-routes';
import { PROBLEM_TYPE } from '../http/problem-reply';
import { type RestOperation, restOperations } from './operations';

type Json = { readonly [key: string]: unknown };

export const OPENAPI_PATH = '/openapi.json';

/** The whole document; the same for every replica of one version. */
export const openApiDocument = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Quorate',
    version: QUORATE_VERSION,
    description: 'Every replica serves this API. Requests need the administrator token, but for the health routes and this document.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  security: [{ administrator: [] }],
  tags: [{ name: 'cluster' }, { name: 'join tokens' }, { name: 'events' }, { name: 'health' }, { name: 'meta' }],
  paths: paths(),
  components: {
    securitySchemes: { administrator: { type: 'http', scheme: 'bearer', bearerFormat: 'qrt_admin_…' } },
    schemas: { Problem: problemSchema() },
    responses: {
      Problem: {
        description: 'Refused. `code` is stable, `hint` says what to do.',
        content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  },
});

const paths = (): Json => {
  const all = new Map<string, Record<string, unknown>>();
  const add = (path: string, method: string, operation: Json) => all.set(path, { ...all.get(path), [method.toLowerCase()]: operation });
  for (const operation of restOperations()) add(operation.rest.path, operation.rest.method, operationObject(operation));
  for (const route of HEALTH_ROUTES) add(route.path, 'get', healthOperation(route));
  add(OPENAPI_PATH, 'get', {
    operationId: 'openapi',
    summary: 'This document',
    tags: ['meta'],
    security: [],
    responses: { 200: { description: 'OpenAPI 3.1', content: { 'application/json': {} } } },
  });
  return Object.fromEntries(all);
};

const operationObject = (operation: RestOperation): Json => {
  const { rest, procedure, type } = operation;
  const body = requestBody(operation);
  return {
    operationId: procedure,
    summary: rest.summary,
    tags: [rest.tag],
    parameters: parameters(operation),
    ...(body === null ? {} : { requestBody: body }),
    responses: {
      [rest.status]:
        type === 'subscription'
          ? eventsResponse(operation.output)
          : { description: 'Done.', content: { 'application/json': { schema: schemaOf(operation.output, 'output') } } },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
};

/** Path parameters, then what GET and DELETE take in the query. */
const parameters = (operation: RestOperation): readonly Json[] => {
  if (operation.input === null) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' });
  const isInPath = (name: string) => operation.pathParams.includes(name);
  return Object.entries(properties)
    .filter(([name]) => isInPath(name) || operation.rest.method !== 'POST')
    .map(([name, schema]) => ({ name, in: isInPath(name) ? 'path' : 'query', required: isInPath(name) || required.includes(name), schema }));
};

/** POST says all in its body; DELETE may say there what it can also say in the query. */
const requestBody = ({ input, pathParams, rest }: RestOperation): Json | null => {
  if (input === null || rest.method === 'GET') return null;
  const restOfInput = z.strictObject(Object.fromEntries(Object.entries(input.shape).filter(([name]) => !pathParams.includes(name))));
  if (Object.keys(restOfInput.shape).length === 0) return null;
  return { required: rest.method === 'POST', content: { 'application/json': { schema: schemaOf(restOfInput, 'input') } } };
};

const eventsResponse = (schema: z.ZodType): Json => ({
  description: 'Server-sent events; the data of each is JSON of this form. A last event named "problem" says why the stream ends early.',
  content: { 'text/event-stream': { schema: schemaOf(schema, 'output') } },
});

const healthOperation = (route: (typeof HEALTH_ROUTES)[number]): Json => ({
  operationId: route.id,
  summary: route.summary,
  tags: ['health'],
  security: [],
  parameters: route.path.includes('{code}')
    ? [
        {
          name: 'code',
          in: 'path',
          required: true,
          description: 'Status to answer with instead of 404',
          schema: { type: 'integer', minimum: 400, maximum: 599 },
        },
      ]
    : [],
  responses: Object.fromEntries(
    Object.entries(route.responses).map(([status, description]) => [
      status,
      { description, content: { 'application/json': { schema: schemaOf(HEALTH_BODY, 'output') } } },
    ]),
  ),
});

const problemSchema = (): Json => {
  const { properties = {}, ...schema } = schemaOf(ProblemSchema, 'output') as Json & { properties?: Record<string, unknown> };
  return { ...schema, properties: { ...properties, code: { type: 'string', enum: Object.keys(errorTable) } } };
};

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};
