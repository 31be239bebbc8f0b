/**
 * The first contact of a joiner with a cluster it knows only by the fingerprint of its CA.
 *
 * `fetchPinnedCa` does a TLS handshake and looks at what the other side presents; it never sends a byte of its own, so nothing
 * secret can reach a wrong host. Everything after that goes through `pinnedTlsOptions`, which trusts that one CA.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import tls from 'node:tls';
import { AppError } from '@quorate/core/errors/app-error';
import { withTimeout } from '../kit/abort';
import type { TlsOptions } from '../kit/http-json';
import { type SocketFailure, socketFailure } from '../kit/socket-failure';
import { identifyPeer, isSignedBy, validityAt } from './chain';
import { fingerprintOfDer, fingerprintsEqual, normalizeFingerprint } from './fingerprint';
import { unitIn } from './names';

const DEFAULT_TIMEOUT_MS = 5_000;
/** Leaf, CA, and room for a second CA while one replaces the other. */
const MAX_CHAIN = 8;

export type PinRequest = {
  readonly host: string;
  readonly port: number;
  /** In any accepted spelling. */
  readonly fingerprint: string;
  readonly signal?: AbortSignal;
  /** Default 5,000. */
  readonly timeoutMs?: number;
  /** Wall clock; default the system's. */
  readonly now?: () => number;
};
export type PinnedCa = {
  readonly caCertPem: string;
  /** From the first packet of the connection to its answer. */
  readonly rttMs: number;
};

/**
 * The CA certificate behind a replica listener, proven by its fingerprint. Throws INVALID_INPUT (fingerprint), JOIN_UNREACHABLE
 * (data.reason: a SocketFailure or "wrong-port"), JOIN_FINGERPRINT_MISMATCH (data.expected, data.presented) and JOIN_CLOCK_OFF (a
 * certificate is expired or not valid yet by this host's clock); rejects with `signal.reason`.
 */
export const fetchPinnedCa = async (request: PinRequest): Promise<PinnedCa> => {
  const expected = normalizeFingerprint(request.fingerprint);
  request.signal?.throwIfAborted();
  const seen = await presentedChain(request);
  const ca = seen.chain.find((certificate) => fingerprintsEqual(fingerprintOfDer(certificate.raw), expected));
  const leaf = seen.chain[0];
  if (ca === undefined || leaf === undefined) throw otherCa(request, expected, seen.chain);
  if (!ca.ca || !isSignedBy(ca, ca) || !isSignedBy(leaf, ca)) throw notSigned(request, expected, leaf);
  for (const certificate of [leaf, ca]) assertValidNow(certificate, request);
  const identity = identifyPeer(leaf, ca.toString(), (request.now ?? Date.now)());
  if (identity === null) throw notSigned(request, expected, leaf);
  // A member's etcd (2380) holds a certificate of the same CA, and is no replica listener.
  if (identity.kind !== 'server') throw unreachable(request, 'wrong-port', undefined);
  return { caCertPem: ca.toString(), rttMs: seen.rttMs };
};

/**
 * TLS for requests to replicas of the cluster with this CA. The host name is not compared: a replica may be reached through NAT, a
 * load balancer or a name it does not know. What is demanded instead is a certificate of this CA for the *server* role, which only
 * replicas get; chain, dates and use are checked by TLS itself.
 */
export const pinnedTlsOptions = (caCertPem: string): Required<Pick<TlsOptions, 'ca' | 'minVersion' | 'checkServerIdentity'>> => ({
  ca: caCertPem,
  minVersion: 'TLSv1.3',
  checkServerIdentity: (host, certificate) => {
    const unit: unknown = certificate.subject.OU;
    if (typeof unit === 'string' && unitIn(unit)?.kind === 'server') return undefined;
    return new AppError('JOIN_FINGERPRINT_MISMATCH', {
      message: `${host} holds a certificate of the cluster, but not that of a replica listener`,
      data: { host },
    });
  },
});

