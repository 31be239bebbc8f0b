import type { DescMessage, DescMethodBiDiStreaming, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';

/**
 * How bytes reach one etcd member: the only thing the client rooms know about gRPC.
 *
 * A transport never retries and never decides; it fails with AppError (see errors.ts), also when the signal aborts.
 */
export type Transport = {
  /** One request, one answer. Sent at most once. */
  readonly unary: <I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    input: MessageInitShape<I>,
    call: UnaryCall,
  ) => Promise<MessageShape<O>>;
  /** A conversation. It lives until the iteration of `messages` stops, `cancel` is called, or the signal aborts. */
  readonly stream: <I extends DescMessage, O extends DescMessage>(
    method: DescMethodBiDiStreaming<I, O>,
    call: StreamCall,
  ) => MessageStream<MessageInitShape<I>, MessageShape<O>>;
  /** Ends every open call with AppError ETCD_UNAVAILABLE and frees the connection. Idempotent. */
  readonly close: () => void;
};

/** Whether a call may change the cluster: decides what an unknown outcome is called. */
export type Effect = 'read' | 'write';

export type UnaryCall = {
  readonly signal: AbortSignal | undefined;
  /** Deadline of this attempt, told to etcd too. */
  readonly timeoutMs: number;
  readonly effect: Effect;
  /** Makes etcd refuse at once, instead of waiting for its own time-out, while it knows no leader. */
  readonly requireLeader: boolean;
};

/** Like UnaryCall; a stream without `timeoutMs` has no deadline. */
export type StreamCall = Omit<UnaryCall, 'timeoutMs'> & { readonly timeoutMs?: number };

export type MessageStream<I, O> = {
  readonly send: (message: I) => void;
  /** May be iterated once. Messages that were not asked for yet wait in etcd, not here. */
  readonly messages: AsyncIterable<O>;
  readonly cancel: () => void;
};
