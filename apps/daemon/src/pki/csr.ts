import { createPrivateKey, createPublicKey } from 'node:crypto';
import { AppError } from '@quorate/core/errors/app-error';
import forge from 'node-forge';
import { publicKeySha256 } from './chain';
import { signRequest } from './native-signature';

const MIN_BITS = 2_048;
/** Larger keys only cost the signer time. */
const MAX_BITS = 4_096;
const PUBLIC_EXPONENT = 65_537;

/** What a signer takes from a request: the key, and nothing else. Names, uses and hosts of the leaf are the signer's to decide. */
export type CsrContent = { readonly publicKeyPem: string; readonly publicKeySha256: string };

/** A PKCS#10 request for an RSA key. */
export const createCsr = (keyPem: string, memberName: string): string => {
  const csr = forge.pki.createCertificationRequest();
  csr.publicKey = forge.pki.publicKeyFromPem(createPublicKey(createPrivateKey(keyPem)).export({ type: 'spki', format: 'pem' }).toString());
  csr.setSubject([{ name: 'commonName', value: memberName, valueTagClass: forge.asn1.Type.UTF8 as unknown as forge.asn1.Class }]);
  signRequest(csr, keyPem);
  return forge.pki.certificationRequestToPem(csr);
};

/** Reads a request and verifies that its sender holds the private key. Throws INVALID_INPUT. */
export const readCsr = (csrPem: string): CsrContent => {
  const csr = parse(csrPem);
  const key = csr.publicKey as forge.pki.rsa.PublicKey | null;
  const bits = key?.n.bitLength() ?? 0;
  // Before the signature is looked at: a huge key or exponent would make that expensive.
  if (key === null || bits < MIN_BITS || bits > MAX_BITS || key.e.toString(10) !== String(PUBLIC_EXPONENT))
    throw refused(`the key must be RSA of ${MIN_BITS} to ${MAX_BITS} bits`);
  if (!isSelfSigned(csr)) throw refused('the request is not signed with its own key');
  const publicKeyPem = createPublicKey(forge.pki.publicKeyToPem(key)).export({ type: 'spki', format: 'pem' }).toString();
  return { publicKeyPem, publicKeySha256: publicKeySha256(publicKeyPem) };
};

const parse = (csrPem: string): forge.pki.CertificateSigningRequest => {
  try {
    return forge.pki.certificationRequestFromPem(csrPem, true);
  } catch (cause) {
    throw refused('it cannot be read', cause);
  }
};

const isSelfSigned = (csr: forge.pki.CertificateSigningRequest): boolean => {
  if (csr.signatureOid !== forge.pki.oids.sha256WithRSAEncryption) return false;
  try {
    return csr.verify();
  } catch {
    return false;
  }
};

const refused = (why: string, cause?: unknown): AppError => new AppError('INVALID_INPUT', { message: `the certificate request is refused: ${why}`, cause });
