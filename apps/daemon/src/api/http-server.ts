/**
 * The public listener: dashboard, /trpc, /v1, health routes. HTTP/1.1, TLS when given a certificate.
 *
 * It may listen before there is anything to serve: until `services()` gives something, the health routes answer the truth, the
 * dashboard loads, and every call is refused with STARTING. No `Strict-Transport-Security`: with a private CA a browser would then no
 * longer offer the operator a way past its warning.
 */
import helmet from '@fastify/helmet';
import { AppError } from '@quorate/core/errors/app-error';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../kit/logger';
import { registerHealthRoutes } from './health-routes';
import { type App, createApp, type ServerCertificate } from './http/app';
import { authenticate, hasAdminToken } from './http/authenticate';
import { type Dashboard, registerDashboard } from './http/dashboard';
import { type RateLimits, registerRateLimits } from './http/rate-limits';
import { collectRoutes, type TcpServer, tcpServer } from './http/tcp-server';
import { registerTrpc } from './http/trpc-plugin';
import { OPENAPI_PATH, openApiDocument } from './rest/openapi';
import { restRoutes } from './rest/routes';
import type { ApiServices } from './services';
import type { ApiContext } from './trpc/context';

/** Two hundred a second from one address without a token: any page, any probe; with the token there is no limit. */
const DEFAULT_LIMITS: RateLimits = { requestsPerMinute: 12_000, failuresPerMinute: 20 };
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

export type PublicServerDeps = {
  /** Null until the replica serves. */
  readonly services: () => ApiServices | null;
  readonly logger: Logger;
  /** Null: plain HTTP. */
  readonly certificate: (() => ServerCertificate) | null;
  /** Directory of the exported dashboard; null or missing: none. */
  readonly dashboardDir: string | null;
  readonly behindProxy: boolean;
  readonly limits?: Partial<RateLimits>;
};

/** Builds the public listener; nothing listens yet. */
export const createPublicServer = async (deps: PublicServerDeps): Promise<TcpServer> => {
  const tls = deps.certificate === null ? null : { certificate: deps.certificate, minVersion: 'TLSv1.2' as const };
  const app = createApp({ logger: deps.logger, tls, behindProxy: deps.behindProxy });
  const routes = collectRoutes(app.fastify);
  await addHeaders(app.fastify);
  const failures = await registerRateLimits(app.fastify, { ...DEFAULT_LIMITS, ...deps.limits }, (request) => hasAdminToken(request, deps.services()));
  const context = async (request: FastifyRequest): Promise<ApiContext> => {
    const services = deps.services();
    const caller = await authenticate(request, services, failures.count);
    return { services, ...caller, requestId: request.id, from: request.ip, closing: app.closing };
  };
  registerHealthRoutes(app.fastify, { health: () => deps.services()?.health ?? null });
  registerOpenApi(app.fastify);
  await app.fastify.register(restRoutes({ context }));
  await registerTrpc(app.fastify, { context, logger: deps.logger });
  const dashboard = await registerDashboard(app.fastify, deps.dashboardDir);
  setNotFound(app, dashboard);
  return tcpServer(app, { isTls: tls !== null, routes });
};

const addHeaders = async (fastify: FastifyInstance): Promise<void> => {
  await fastify.register(helmet, {
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  fastify.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', API_POLICY);
  });
};

/** Built when it is first asked for: most replicas never are. */
const registerOpenApi = (fastify: FastifyInstance): void => {
  let document: string | null = null;
  fastify.get(OPENAPI_PATH, async (_request, reply) => {
    document ??= JSON.stringify(openApiDocument());
    return reply.type('application/json').send(document);
  });
};

const setNotFound = (app: App, dashboard: Dashboard): void => {
  // Guessing addresses counts like any other request.
  app.fastify.setNotFoundHandler({ preHandler: app.fastify.rateLimit() }, async (request, reply) => {
    const wantsPage = (request.headers.accept ?? '').includes('text/html') && (request.method === 'GET' || request.method === 'HEAD');
    if (wantsPage && dashboard.sendNotFound(reply)) return reply;
    throw new AppError('NOT_FOUND', { message: 'there is nothing at this address', hint: `All addresses are listed in ${OPENAPI_PATH}.` });
  });
};
