import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { AppError } from '@quorate/core/errors/app-error';

/** `sha256:<64 hex digits>` of the DER certificate. Throws CERT_INVALID for what is no certificate. */
export const fingerprintOf = (certPem: string): string => {
  try {
    return fingerprintOfDer(new X509Certificate(certPem).raw);
  } catch (cause) {
    throw new AppError('CERT_INVALID', { message: 'this is not a certificate', cause });
  }
};

export const fingerprintOfDer = (der: Uint8Array): string => `sha256:${createHash('sha256').update(der).digest('hex')}`;

/** The one spelling of a fingerprint: from upper case, with colons or spaces, with or without "sha256:". Throws INVALID_INPUT. */
export const normalizeFingerprint = (text: string): string => {
  const hex = text
    .trim()
    .replace(/^sha-?256( fingerprint)?[:=]/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex))
    throw new AppError('INVALID_INPUT', {
      message: 'a CA fingerprint is "sha256:" and 64 hex digits',
      hint: 'Print it on a replica of the cluster: "quorated ca fingerprint".',
    });
  return `sha256:${hex}`;
};

/** Compares in constant time. Both in any accepted spelling; throws INVALID_INPUT. */
export const fingerprintsEqual = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(normalizeFingerprint(one)), Buffer.from(normalizeFingerprint(other)));
