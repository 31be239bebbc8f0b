/**
 * REST from the procedures: for each `meta.rest` one native route that calls the very procedure tRPC would call, with the same
 * context, checks and errors. Decides nothing by itself.
 */
import { AppError } from '@quorate/core/errors/app-error';
import { callTRPCProcedure } from '@trpc/server';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { requestSignal } from '../http/request-signal';
import type { ApiContext } from '../trpc/context';
import { appRouter } from '../trpc/router';
import { type Decoders, decodeParams, decodersOf, mergeInputs } from './decode';
import { eventStream } from './event-stream';
import { type RestOperation, restOperations } from './operations';

export type RestDeps = { readonly context: (request: FastifyRequest) => Promise<ApiContext> };

/** A plugin with all REST routes; encapsulated, because tRPC reads JSON bodies its own way. */
export const restRoutes =
  (deps: RestDeps): FastifyPluginAsync =>
  async (scope) => {
    addJsonParser(scope);
    for (const operation of restOperations()) addRoute(scope, operation, deps);
  };

const addRoute = (fastify: FastifyInstance, operation: RestOperation, deps: RestDeps): void => {
  const { rest, type } = operation;
  const decoders = decodersOf(operation.input);
  fastify.route({
    method: rest.method,
    url: rest.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: rest.method === 'GET' && type !== 'subscription',
    handler: async (request, reply) => {
      const ctx = await deps.context(request);
      const signal = requestSignal(reply);
      const getRawInput = async () => inputOf(operation, request, decoders);
      // tRPC asks for an input only where one is declared, and after it has checked the caller; so must this.
      if (operation.input === null && ctx.actor !== null) await getRawInput();
      const result: unknown = await callTRPCProcedure({ router: appRouter, path: operation.procedure, type, ctx, signal, getRawInput, batchIndex: 0 });
      if (type === 'subscription') return sendEvents(reply, result, { requestId: ctx.requestId, signal });
      return reply.code(rest.status).send(rest.status === 204 ? null : result);
    },
  });
};

/** An empty body is no body, whatever its declared type; all else must be a JSON object without "__proto__" and its like. */
const addJsonParser = (fastify: FastifyInstance): void => {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) => {
    if (text.length === 0) return done(null, undefined);
    return parse(request, text, done);
  });
};

const inputOf = (operation: RestOperation, request: FastifyRequest, decoders: Decoders): Record<string, unknown> | undefined => {
  if (operation.input === null) {
    decodeParams(queryOf(request), new Map());
    return bodyOf(request, operation) === undefined ? undefined : refuseBody();
  }
  const inPath = decodeParams(request.params as Record<string, unknown>, decoders);
  // A POST says everything in its body: a second place would only hide mistakes.
  const inQuery = decodeParams(queryOf(request), operation.rest.method === 'POST' ? new Map() : decoders);
  return mergeInputs(mergeInputs(inPath, inQuery), bodyOf(request, operation) ?? {});
};

const queryOf = (request: FastifyRequest): Record<string, unknown> => ({ ...(request.query as Record<string, unknown>) });

const bodyOf = (request: FastifyRequest, operation: RestOperation): Record<string, unknown> | undefined => {
  const { body } = request;
  if (body === undefined || operation.rest.method === 'GET') return undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new AppError('INVALID_INPUT', { message: 'the body is not a JSON object' });
  return body as Record<string, unknown>;
};

const refuseBody = (): never => {
  throw new AppError('INVALID_INPUT', { message: 'this takes no body' });
};

const sendEvents = (reply: FastifyReply, events: unknown, options: { requestId: string; signal: AbortSignal }): FastifyReply => {
  reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store, no-transform').header('x-accel-buffering', 'no');
  return reply.send(eventStream(events as AsyncIterable<unknown>, options));
};
