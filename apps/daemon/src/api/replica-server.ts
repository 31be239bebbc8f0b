/**
 * The replica listener: what joiners and other replicas ask, as `core/join/wire.ts` lists it. TLS 1.3 always.
 *
 * TLS asks for a client certificate but does not insist, because a joiner has none yet. So each route says what it demands: a join
 * token in the body, or a replica certificate of this cluster and generation, checked anew for every request. Nothing else is served.
 */
import { constants, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { AppError, isAppError } from '@quorate/core/errors/app-error';
import { PeerViewSchema } from '@quorate/core/join/join-record';
import { JoinIdSchema } from '@quorate/core/join/saga';
import {
  CaKeyResponseSchema,
  CommitRequestSchema,
  CommitResponseSchema,
  PrepareRequestSchema,
  PrepareResponseSchema,
  ProgressRequestSchema,
  ProgressResponseSchema,
  ReplicaStatusSchema,
  UndoRequestSchema,
  UndoResponseSchema,
} from '@quorate/core/join/wire';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Logger } from '../kit/logger';
import type { PeerIdentity } from '../pki/api';
import { createApp, type ServerCertificate } from './http/app';
import { type FailureCount, type RateLimits, registerRateLimits } from './http/rate-limits';
import { requestSignal } from './http/request-signal';
import { collectRoutes, type TcpServer, tcpServer } from './http/tcp-server';
import type { ReplicaPort } from './services';

const DEFAULT_LIMITS: RateLimits = { requestsPerMinute: 6_000, failuresPerMinute: 10 };
/** Replicas keep a few connections each, joiners one: far more is an attack on file descriptors. */
const MAX_CONNECTIONS = 512;

export type ReplicaServerDeps = {
  /** Null until the replica serves. */
  readonly replica: () => ReplicaPort | null;
  /** Who a certificate is for, if it is valid now and of our CA; `identifyPeer` of the pki room. */
  readonly identify: (certificate: X509Certificate) => PeerIdentity | null;
  /** What a peer's certificate must agree with. */
  readonly clusterId: string;
  readonly generation: number;
  /** Leaf first, then the CA: a joiner knows only the CA's fingerprint. */
  readonly certificate: () => ServerCertificate;
  /** The cluster CA, whose client certificates are asked for. */
  readonly caCertPem: () => string;
  readonly logger: Logger;
  readonly limits?: Partial<RateLimits>;
};

/** Builds the replica listener; nothing listens yet. */
export const createReplicaServer = async (deps: ReplicaServerDeps): Promise<TcpServer> => {
  const app = createApp({ logger: deps.logger, tls: tlsOf(deps), maxConnections: MAX_CONNECTIONS });
  const routes = collectRoutes(app.fastify);
  const failures = await registerRateLimits(app.fastify, { ...DEFAULT_LIMITS, ...deps.limits }, () => false);
  app.fastify.setNotFoundHandler({ preHandler: app.fastify.rateLimit() }, async () => {
    throw new AppError('NOT_FOUND', {
      message: 'there is nothing at this address',
      hint: 'This is the listener for other replicas. Dashboard and API are on the public listener (port 8080 by default).',
    });
  });
  addTokenRoutes(app.fastify, deps, failures);
  addPeerRoutes(app.fastify, deps);
  addUndoRoute(app.fastify, deps, failures);
  return tcpServer(app, { isTls: true, routes });
};

/** No session tickets: every connection shows its certificate, and none lives on in a ticket. */
const tlsOf = (deps: ReplicaServerDeps) => ({
  certificate: () => ({ ...deps.certificate(), caPem: deps.caCertPem() }),
  minVersion: 'TLSv1.3' as const,
  options: { requestCert: true, rejectUnauthorized: false, secureOptions: constants.SSL_OP_NO_TICKET },
});

/** Joiners without a certificate: the token in the body admits them. */
const addTokenRoutes = (fastify: FastifyInstance, deps: ReplicaServerDeps, failures: FailureCount): void => {
  fastify.post('/v1/cluster/join/prepare', async (request, reply) => {
    const port = portOf(deps);
    const body = PrepareRequestSchema.parse(request.body);
    const answer = await withTokenLimit(request, failures, () => port.prepare(body, request.ip, requestSignal(reply)));
    return reply.send(answerOf(PrepareResponseSchema, answer));
  });
  fastify.post('/v1/cluster/join', async (request, reply) => {
    const port = portOf(deps);
    const body = CommitRequestSchema.parse(request.body);
    const answer = await withTokenLimit(request, failures, () => port.commit(body, request.ip, requestSignal(reply)));
    return reply.send(answerOf(CommitResponseSchema, answer));
  });
};