const presentedChain = (request: PinRequest): Promise<{ chain: X509Certificate[]; rttMs: number }> => {
  const limit = withTimeout(request.signal, request.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    let startedAt = performance.now();
    let rttMs = 0;
    const socket = tls.connect({
      host: request.host,
      port: request.port,
      minVersion: 'TLSv1.3',
      // Not trust: the CA is not known yet. The chain is judged by its fingerprint once it has been seen.
      rejectUnauthorized: false,
      ...(isIP(request.host) === 0 ? { servername: request.host } : {}),
    });
    const settle = (act: () => void) => {
      limit.removeEventListener('abort', onAbort);
      socket.destroy();
      act();
    };
    const onAbort = () => settle(() => reject(request.signal?.aborted ? request.signal.reason : unreachable(request, 'timeout', limit.reason)));
    limit.addEventListener('abort', onAbort, { once: true });
    socket.once('lookup', () => {
      startedAt = performance.now();
    });
    socket.once('connect', () => {
      rttMs = performance.now() - startedAt;
    });
    socket.once('secureConnect', () => {
      const chain = readChain(socket);
      settle(() => resolve({ chain, rttMs }));
    });
    // `on`: a destroyed socket may fail once more.
    socket.on('error', (error) => settle(() => reject(unreachable(request, socketFailure(error), error))));
    socket.once('close', () => settle(() => reject(unreachable(request, 'reset', undefined))));
  });
};

const readChain = (socket: tls.TLSSocket): X509Certificate[] => {
  const chain: X509Certificate[] = [];
  let at: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  // An empty object stands for "none presented"; the root points to itself.
  while (at?.raw !== undefined && chain.length < MAX_CHAIN) {
    chain.push(new X509Certificate(at.raw));
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate;
  }
  return chain;
};

const assertValidNow = (certificate: X509Certificate, request: PinRequest): void => {
  const nowMs = (request.now ?? Date.now)();
  const validity = validityAt(certificate, nowMs);
  if (validity === 'valid') return;
  const [what, date] = validity === 'expired' ? ['expired on', certificate.validTo] : ['is not valid before', certificate.validFrom];
  const clock = new Date(nowMs).toISOString();
  throw new AppError('JOIN_CLOCK_OFF', {
    message: `a certificate of ${request.host}:${request.port} ${what} ${new Date(date).toISOString()}; the clock of this host says ${clock}`,
    hint:
      validity === 'expired'
        ? 'If the clock of this host is right, the certificates of that replica need renewal: restart it. Otherwise set the clock (NTP).'
        : 'Set the clock of this host (NTP) and run the same command again.',
    data: { validity, validFrom: new Date(certificate.validFrom).toISOString(), validTo: new Date(certificate.validTo).toISOString(), localTime: clock },
  });
};

const otherCa = (request: PinRequest, expected: string, chain: readonly X509Certificate[]): AppError => {
  const last = chain.at(-1);
  const presented = last === undefined ? null : fingerprintOfDer(last.raw);
  return new AppError('JOIN_FINGERPRINT_MISMATCH', {
    message: `${request.host}:${request.port} presents another CA than the pinned one`,
    data: { expected, presented },
  });
};

const notSigned = (request: PinRequest, expected: string, leaf: X509Certificate): AppError =>
  new AppError('JOIN_FINGERPRINT_MISMATCH', {
    message: `${request.host}:${request.port} shows the pinned CA, but its own certificate is not one of that CA for a replica`,
    data: { expected, presented: fingerprintOfDer(leaf.raw) },
  });

const WORDS: Readonly<Partial<Record<SocketFailure | 'wrong-port', string>>> = {
  refused: 'refuses the connection',
  timeout: 'does not answer in time',
  dns: 'is not a known host name',
  'no-route': 'cannot be reached from this network',
  tls: 'answers, but not with TLS 1.3',
  reset: 'closed the connection during the TLS handshake',
  'wrong-port': "is another port of a replica (such as etcd's), not its replica listener",
};

const unreachable = (request: PinRequest, reason: SocketFailure | 'wrong-port', cause: unknown): AppError =>
  new AppError('JOIN_UNREACHABLE', {
    message: `${request.host}:${request.port} ${WORDS[reason] ?? 'cannot be reached'}`,
    cause,
    data: { host: request.host, port: request.port, reason },
  });
