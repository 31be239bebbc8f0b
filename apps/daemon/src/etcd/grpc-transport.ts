/**
 * Transport over @grpc/grpc-js and mutual TLS, to exactly one etcd member.
 *
 * Never retries (retries of the library are off), never waits for a connection that was refused, never uses a proxy.
 */

import { isIP } from 'node:net';
import { create, type DescMessage, fromBinary, type MessageInitShape, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { type ChannelOptions, Client, type ClientDuplexStream, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { AppError } from '@quorate/core/errors/app-error';
import { cancelError, etcdError } from './errors';
import type { MessageStream, StreamCall, Transport, UnaryCall } from './transport';

export type GrpcTransportOptions = {
  /** https://host:port of the member's client listener. */
  readonly url: string;
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
  /**
   * Name that the member's certificate must carry. Default: the host of the URL, or "localhost" when that is an IP address
   * (TLS knows no server names that are addresses).
   */
  readonly serverName?: string;
};

type Cancellable = { readonly cancel: () => void };
type MethodName = { readonly name: string; readonly parent: { readonly typeName: string } };

/** Opens nothing yet: the first call connects. */
export const createGrpcTransport = (options: GrpcTransportOptions): Transport => {
  const { hostname, host } = new URL(options.url);
  const serverName = options.serverName ?? (isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : 'localhost');
  const tls = credentials.createSsl(Buffer.from(options.caPem), Buffer.from(options.keyPem), Buffer.from(options.certPem));
  const client = new Client(host, tls, channelOptions(serverName));
  const open = new Set<Cancellable>();
  let closed = false;

  return Object.freeze<Transport>({
    unary: (method, input, call) =>
      closed ? Promise.reject(closedError(method, call)) : unary({ client, open, isClosed: () => closed }, { method, input }, call),
    stream: (method, call) => {
      if (closed) throw closedError(method, call);
      return stream({ client, open, isClosed: () => closed }, method, call);
    },
    close: () => {
      closed = true;
      for (const call of open) call.cancel();
      client.close();
    },
  });
};

const channelOptions = (serverName: string): ChannelOptions => ({
  'grpc.ssl_target_name_override': serverName,
  'grpc.default_authority': serverName,
  // A restarted etcd is in use again within 200 ms of opening its port; a refused connection on loopback costs nothing.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 200,
  // Finds a connection whose other end is frozen. etcd tolerates no pings oftener than every 5 s, and none on an idle connection.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 0,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  // One connection per client, so that close() ends it.
  'grpc.use_local_subchannel_pool': 1,
  // etcd bounds requests (1.5 MiB); answers are as large as the ranges we ask for.
  'grpc.max_receive_message_length': -1,
});

type Wire = { readonly client: Client; readonly open: Set<Cancellable>; readonly isClosed: () => boolean };
type Request<I extends DescMessage, O extends DescMessage> = {
  readonly method: MethodName & { readonly input: I; readonly output: O };
  readonly input: MessageInitShape<I>;
};

const unary = <I extends DescMessage, O extends DescMessage>(wire: Wire, request: Request<I, O>, call: UnaryCall): Promise<MessageShape<O>> =>
  new Promise((resolve, reject) => {
    const { signal } = call;
    if (signal?.aborted) return reject(cancelError(signal));
    const { method } = request;
    const rpc = wire.client.makeUnaryRequest(
      pathOf(method),
      (message: MessageShape<I>) => encode(method.input, message),
      (bytes: Buffer) => decode(method.output, bytes),
      create(method.input, request.input),
      metadataOf(call),
      { deadline: Date.now() + call.timeoutMs },
      (error: ServiceError | null, answer?: MessageShape<O>) => {
        wire.open.delete(rpc);
        signal?.removeEventListener('abort', onAbort);
        if (answer !== undefined) return resolve(answer);
        reject(failure(error, { wire, method, call }));
      },
    );
    const onAbort = () => rpc.cancel();
    wire.open.add(rpc);
    signal?.addEventListener('abort', onAbort, { once: true });
  });

const stream = <I extends DescMessage, O extends DescMessage>(
  wire: Wire,
  method: Request<I, O>['method'],
  call: StreamCall,
): MessageStream<MessageInitShape<I>, MessageShape<O>> => {
  const { signal } = call;
  if (signal?.aborted) throw cancelError(signal);
  const rpc: ClientDuplexStream<MessageShape<I>, MessageShape<O>> = wire.client.makeBidiStreamRequest(
    pathOf(method),
    (message: MessageShape<I>) => encode(method.input, message),
    (bytes: Buffer) => decode(method.output, bytes),
    metadataOf(call),
    call.timeoutMs === undefined ? {} : { deadline: Date.now() + call.timeoutMs },
  );
  const cancel = () => rpc.cancel();
  wire.open.add(rpc);
  signal?.addEventListener('abort', cancel, { once: true });
  // Stays for good: cancelling reports an error after nobody iterates any more.
  rpc.on('error', () => release());
  rpc.on('end', () => release());
  const release = () => {
    wire.open.delete(rpc);
    signal?.removeEventListener('abort', cancel);
  };

  const messages = async function* () {
    try {
      for await (const message of rpc) yield message as MessageShape<O>;
    } catch (error) {
      throw failure(error, { wire, method, call });
    } finally {
      cancel();
    }
  };
  return Object.freeze({ send: (message: MessageInitShape<I>) => void rpc.write(create(method.input, message)), messages: messages(), cancel });
};

const pathOf = (method: MethodName): string => `/${method.parent.typeName}/${method.name}`;

/** grpc-js wants a Buffer, protobuf-es gives a Uint8Array: the same memory, looked at as the other. */
const encode = <I extends DescMessage>(schema: I, message: MessageShape<I>): Buffer => {
  const bytes = toBinary(schema, message);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

/** Values become views of these bytes: plain ones, since a Buffer's `slice` shares memory and its JSON is another. */
const decode = <O extends DescMessage>(schema: O, bytes: Buffer): MessageShape<O> =>
  fromBinary(schema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));

const metadataOf = (call: { readonly requireLeader: boolean }): Metadata => {
  const metadata = new Metadata();
  if (call.requireLeader) metadata.set('hasleader', 'true');
  return metadata;
};

type Attempt = { readonly wire: Wire; readonly method: MethodName; readonly call: StreamCall };

const failure = (error: unknown, { wire, method, call }: Attempt): AppError => {
  if (call.signal?.aborted) return cancelError(call.signal);
  if (wire.isClosed()) return closedError(method, call);
  const { code, details } = isServiceError(error) ? error : { code: status.UNKNOWN, details: String(error) };
  return etcdError({ status: code, details, method: method.name, effect: call.effect });
};

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;

const closedError = (method: MethodName, call: StreamCall): AppError =>
  etcdError({ status: status.UNAVAILABLE, details: 'Channel has been shut down', method: method.name, effect: call.effect });
