import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** Where to send a request: an address, or the unix socket of a forwarder into a network namespace. */
export type HttpTarget = { readonly host: string; readonly port: number } | { readonly socketPath: string };

export type HttpCall = {
  readonly method?: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'HEAD' | 'OPTIONS';
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the whole call. Default 10,000 ms. */
  readonly timeoutMs?: number;
  readonly agent?: Agent;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly durationMs: number;
};

/** One HTTP call; rejects when the connection fails or the time is up. */
export const httpCall = (target: HttpTarget, call: HttpCall): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const request = httpRequest(
      {
        ...target,
        path: call.path,
        method: call.method ?? 'GET',
        agent: call.agent ?? false,
        signal: AbortSignal.timeout(call.timeoutMs ?? 10_000),
        headers: {
          accept: 'application/json',
          ...(call.token ? { authorization: `Bearer ${call.token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...call.headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
            durationMs: performance.now() - startedAt,
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });

/** The JSON body of an answer; null when it is none. */
export const jsonOf = (answer: HttpAnswer): unknown => {
  try {
    return JSON.parse(answer.text);
  } catch {
    return null;
  }
};
