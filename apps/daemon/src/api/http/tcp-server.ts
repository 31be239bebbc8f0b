import { AppError } from '@quorate/core/errors/app-error';
import type { FastifyInstance } from 'fastify';
import type { App } from './app';

export type Listening = { readonly host: string; readonly port: number /** With the address that was really taken. */; readonly url: string };

/** What a listener over TCP can do, once built. */
export type TcpServer = {
  /** `port` 0 takes a free one. Throws LISTEN_FAILED. */
  readonly listen: (address: { readonly host: string; readonly port: number }) => Promise<Listening>;
  /** New connections get the present certificate. */
  readonly reloadTls: () => void;
  /** Ends event streams, lets running requests end, then cuts what is left. Idempotent. */
  readonly close: (options?: { readonly graceMs?: number }) => Promise<void>;
  /** Every route, as Fastify names it. */
  readonly routes: readonly Route[];
};
type Route = { readonly method: string; readonly url: string };

/** An app with all its routes, ready to listen. */
export const tcpServer = async (app: App, options: { readonly isTls: boolean; readonly routes: readonly Route[] }): Promise<TcpServer> => {
  await app.fastify.ready();
  return Object.freeze({
    listen: (address: { readonly host: string; readonly port: number }) => listenTcp(app.fastify, address, options.isTls),
    reloadTls: app.reloadTls,
    close: app.close,
    routes: options.routes,
  });
};

/** Remembers every route as it is added; call before adding any. */
export const collectRoutes = (fastify: FastifyInstance): readonly Route[] => {
  const routes: Route[] = [];
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
  return routes;
};

/** Starts to accept. Throws LISTEN_FAILED with the address and what to do. */
const listenTcp = async (fastify: FastifyInstance, address: { readonly host: string; readonly port: number }, isTls: boolean): Promise<Listening> => {
  const { host } = address;
  try {
    await fastify.listen({ host, port: address.port });
  } catch (error) {
    throw new AppError('LISTEN_FAILED', {
      message: `cannot listen on ${hostPort(host, address.port)}`,
      cause: error,
      hint: hintFor(error),
      data: { host, port: address.port },
    });
  }
  const bound = fastify.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return { host, port, url: `${isTls ? 'https' : 'http'}://${hostPort(host, port)}` };
};

const hostPort = (host: string, port: number): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

const hintFor = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'EADDRINUSE') return 'Another program listens there. Stop it, or choose another address in the configuration.';
  if (code === 'EADDRNOTAVAIL') return 'This host does not have that address. Choose one that it has ("ip addr" lists them).';
  if (code === 'EACCES') return 'Ports below 1024 need root or CAP_NET_BIND_SERVICE. Choose a higher port, or grant it.';
  return 'Free the address or choose another one in the configuration.';
};
