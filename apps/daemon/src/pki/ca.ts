import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { AppError } from '@quorate/core/errors/app-error';
import type { ClusterCa } from './api';
import { buildCertificate } from './certificate-builder';
import { fingerprintOfDer } from './fingerprint';
import { generateRsaKey } from './keys';
import { CA_COMMON_NAME, clusterIdOf, organizationOf } from './names';

const TEN_YEARS_MS = 3_652 * 24 * 3_600_000;

/** A new cluster: RSA 3072, ten years, may sign leaves and nothing else. `now` is the wall clock in milliseconds. */
export const createClusterCa = async (deps: { readonly now: () => number }): Promise<ClusterCa> => {
  const clusterId = randomBytes(8).toString('hex');
  const key = await generateRsaKey(3072);
  const certPem = buildCertificate({
    subject: [
      { name: 'commonName', value: CA_COMMON_NAME },
      { name: 'organizationName', value: organizationOf(clusterId) },
    ],
    publicKeyPem: key.publicKeyPem,
    issuerCertPem: null,
    issuerKeyPem: key.keyPem,
    nowMs: deps.now(),
    validForMs: TEN_YEARS_MS,
    use: { kind: 'ca' },
  });
  return parseClusterCa({ certPem, keyPem: key.keyPem });
};

/** Reads a cluster CA and checks that it is one, and that the key (if given) is its own. Throws CERT_INVALID. */
export const parseClusterCa = (pems: { readonly certPem: string; readonly keyPem: string | null }): ClusterCa => {
  const certificate = parseCertificate(pems.certPem);
  if (!certificate.ca || !certificate.checkIssued(certificate) || !certificate.verify(certificate.publicKey))
    throw new AppError('CERT_INVALID', { message: 'the certificate is not a self-signed CA' });
  const clusterId = clusterIdOf(certificate);
  if (clusterId === null) throw new AppError('CERT_INVALID', { message: 'the CA certificate names no Quorate cluster (O=quorate-<16 hex digits>)' });
  if (pems.keyPem !== null && !ownsKey(certificate, pems.keyPem))
    throw new AppError('CERT_INVALID', { message: 'the private key does not belong to the CA certificate' });
  return Object.freeze({ certPem: certificate.toString(), keyPem: pems.keyPem, fingerprint: fingerprintOfDer(certificate.raw), clusterId });
};

/** The first certificate of a PEM text. Throws CERT_INVALID. */
export const parseCertificate = (pem: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new AppError('CERT_INVALID', { message: 'the text holds no readable certificate', cause });
  }
};

/** True when the private key is the certificate's own; false also for what is no key. */
export const ownsKey = (certificate: X509Certificate, keyPem: string): boolean => {
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
};
