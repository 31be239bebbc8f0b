/** What a failed connection comes down to. `not-http`: something answers that does not speak HTTP. */
export type SocketFailure = 'refused' | 'timeout' | 'dns' | 'no-route' | 'no-socket' | 'tls' | 'not-http' | 'reset' | 'other';

const BY_CODE: Readonly<Record<string, SocketFailure>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  ENOENT: 'no-socket',
  EACCES: 'no-socket',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EPROTO: 'tls',
};
/** Codes of OpenSSL and of Node's certificate checks: ERR_SSL_…, ERR_TLS_…, CERT_HAS_EXPIRED, SELF_SIGNED_CERT_IN_CHAIN, UNABLE_TO_GET_ISSUER_CERT … */
const TLS_CODE = /^ERR_(SSL|TLS)_|CERT|SIGNATURE/;

/** Sorts what a socket (plain, TLS or HTTP) threw. A cancelled socket counts as timed out: callers look at their own signal first. */
export const socketFailure = (error: unknown): SocketFailure => {
  if (!(error instanceof Error)) return 'other';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout';
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('HPE_')) return 'not-http';
  return BY_CODE[code] ?? (TLS_CODE.test(code) ? 'tls' : 'other');
};
