/**
 * Proof that others reach this very host: a listener that answers each connection with a nonce, and the dialler that expects it.
 * Without it a port that somebody else holds behind the same address (NAT, a typo, an old host) would pass for ours.
 */
import { timingSafeEqual } from 'node:crypto';
import net from 'node:net';
import { AppError } from '@quorate/core/errors/app-error';
import type { SocketFailure } from '../kit/socket-failure';
import { probeTcp } from './tcp';

/** `wrong-host`: something answers there, but not with the nonce. */
export type DialBack = { readonly ok: true; readonly rttMs: number } | { readonly ok: false; readonly reason: SocketFailure | 'wrong-host' };

/** Connects and expects the nonce; with null it is enough that the port accepts. Rejects only with `signal.reason`. `timeoutMs` defaults to 3,000. */
export const dialBack = async (target: {
  readonly host: string;
  readonly port: number;
  readonly nonce: string | null;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}): Promise<DialBack> => {
  const { nonce, timeoutMs = 3_000 } = target;
  const expected = nonce === null ? '' : `${nonce}\n`;
  const outcome = await probeTcp({ ...target, timeoutMs, readBytes: expected.length });
  if (!outcome.ok) return outcome;
  return isSame(outcome.text, expected) ? { ok: true, rttMs: outcome.rttMs } : { ok: false, reason: 'wrong-host' };
};

export type NonceListener =
  | { readonly inUse: false; readonly port: number; readonly close: () => Promise<void> }
  /** Another socket holds the port: perhaps this host's own daemon. */
  | { readonly inUse: true };

/**
 * Listens until closed and answers every connection with the nonce line, whatever it says. Port 0 takes a free one.
 * Throws LISTEN_FAILED when the address is not one of this host's or may not be used.
 */
export const listenNonce = async (where: { readonly host: string; readonly port: number; readonly nonce: string }): Promise<NonceListener> => {
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // Diallers may hang up at any time; that is no event here.
    socket.on('error', () => undefined);
    socket.resume();
    socket.end(`${where.nonce}\n`);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: where.host, port: where.port, exclusive: true }, resolve);
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return { inUse: true };
    throw new AppError('LISTEN_FAILED', {
      message: `cannot listen on ${where.host}:${where.port}`,
      cause: error,
      data: { host: where.host, port: where.port },
    });
  }
  const address = server.address();
  return Object.freeze({
    inUse: false,
    port: typeof address === 'object' && address !== null ? address.port : where.port,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
};

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1'));
