import { readFile } from 'node:fs/promises';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { AppError, isAppError } from '@quorate/core/errors/app-error';
import type { TlsOptions } from '../../../kit/http-json';
import { fetchPinnedCa, pinnedTlsOptions } from '../../../pki/pinned-tls';

export type TrustChoice = {
  /** --ca-file: PEM. */
  readonly caFile: string | undefined;
  /** --ca-fingerprint. */
  readonly caFingerprint: string | undefined;
};

/** TLS settings for an endpoint; the first call may look at what it presents. */
export type Trust = (url: URL, signal: AbortSignal) => Promise<TlsOptions>;

/**
 * Whom to believe at the other end of https:
 * - a CA file: certificates of that CA, for the host that was asked or for any replica of the cluster
 * - a fingerprint: the CA that has it is looked up once, before anything is sent, and then trusted like a file
 * - neither: what this machine trusts
 *
 * Throws INVALID_INPUT for an unreadable file or both at once, JOIN_FINGERPRINT_MISMATCH when an endpoint presents another CA.
 */
export const createTrust = (choice: TrustChoice): Trust => {
  const { caFile, caFingerprint } = choice;
  if (caFile !== undefined && caFingerprint !== undefined) {
    throw new AppError('INVALID_INPUT', { message: 'both --ca-file and --ca-fingerprint are given', hint: 'Give one of them.' });
  }
  let known: Promise<string> | null = caFile === undefined ? null : readCaFile(caFile);
  return async (url, signal) => {
    if (known === null && caFingerprint === undefined) return {};
    if (known === null && caFingerprint !== undefined) {
      const caCertPem = await lookUp(url, caFingerprint, signal);
      known = Promise.resolve(caCertPem);
    }
    const ca = (await known) ?? '';
    return { ...pinnedTlsOptions(ca), checkServerIdentity: (host, certificate) => checkEither(ca, host, certificate) };
  };
};

/** The name that was asked for, or the role of a replica: one may be reached through a name or an address it does not know. */
const checkEither = (ca: string, host: string, certificate: PeerCertificate): Error | undefined => {
  const mismatch = checkServerIdentity(host, certificate);
  return mismatch === undefined ? undefined : pinnedTlsOptions(ca).checkServerIdentity(host, certificate);
};

const lookUp = async (url: URL, fingerprint: string, signal: AbortSignal): Promise<string> => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  try {
    return (await fetchPinnedCa({ host, port: Number(url.port || 443), fingerprint, signal })).caCertPem;
  } catch (error) {
    // Nothing was sent: the next endpoint may be asked whatever the request was.
    if (!isAppError(error, 'JOIN_UNREACHABLE')) throw error;
    throw new AppError('DAEMON_UNREACHABLE', {
      message: `no answer from ${url.origin} (${String(error.data.reason)})`,
      cause: error,
      data: { ...error.data, sent: false },
    });
  }
};

const readCaFile = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('INVALID_INPUT', { message: `cannot read the CA file ${file}`, cause });
  });
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new AppError('INVALID_INPUT', { message: `${file} holds no certificate in PEM`, hint: 'On a replica it is ca/cluster-ca.crt in the data directory.' });
};
