import { sign } from 'node:crypto';
import forge from 'node-forge';

/** Makes forge lay out the bytes to be signed without signing them: its own RSA would block the process for a tenth of a second each time. */
const NO_KEY = { sign: () => '' } as unknown as forge.pki.rsa.PrivateKey;

/** Signs a certificate with Node's RSA, SHA-256. */
export const signCertificate = (certificate: forge.pki.Certificate, keyPem: string): void => {
  certificate.sign(NO_KEY, forge.md.sha256.create());
  certificate.signature = nativeSignature(certificate.tbsCertificate, keyPem);
};

/** Signs a certificate request with Node's RSA, SHA-256. */
export const signRequest = (request: forge.pki.CertificateSigningRequest, keyPem: string): void => {
  request.sign(NO_KEY, forge.md.sha256.create());
  if (request.certificationRequestInfo !== null) request.signature = nativeSignature(request.certificationRequestInfo, keyPem);
};

/** Forge holds bytes as binary strings. */
const nativeSignature = (content: forge.asn1.Asn1, keyPem: string): string =>
  sign('sha256', Buffer.from(forge.asn1.toDer(content).getBytes(), 'binary'), keyPem).toString('binary');