/** Replicas of this cluster and generation. */
const addPeerRoutes = (fastify: FastifyInstance, deps: ReplicaServerDeps): void => {
  fastify.post('/v1/cluster/join/:id/progress', async (request, reply) => {
    const peer = peerOf(request, deps);
    const answer = await portOf(deps).progress({ joinId: joinIdOf(request), request: ProgressRequestSchema.parse(request.body), peer }, requestSignal(reply));
    return reply.send(answerOf(ProgressResponseSchema, answer));
  });
  fastify.get('/v1/replica/status', async (request, reply) => {
    peerOf(request, deps);
    return reply.send(answerOf(ReplicaStatusSchema, await portOf(deps).replicaStatus()));
  });
  fastify.get('/v1/replica/view', async (request, reply) => {
    peerOf(request, deps);
    return reply.send(answerOf(PeerViewSchema, portOf(deps).view()));
  });
  fastify.post('/v1/replica/ca-key', async (request, reply) => {
    const peer = peerOf(request, deps);
    return reply.send(answerOf(CaKeyResponseSchema, await portOf(deps).caKey(peer, requestSignal(reply))));
  });
};

/** A joiner may give up before or after it has a certificate. */
const addUndoRoute = (fastify: FastifyInstance, deps: ReplicaServerDeps, failures: FailureCount): void => {
  fastify.post('/v1/cluster/join/:id/undo', async (request, reply): Promise<FastifyReply> => {
    const { token, reason } = UndoRequestSchema.parse(request.body);
    const joinId = joinIdOf(request);
    // A certificate that does not hold leaves the token; without a token it is the answer why not.
    const proof = token === null || isPeer(request, deps) ? { peer: peerOf(request, deps) } : { token };
    const undo = () => portOf(deps).undo({ joinId, reason, proof }, requestSignal(reply));
    const answer = 'token' in proof ? await withTokenLimit(request, failures, undo) : await undo();
    return reply.send(answerOf(UndoResponseSchema, answer));
  });
};

/** Refuses an address that showed too many wrong tokens before its next one is even looked at; each look costs a read in the store. */
const withTokenLimit = async <T>(request: FastifyRequest, failures: FailureCount, act: () => Promise<T>): Promise<T> => {
  const retryAfterSeconds = await failures.peek(request);
  if (retryAfterSeconds !== null) throw new AppError('RATE_LIMITED', { message: 'too many wrong join tokens from this address', data: { retryAfterSeconds } });
  try {
    return await act();
  } catch (error) {
    if (isAppError(error, 'JOIN_TOKEN_INVALID')) await failures.count(request);
    throw error;
  }
};

const isPeer = (request: FastifyRequest, deps: ReplicaServerDeps): boolean => {
  try {
    return peerOf(request, deps) !== null;
  } catch {
    return false;
  }
};

/** The replica that holds the connection. Throws UNAUTHENTICATED without a certificate of ours, FORBIDDEN for one of another kind, cluster or generation. */
const peerOf = (request: FastifyRequest, deps: ReplicaServerDeps): PeerIdentity => {
  const certificate = (request.raw.socket as TLSSocket).getPeerX509Certificate();
  const peer = certificate === undefined ? null : deps.identify(certificate);
  if (peer === null) {
    const message = certificate === undefined ? 'this needs a replica certificate' : 'the certificate is not a valid one of this cluster';
    throw new AppError('UNAUTHENTICATED', { message, hint: 'Only replicas of this cluster may ask this.' });
  }
  const refusal = mismatchOf(peer, deps);
  if (refusal !== null) throw new AppError('FORBIDDEN', { message: refusal, data: { memberName: peer.memberName } });
  return peer;
};

const mismatchOf = (peer: PeerIdentity, self: Pick<ReplicaServerDeps, 'clusterId' | 'generation'>): string | null => {
  if (peer.kind !== 'replica') return `this needs a replica certificate, not one of kind ${peer.kind}`;
  if (peer.clusterId !== self.clusterId) return 'the certificate belongs to another cluster';
  if (peer.generation !== self.generation) return `the certificate is of generation ${peer.generation}, this cluster is at ${self.generation}`;
  return null;
};

const portOf = (deps: ReplicaServerDeps): ReplicaPort => {
  const port = deps.replica();
  if (port === null) throw new AppError('STARTING', { message: 'this replica does not serve yet' });
  return port;
};

const joinIdOf = (request: FastifyRequest): string => z.object({ id: JoinIdSchema }).parse(request.params).id;

/** The answer in its declared form. Throws INTERNAL when a service gave another: nothing undeclared leaves, least of all keys. */
const answerOf = <S extends z.ZodType>(schema: S, answer: z.input<S>): z.output<S> => {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AppError('INTERNAL', { message: 'something unexpected went wrong', cause: parsed.error });
};
