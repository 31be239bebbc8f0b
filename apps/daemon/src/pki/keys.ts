import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

export type KeyPair = {
  /** PKCS#8. */
  readonly keyPem: string;
  /** SubjectPublicKeyInfo. */
  readonly publicKeyPem: string;
};

/** A new RSA key pair, made off the main thread. */
export const generateRsaKey = async (bits: 2048 | 3072): Promise<KeyPair> => {
  const pair = await generate('rsa', {
    modulusLength: bits,
    publicExponent: 0x10001,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { keyPem: pair.privateKey, publicKeyPem: pair.publicKey };
};
