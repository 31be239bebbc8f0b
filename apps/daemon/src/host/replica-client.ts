/**
 * Talks to replica listeners (TLS 1.3, cluster CA) and turns what comes back into parsed answers or AppErrors. A problem document becomes
 * the AppError it describes, so that a refusal of another replica reads as if it had happened here.
 */
import { Agent } from 'node:https';
import { AppError } from '@quorate/core/errors/app-error';
import { isErrorCode } from '@quorate/core/errors/codes';
import { ProblemSchema } from '@quorate/core/errors/problem';
import type { z } from 'zod';
import { type JsonResponse, requestJson, type TlsOptions } from '../kit/http-json';

export type ReplicaCall<S extends z.ZodType> = {
  /** https://host:8443 */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Path below the URL, from core/join/wire.ts. */
  readonly path: string;
  readonly body?: unknown;
  readonly schema: S;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
};

export type ReplicaClient = {
  /** Throws what the other side refused with, DAEMON_UNREACHABLE, or RECORD_UNREADABLE for an answer of another form. */
  readonly call: <S extends z.ZodType>(call: ReplicaCall<S>) => Promise<z.output<S>>;
  readonly close: () => void;
};

/** One keep-alive pool per set of certificates; make a new client when they are renewed. */
export const createReplicaClient = (tls: TlsOptions): ReplicaClient => {
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ...tls });
  return {
    call: async (call) => {
      const response = await requestJson({
        method: call.method,
        url: new URL(call.path, call.url).href,
        body: call.body,
        agent,
        tls,
        ...(call.signal ? { signal: call.signal } : {}),
        ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
      });
      if (response.status >= 300) throw refusal(call.url, response);
      const parsed = call.schema.safeParse(response.json);
      if (parsed.success) return parsed.data;
      throw new AppError('RECORD_UNREADABLE', { message: `${call.url} answered in a form this version does not know`, cause: parsed.error });
    },
    close: () => agent.destroy(),
  };
};

const refusal = (url: string, response: JsonResponse): AppError => {
  const problem = ProblemSchema.safeParse(response.json);
  if (!problem.success || !isErrorCode(problem.data.code))
    return new AppError('DAEMON_UNREACHABLE', {
      message: `${url} answered with status ${response.status}; is it a Quorate replica listener?`,
      data: { status: response.status, sent: true },
    });
  const { code, detail, hint, data } = problem.data;
  return new AppError(code, { message: detail, hint, data: { ...data, refusedBy: url } });
};
