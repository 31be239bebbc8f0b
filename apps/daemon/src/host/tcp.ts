import net from 'node:net';
import { withTimeout } from '../kit/abort';
import { type SocketFailure, socketFailure } from '../kit/socket-failure';

export type TcpOutcome = { readonly ok: true; readonly rttMs: number; readonly text: string } | { readonly ok: false; readonly reason: SocketFailure };

export type TcpProbe = {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** Also reads this many bytes, or to the end of the stream; 0 only connects. */
  readonly readBytes: number;
  readonly signal?: AbortSignal;
};

/**
 * Opens one TCP connection, measures how long it takes, sends nothing, reads a little, closes. That it cannot connect is an outcome;
 * rejects only with `signal.reason`.
 */
export const probeTcp = (probe: TcpProbe): Promise<TcpOutcome> => {
  probe.signal?.throwIfAborted();
  const limit = withTimeout(probe.signal, probe.timeoutMs);
  return new Promise((resolve, reject) => {
    let startedAt = performance.now();
    let rttMs = 0;
    let text = '';
    const socket = net.connect({ host: probe.host, port: probe.port });
    const settle = (act: () => void) => {
      limit.removeEventListener('abort', onAbort);
      socket.destroy();
      act();
    };
    const succeed = () => settle(() => resolve({ ok: true, rttMs, text: text.slice(0, probe.readBytes) }));
    const onAbort = () => settle(() => (probe.signal?.aborted ? reject(probe.signal.reason) : resolve({ ok: false, reason: 'timeout' })));
    limit.addEventListener('abort', onAbort, { once: true });
    // The time to look the name up is not the network's.
    socket.once('lookup', () => {
      startedAt = performance.now();
    });
    socket.once('connect', () => {
      rttMs = performance.now() - startedAt;
      if (probe.readBytes === 0) succeed();
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.length >= probe.readBytes) succeed();
    });
    socket.once('end', succeed);
    socket.on('error', (error) => settle(() => resolve({ ok: false, reason: socketFailure(error) })));
  });
};
