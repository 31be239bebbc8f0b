/**
 * The Fastify instance under every listener: sizes, times, request ids, errors as problems, a debug line per request, a close that
 * ends within its time. It knows no route. Query strings, headers and bodies never reach the log.
 */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { SecureVersion, TlsOptions } from 'node:tls';
import { AppError } from '@quorate/core/errors/app-error';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from '../../kit/logger';
import { type Connections, trackConnections } from './connections';
import { sendProblem } from './problem-reply';

/** Largest request body: the largest legitimate one is a certificate request. */
export const BODY_LIMIT_BYTES = 64 * 1024;
const HEADER_LIMIT_BYTES = 16 * 1024;
/** All headers must have arrived by then, the whole request by the second: a trickling client is cut off. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;
/** How long a connection may be silent; event streams speak every 10 s, the slowest mutation answers within a minute. */
const SILENCE_TIMEOUT_MS = 90_000;
const KEEP_ALIVE_MS = 30_000;
const TLS_HANDSHAKE_MS = 10_000;
const MAX_CONNECTIONS = 2_048;
const DEFAULT_GRACE_MS = 3_000;
/** A request id from a proxy is taken over when it looks like one. */
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** `certPem`: leaf first, then the CA, so that a client that only knows the CA's fingerprint can check it. */
export type ServerCertificate = {
  readonly certPem: string;
  readonly keyPem: string;
  /** Whose client certificates are asked for; only the replica listener asks. */
  readonly caPem?: string;
};

export type AppTls = {
  readonly certificate: () => ServerCertificate;
  readonly minVersion: SecureVersion;
  readonly options?: TlsOptions;
};

export type AppOptions = {
  readonly logger: Logger;
  readonly tls: AppTls | null;
  /** One proxy in front is believed about the address of the client. */
  readonly behindProxy?: boolean;
  readonly maxConnections?: number;
  /** By when all headers must have arrived. Default 10,000. */
  readonly headersTimeoutMs?: number;
};

export type App = {
  readonly fastify: FastifyInstance;
  /** Aborts when closing begins. */
  readonly closing: AbortSignal;
  /** Takes the present certificate for all new connections. */
  readonly reloadTls: () => void;
  /** Stops accepting, lets running requests end, then cuts what is left after `graceMs` (default 3,000). Idempotent. */
  readonly close: (options?: { readonly graceMs?: number }) => Promise<void>;
};

/** Builds the instance; add routes, then `listen`. */
export const createApp = (options: AppOptions): App => {
  const { logger, tls } = options;
  const closing = new AbortController();
  const servers: http.Server[] = [];
  const connections: Connections[] = [];
  const fastify = Fastify({
    serverFactory: (handler) => {
      const server = createServer(options, handler);
      servers.push(server);
      connections.push(trackConnections(server));
      return server;
    },
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    trustProxy: options.behindProxy === true ? (_address, hop) => hop === 0 : false,
    requestIdHeader: false,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    frameworkErrors: (error, request, reply) => sendProblem({ error, request, reply, logger }),
  });
  // A text/plain body would be a form's way around CORS; JSON is the only language spoken here.
  fastify.removeContentTypeParser('text/plain');
  fastify.setErrorHandler((error, request, reply) => sendProblem({ error, request, reply, logger }));
  addHooks(fastify, logger, closing.signal);

  let closed: Promise<void> | null = null;
  return Object.freeze({
    fastify,
    closing: closing.signal,
    reloadTls: () => {
      if (tls === null) return;
      for (const server of servers) if (server instanceof https.Server) server.setSecureContext(secureContextOf(tls));
    },
    close: ({ graceMs = DEFAULT_GRACE_MS } = {}) => {
      if (closed === null) {
        closing.abort(new AppError('STOPPING', { message: 'this replica is stopping' }));
        closed = closeApp(fastify, connections, graceMs);
      }
      return closed;
    },
  });
};

const createServer = (options: AppOptions, handler: http.RequestListener): http.Server => {
  const headersTimeout = options.headersTimeoutMs ?? HEADERS_TIMEOUT_MS;
  const limits = {
    maxHeaderSize: HEADER_LIMIT_BYTES,
    headersTimeout,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(2_000, headersTimeout),
  };
  const server = options.tls === null ? http.createServer(limits, handler) : createTlsServer(options.tls, limits, handler);
  server.setTimeout(SILENCE_TIMEOUT_MS);
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  return server;
};

const createTlsServer = (tls: AppTls, limits: http.ServerOptions, handler: http.RequestListener): http.Server =>
  https.createServer({ ...limits, ...secureContextOf(tls), handshakeTimeout: TLS_HANDSHAKE_MS }, handler);

const secureContextOf = (tls: AppTls): TlsOptions => {
  const { certPem, keyPem, caPem } = tls.certificate();
  return { ...tls.options, cert: certPem, key: keyPem, minVersion: tls.minVersion, ...(caPem === undefined ? {} : { ca: caPem }) };
};

const requestIdOf = (header: string | string[] | undefined): string =>
  typeof header === 'string' && REQUEST_ID.test(header) ? header : randomBytes(8).toString('hex');

const addHooks = (fastify: FastifyInstance, logger: Logger, closing: AbortSignal): void => {
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!closing.aborted) return;
    reply.header('connection', 'close');
    if (request.routeOptions.config.alwaysAnswers !== true) throw closing.reason;
  });
  fastify.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const { method, id, ip } = request;
    // The route, not the URL: a query string may hold what nobody should read.
    logger.debug(
      { method, route: request.routeOptions.url ?? null, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime), requestId: id, from: ip },
      'request answered',
    );
  });
};

const closeApp = async (fastify: FastifyInstance, connections: readonly Connections[], graceMs: number): Promise<void> => {
  const force = setTimeout(() => {
    for (const one of connections) one.destroy();
  }, graceMs);
  try {
    const closed = fastify.close();
    for (const one of connections) one.drain();
    await closed;
  } finally {
    clearTimeout(force);
  }
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route answers also while the listener closes, and is never rate limited: health routes. */
    alwaysAnswers?: boolean;
  }
}
