import http from 'node:http';
import https from 'node:https';
import type { PeerCertificate } from 'node:tls';
import { AppError } from '@quorate/core/errors/app-error';
import { withTimeout } from './abort';
import { type SocketFailure, socketFailure } from './socket-failure';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BYTES = 1024 * 1024;

export type TlsOptions = {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly checkServerIdentity?: (host: string, certificate: PeerCertificate) => Error | undefined;
};

export type JsonRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** http:, https:; with `socketPath` only its path counts. */
  readonly url: string;
  /** Sent as JSON; undefined sends none. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: TlsOptions;
  /** A keep-alive agent; default: one connection for this request alone. */
  readonly agent?: http.Agent | https.Agent;
  readonly socketPath?: string;
  readonly signal?: AbortSignal;
  /** Of the whole exchange. Default 10,000. */
  readonly timeoutMs?: number;
  /** Largest answer read. Default 1 MiB. */
  readonly maxBytes?: number;
};
/** `json` is undefined when the answer had no body. */
export type JsonResponse = { readonly status: number; readonly json: unknown; readonly headers: http.IncomingHttpHeaders };

/**
 * One JSON exchange; any status is a result. Throws DAEMON_UNREACHABLE when no readable answer arrives, with data.reason (a
 * SocketFailure, "not-json" or "too-large"), data.url and data.sent (false: the other side has not seen the request); rejects with `signal.reason` when cancelled. An AppError from `checkServerIdentity` comes through unchanged.
 */
export const requestJson = async (request: JsonRequest): Promise<JsonResponse> => {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = request;
  signal?.throwIfAborted();
  const limit = withTimeout(signal, timeoutMs);
  const state = { sent: false };
  try {
    return await exchange(request, limit, state);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw unreachable(request, { reason: limit.aborted ? 'timeout' : socketFailure(error), sent: state.sent, cause: error });
  }
};

/** `requestJson` with POST. */
export const postJson = (request: Omit<JsonRequest, 'method'>): Promise<JsonResponse> => requestJson({ ...request, method: 'POST' });

const exchange = (request: JsonRequest, limit: AbortSignal, state: { sent: boolean }): Promise<JsonResponse> =>
  new Promise((resolve, reject) => {
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    const isTls = request.socketPath === undefined && new URL(request.url).protocol === 'https:';
    const options: https.RequestOptions = {
      method: request.method,
      signal: limit,
      agent: request.agent ?? false,
      headers: {
        accept: 'application/json',
        ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
        ...request.headers,
      },
      ...(request.socketPath === undefined ? {} : { socketPath: request.socketPath }),
      ...(isTls ? request.tls : {}),
    };
    const outgoing = isTls ? https.request(request.url, options) : http.request(request.url, options);
    outgoing.once('socket', (socket) => {
      const ready = () => {
        state.sent = true;
      };
      if (outgoing.reusedSocket) return ready();
      socket.once(isTls ? 'secureConnect' : 'connect', ready);
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      readBody(incoming, request).then(resolve, (error: unknown) => {
        outgoing.destroy();
        reject(error);
      });
    });
    outgoing.end(payload);
  });

const readBody = async (incoming: http.IncomingMessage, request: JsonRequest): Promise<JsonResponse> => {
  const { maxBytes = DEFAULT_MAX_BYTES } = request;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw unreachable(request, { reason: 'too-large', sent: true });
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const answer = { status: incoming.statusCode ?? 0, headers: incoming.headers };
  if (text === '') return { ...answer, json: undefined };
  try {
    return { ...answer, json: JSON.parse(text) as unknown };
  } catch (error) {
    throw unreachable(request, { reason: 'not-json', sent: true, cause: error });
  }
};

type Silence = { readonly reason: SocketFailure | 'not-json' | 'too-large'; readonly sent: boolean; readonly cause?: unknown };

const unreachable = (request: JsonRequest, { reason, sent, cause }: Silence): AppError => {
  const url = request.socketPath ?? new URL(request.url).origin;
  return new AppError('DAEMON_UNREACHABLE', { message: `no answer from ${url} (${reason})`, cause, data: { reason, sent, url } });
};
