/** One question to one replica over tRPC's HTTP form; a refusal becomes the AppError it describes. Knows nothing of other replicas. */
import http from 'node:http';
import https from 'node:https';
import { AppError } from '@quorate/core/errors/app-error';
import { isErrorCode } from '@quorate/core/errors/codes';
import { ProblemSchema } from '@quorate/core/errors/problem';
import { z } from 'zod';
import { type JsonResponse, requestJson, type TlsOptions } from '../../../kit/http-json';
import { socketFailure } from '../../../kit/socket-failure';
import { type Target, targetName } from './target';
import type { Trust } from './trust';

/** The slowest answers are changes of membership, which wait for etcd to settle. */
const READ_TIMEOUT_MS = 10_000;
const CHANGE_TIMEOUT_MS = 60_000;

export type Credentials = { readonly token: string | null; readonly trust: Trust };
export type Question = { readonly kind: 'query' | 'mutation'; readonly procedure: string; readonly input: unknown };

const ErrorBodySchema = z.object({ error: z.object({ data: z.object({ problem: ProblemSchema }) }) });
const ResultBodySchema = z.object({ result: z.object({ data: z.unknown() }) });

/** The answer, unparsed. Throws what the replica refused with, or DAEMON_UNREACHABLE (data.sent: whether the question may have arrived). */
export const ask = async (target: Target, credentials: Credentials, question: Question & { readonly signal: AbortSignal }): Promise<unknown> => {
  const { kind, procedure, input, signal } = question;
  const query = kind === 'query' && input !== undefined ? `?input=${encodeURIComponent(JSON.stringify(input))}` : '';
  const response = await requestJson({
    method: kind === 'query' ? 'GET' : 'POST',
    url: urlOf(target, `/trpc/${procedure}${query}`),
    ...(kind === 'mutation' ? { body: input ?? {} } : {}),
    ...(await connection(target, credentials, signal)),
    signal,
    timeoutMs: kind === 'query' ? READ_TIMEOUT_MS : CHANGE_TIMEOUT_MS,
  });
  const result = ResultBodySchema.safeParse(response.json);
  if (response.status === 200 && result.success) return result.data.result.data;
  throw refusalOf(target, response);
};

/** An open event stream. Throws as `ask`. */
export const openStream = async (
  target: Target,
  credentials: Credentials,
  options: { readonly procedure: string; readonly signal: AbortSignal },
): Promise<http.IncomingMessage> => {
  const { headers, tls, socketPath } = await connection(target, credentials, options.signal);
  const url = urlOf(target, `/trpc/${options.procedure}`);
  const settings = { headers: { ...headers, accept: 'text/event-stream' }, signal: options.signal, agent: false as const };
  return new Promise((resolve, reject) => {
    const request =
      target.kind === 'endpoint' && target.url.protocol === 'https:'
        ? https.get(url, { ...settings, ...tls })
        : http.get(url, { ...settings, ...(socketPath === undefined ? {} : { socketPath }) });
    request.once('response', resolve);
    request.once('error', (cause) => {
      if (options.signal.aborted) return reject(options.signal.reason);
      return reject(lostContact(target, socketFailure(cause), cause));
    });
  });
};

/** The AppError for a connection that failed or broke off. */
export const lostContact = (target: Target, reason: string, cause?: unknown): AppError =>
  new AppError('DAEMON_UNREACHABLE', {
    message: `no answer from ${targetName(target)} (${reason})`,
    cause,
    data: { reason, sent: false, url: targetName(target) },
  });

/** The AppError that a problem on the wire stands for. */
export const errorOfProblem = (problem: z.infer<typeof ProblemSchema>): AppError => {
  const { code, detail, hint, data, requestId } = problem;
  if (!isErrorCode(code)) return new AppError('INTERNAL', { message: `${code}: ${detail}`, hint, data: { ...data, requestId } });
  return new AppError(code, { message: detail, hint, data: { ...data, requestId } });
};

const urlOf = (target: Target, path: string): string => (target.kind === 'socket' ? `http://localhost${path}` : new URL(path, target.url).href);

type Connection = { readonly socketPath?: string; readonly headers: Readonly<Record<string, string>>; readonly tls: TlsOptions };

const connection = async (target: Target, { token, trust }: Credentials, signal: AbortSignal): Promise<Connection> => {
  if (target.kind === 'socket') return { socketPath: target.path, headers: {}, tls: {} };
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return { headers, tls: target.url.protocol === 'https:' ? await trust(target.url, signal) : {} };
};

const refusalOf = (target: Target, response: JsonResponse): AppError => {
  const body = ErrorBodySchema.safeParse(response.json);
  if (body.success) return errorOfProblem(body.data.error.data.problem);
  const problem = ProblemSchema.safeParse(response.json);
  if (problem.success) return errorOfProblem(problem.data);
  return new AppError('DAEMON_UNREACHABLE', {
    message: `${targetName(target)} answered with status ${response.status}, but not like a Quorate replica`,
    hint: 'Name the public listener of a replica: port 8080 by default, not 8443 or 2379.',
    data: { reason: 'not-quorate', sent: true, url: targetName(target), status: response.status },
  });
};
