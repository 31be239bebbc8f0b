/**
 * The admin socket: administration by whoever may write to this file, without a password. It serves the same router below /trpc, and
 * /local for what only concerns this host.
 *
 * Who may write: the socket has mode 0600, so its owner and root. Node cannot ask the kernel for the uid of a peer (SO_PEERCRED), so
 * the mode is the whole check. It holds from the first moment: the socket is bound inside a fresh directory of mode 0700, gets its
 * mode there and only then moves to its place.
 */
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../kit/logger';
import { createApp } from './http/app';
import { registerTrpc } from './http/trpc-plugin';
import type { Actor, ApiServices, LocalPort } from './services';
import type { ApiContext } from './trpc/context';

const ACTOR: Actor = { kind: 'admin-socket', name: 'local administrator', from: 'admin-socket' };
/** How long somebody behind an existing socket may take to answer. */
const PROBE_MS = 1_000;

export type AdminSocketDeps = {
  /** Null until the replica serves. */
  readonly services: () => ApiServices | null;
  readonly local: LocalPort;
  readonly logger: Logger;
};

export type AdminSocket = {
  /** Listens at an absolute path of at most 107 bytes, creating its directory (0700) if need be. Throws LISTEN_FAILED. */
  readonly listen: (socketPath: string) => Promise<void>;
  /** Ends what runs and removes the socket. Idempotent. */
  readonly close: (options?: { readonly graceMs?: number }) => Promise<void>;
};

/** Builds the admin socket; nothing listens yet. */
export const createAdminSocket = async (deps: AdminSocketDeps): Promise<AdminSocket> => {
  const app = createApp({ logger: deps.logger, tls: null });
  const context = async (request: FastifyRequest): Promise<ApiContext> => ({
    services: deps.services(),
    actor: ACTOR,
    retryAfterSeconds: null,
    requestId: request.id,
    from: ACTOR.from,
    closing: app.closing,
  });
  await registerTrpc(app.fastify, { context, logger: deps.logger });
  app.fastify.get('/local/state', async (_request, reply) => reply.send(deps.local.state()));
  app.fastify.post('/local/restart', async (_request, reply) => {
    // After the answer is on its way: the restart closes this very socket.
    reply.raw.once('finish', () => deps.local.restart());
    return reply.code(202).send({ restarting: true });
  });
  app.fastify.setNotFoundHandler(async () => {
    throw new AppError('NOT_FOUND', { message: 'there is nothing at this address' });
  });
  let boundTo: string | null = null;
  return Object.freeze({
    listen: async (socketPath: string) => {
      await listenAt(app.fastify, socketPath);
      boundTo = socketPath;
    },
    close: async (options: { readonly graceMs?: number } = {}) => {
      await app.close(options);
      if (boundTo !== null) await rm(boundTo, { force: true });
    },
  });
};

const listenAt = async (fastify: FastifyInstance, socketPath: string): Promise<void> => {
  const failed = (message: string, options: { cause?: unknown; hint?: string } = {}) =>
    new AppError('LISTEN_FAILED', { message, data: { path: socketPath }, ...options });
  if (await isAnswered(socketPath))
    throw failed(`another daemon answers on ${socketPath}`, { hint: 'Stop it first, or choose another listeners.admin_socket.path.' });
  const directory = path.dirname(socketPath);
  let nursery: string | null = null;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // Short names: the longest path of a socket is 107 bytes, and this one must not be longer than the final one (".XXXXXX/s").
    // Not `path.join`: it would drop the dot, and with it the step into the directory.
    nursery = await mkdtemp(`${directory}${path.sep}.`);
    const born = path.join(nursery, 's');
    await fastify.listen({ path: born });
    await chmod(born, 0o600);
    await rename(born, socketPath);
  } catch (cause) {
    throw failed(`cannot listen on ${socketPath}`, {
      cause,
      hint: 'The directory must exist or be creatable, be writable, and the path must not be longer than 107 bytes.',
    });
  } finally {
    if (nursery !== null) await rm(nursery, { recursive: true, force: true });
  }
};

/** True when somebody accepts connections there: then the file is not stale. */
const isAnswered = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(socketPath);
    const settle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(PROBE_MS, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
