import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { AppError } from '@quorate/core/errors/app-error';
import type { PeerIdentity } from './api';
import { clusterIdOf, subjectOf, unitIn } from './names';

/**
 * Who a certificate is for, if our CA signed it, it is valid at `nowMs` (wall clock, default now) and it has the form of a leaf;
 * null otherwise. `certificate` may be DER.
 */
export const identifyPeer = (certificate: X509Certificate | Uint8Array, caCertPem: string, nowMs = Date.now()): PeerIdentity | null => {
  const leaf = toCertificate(certificate);
  const ca = new X509Certificate(caCertPem);
  if (leaf === null || leaf.ca || !isSignedBy(leaf, ca) || validityAt(leaf, nowMs) !== 'valid') return null;
  const subject = subjectOf(leaf);
  const unit = unitIn(subject.OU);
  const clusterId = clusterIdOf(leaf);
  if (unit === null || clusterId === null || clusterId !== clusterIdOf(ca)) return null;
  const memberName = unit.kind === 'peer' ? subject.UID : subject.CN;
  if (memberName === undefined) return null;
  return { ...unit, clusterId, memberName, publicKeySha256: hashPublicKey(leaf.publicKey) };
};

/** True when `ca` is named as the issuer and its key made the signature. */
export const isSignedBy = (certificate: X509Certificate, ca: X509Certificate): boolean => certificate.checkIssued(ca) && certificate.verify(ca.publicKey);

/** Where a moment lies in the validity of a certificate. */
export const validityAt = (certificate: X509Certificate, nowMs: number): 'valid' | 'expired' | 'not-yet-valid' => {
  if (nowMs > Date.parse(certificate.validTo)) return 'expired';
  return nowMs < Date.parse(certificate.validFrom) ? 'not-yet-valid' : 'valid';
};

/** SHA-256 (hex) of the DER SubjectPublicKeyInfo of a certificate, a private key or a public key in PEM. Throws CERT_INVALID. */
export const publicKeySha256 = (keyOrCertPem: string): string => {
  try {
    return hashPublicKey(createPublicKey(keyOrCertPem));
  } catch (cause) {
    throw new AppError('CERT_INVALID', { message: 'the text holds neither a key nor a certificate', cause });
  }
};

const hashPublicKey = (key: ReturnType<typeof createPublicKey>): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');

const toCertificate = (certificate: X509Certificate | Uint8Array): X509Certificate | null => {
  if (certificate instanceof X509Certificate) return certificate;
  try {
    return new X509Certificate(certificate);
  } catch {
    return null;
  }
};
