/**
 * The routes that load balancers and orchestrators ask: unauthenticated, tiny, never cached, never rate limited, answering also
 * before the replica serves and while it stops. What is true comes from `HealthPort.check`, asked anew for every answer: nothing is
 * remembered, so that at most one replica says it leads.
 */
import { AppError, errorChain } from '@quorate/core/errors/app-error';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { raceAbort, withTimeout } from '../kit/abort';
import type { Health, HealthPort } from './services';

/** Body of every health route. */
export const HEALTH_BODY = z.object({ status: z.enum(['ok', 'fail']), reason: z.string().nullable() });

/** Longest wait for the check behind one answer. */
export const HEALTH_TIMEOUT_MS = 2_000;
const DEFAULT_NOT_LEADER = 404;

type Verdict = { readonly ok: boolean; readonly reason: string | null };
type HealthRoute = {
  readonly id: string;
  readonly path: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, string>>;
  /** Status when the verdict is bad. */
  readonly badStatus: number;
  readonly judge: (health: Health) => Verdict;
};

const judgeReady = (health: Health): Verdict => ({ ok: health.ready, reason: health.ready ? null : (health.reason ?? 'not ready') });
const judgeQuorum = (health: Health): Verdict => ({ ok: health.hasQuorum, reason: health.hasQuorum ? null : (health.reason ?? 'no quorum') });
/** A leader that cannot serve gets no traffic either. */
const judgeLeader = (health: Health): Verdict => {
  if (!health.isLeader) return { ok: false, reason: health.ready ? 'another replica leads' : (health.reason ?? 'this replica does not lead') };
  return judgeReady(health);
};
const badCode = { 400: 'The code is not a whole number from 400 to 599.' };

/** All but /healthz, which asks nobody. */
const CHECKED_ROUTES: readonly HealthRoute[] = [
  {
    id: 'readyz',
    path: '/readyz',
    summary: 'Does this replica serve reads and writes',
    badStatus: 503,
    judge: judgeReady,
    responses: { 200: 'It does.', 503: 'Not now; `reason` says why.' },
  },
  {
    id: 'health.quorum',
    path: '/v1/health/quorum',
    summary: 'Is this replica part of a quorum',
    badStatus: 503,
    judge: judgeQuorum,
    responses: { 200: 'It is.', 503: 'It is not.' },
  },
  {
    id: 'health.leader',
    path: '/v1/health/leader',
    summary: 'Is this replica the leader',
    badStatus: DEFAULT_NOT_LEADER,
    judge: judgeLeader,
    responses: { 200: 'It is: at most one replica says so.', 404: 'It is not.' },
  },
  {
    id: 'health.leaderWithCode',
    path: '/v1/health/leader/{code}',
    summary: 'Is this replica the leader; a chosen status when not',
    badStatus: DEFAULT_NOT_LEADER,
    judge: judgeLeader,
    responses: { 200: 'It is.', ...badCode, default: 'It is not; the status is the chosen one.' },
  },
  {
    id: 'leaderCheck',
    path: '/api/leader-check',
    summary: 'Is this replica the leader',
    badStatus: DEFAULT_NOT_LEADER,
    judge: judgeLeader,
    responses: { 200: 'It is: at most one replica says so.', 404: 'It is not.' },
  },
  {
    id: 'leaderCheckWithCode',
    path: '/api/leader-check/{code}',
    summary: 'Is this replica the leader; a chosen status when not',
    badStatus: DEFAULT_NOT_LEADER,
    judge: judgeLeader,
    responses: { 200: 'It is.', ...badCode, default: 'It is not; the status is the chosen one.' },
  },
  {
    id: 'raftHealth',
    path: '/api/raft-health',
    summary: 'May traffic go to this replica',
    badStatus: 500,
    judge: judgeReady,
    responses: { 200: 'It is a healthy part of the cluster.', 500: 'It is not; `reason` says why.' },
  },
];

/** What the OpenAPI document tells of these routes. */
export const HEALTH_ROUTES: readonly Pick<HealthRoute, 'id' | 'path' | 'summary' | 'responses'>[] = [
  { id: 'healthz', path: '/healthz', summary: 'Does the process answer', responses: { 200: 'It does.' } },
  ...CHECKED_ROUTES,
];

/** Adds the health routes. `health` gives null until there is something to ask. */
export const registerHealthRoutes = (fastify: FastifyInstance, deps: { readonly health: () => HealthPort | null }): void => {
  const check = createSharedCheck(deps.health);
  const config = { alwaysAnswers: true, rateLimit: false } as const;
  const method = ['GET', 'HEAD'];
  fastify.route({ method, url: '/healthz', config, handler: async (_request, reply) => answer(reply, 200, { ok: true, reason: null }) });
  for (const route of CHECKED_ROUTES) {
    fastify.route({
      method,
      url: route.path.replace('{code}', ':code'),
      config,
      handler: async (request, reply) => {
        const badStatus = chosenCode(request) ?? route.badStatus;
        const verdict = await check().then(route.judge, (error: unknown) => ({ ok: false, reason: errorChain(error)[0] ?? 'the check failed' }));
        return answer(reply, verdict.ok ? 200 : badStatus, verdict);
      },
    });
  }
};

const answer = (reply: FastifyReply, status: number, verdict: Verdict): FastifyReply =>
  reply
    .code(status)
    .header('cache-control', 'no-store')
    .send({ status: verdict.ok ? 'ok' : 'fail', reason: verdict.reason });

/** The status in the path; null when there is none. Throws INVALID_INPUT for anything but 400 to 599, on the leader too: a typo shows at once. */
const chosenCode = (request: FastifyRequest): number | null => {
  const { code } = request.params as { code?: string };
  if (code === undefined) return null;
  if (/^[45]\d\d$/.test(code)) return Number(code);
  throw new AppError('INVALID_INPUT', { message: 'the code is not a whole number from 400 to 599' });
};

/**
 * One check at a time, however many ask. Who comes while one runs shares the next one, never the running one: an answer always
 * rests on a check that began after its request came in.
 */
const createSharedCheck = (port: () => HealthPort | null): (() => Promise<Health>) => {
  let running: Promise<unknown> | null = null;
  let next: Promise<Health> | null = null;
  const start = (): Promise<Health> => {
    const check = checkOnce(port());
    const settled = check.then(
      () => undefined,
      () => undefined,
    );
    running = settled.then(() => {
      running = null;
    });
    return check;
  };
  return () => {
    if (running === null) return start();
    next ??= running.then(() => {
      next = null;
      return start();
    });
    return next;
  };
};

const checkOnce = async (health: HealthPort | null): Promise<Health> => {
  if (health === null) return { live: true, ready: false, reason: 'this replica is starting', isLeader: false, hasQuorum: false };
  const signal = withTimeout(undefined, HEALTH_TIMEOUT_MS);
  return raceAbort(health.check(signal), signal);
};
