import { createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { AppError } from '@quorate/core/errors/app-error';
import forge from 'node-forge';
import { signCertificate } from './native-signature';

/** Certificates become valid a little before they are made: clocks of replicas differ. */
const BACKDATE_MS = 5 * 60_000;
const DNS_NAME = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** An attribute of a name: by one of these names, or by object identifier. */
export type SubjectAttribute = ({ readonly name: 'commonName' | 'organizationName' | 'organizationalUnitName' } | { readonly type: string }) & {
  readonly value: string;
};

export type CertificateSpec = {
  readonly subject: readonly SubjectAttribute[];
  readonly publicKeyPem: string;
  /** Null signs with the certificate's own key. */
  readonly issuerCertPem: string | null;
  readonly issuerKeyPem: string;
  readonly nowMs: number;
  readonly validForMs: number;
  readonly use: { readonly kind: 'ca' } | { readonly kind: 'leaf'; readonly client: boolean; readonly server: boolean; readonly hosts: readonly string[] };
};

/**
 * Builds one X.509 v3 certificate, signed with SHA-256. Throws INVALID_INPUT for a bad host.
 */
export const buildCertificate = (spec: CertificateSpec): string => {
  const certificate = forge.pki.createCertificate();
  const issuer = spec.issuerCertPem === null ? null : forge.pki.certificateFromPem(spec.issuerCertPem);
  certificate.publicKey = forge.pki.publicKeyFromPem(createPublicKey(spec.publicKeyPem).export({ type: 'spki', format: 'pem' }).toString());
  certificate.serialNumber = randomSerial();
  certificate.validity.notBefore = new Date(spec.nowMs - BACKDATE_MS);
  certificate.validity.notAfter = earlier(spec.nowMs + spec.validForMs, issuer);
  const subject = spec.subject.map(encodeAttribute);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer === null ? subject : issuer.subject.attributes);
  const issuerKeyId = issuer === null ? keyIdOf(certificate) : keyIdOf(issuer);
  certificate.setExtensions([...useExtensions(spec.use), { name: 'subjectKeyIdentifier' }, { name: 'authorityKeyIdentifier', keyIdentifier: issuerKeyId }]);
  signCertificate(certificate, spec.issuerKeyPem);
  // Through Node once: proves that it parses, and gives the PEM one spelling (line ends, width).
  return new X509Certificate(forge.pki.certificateToPem(certificate)).toString();
};

/** A host as certificates spell it: brackets of a URL removed, IPv6 shortened, DNS names in lower case. Throws INVALID_INPUT. */
export const canonicalHost = (host: string): string => {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(bare);
  // The URL parser writes IPv6 (also ::ffff:1.2.3.4) in the one hexadecimal form that forge can read.
  if (version === 6 && !bare.includes('%')) return new URL(`http://[${bare}]`).hostname.slice(1, -1);
  if (version === 4) return bare;
  if (bare.length > 253 || !DNS_NAME.test(bare))
    throw new AppError('INVALID_INPUT', { message: `"${host}" is neither a DNS name nor an IP address`, data: { host } });
  return bare.toLowerCase();
};

/** 127 bits, positive, in the shortest encoding: the top bit clear, the next one set, the rest random. */
const randomSerial = (): string => {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
};

const earlier = (notAfterMs: number, issuer: forge.pki.Certificate | null): Date =>
  issuer === null ? new Date(notAfterMs) : new Date(Math.min(notAfterMs, issuer.validity.notAfter.getTime()));

const encodeAttribute = (attribute: SubjectAttribute): forge.pki.CertificateField => ({
  ...attribute,
  valueTagClass: forge.asn1.Type.UTF8 as unknown as forge.asn1.Class,
});

const keyIdOf = (certificate: forge.pki.Certificate): string => certificate.generateSubjectKeyIdentifier().getBytes();

const useExtensions = (use: CertificateSpec['use']): Record<string, unknown>[] => {
  if (use.kind === 'ca')
    return [
      { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
      { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    ];
  const hosts = [...new Set(use.hosts.map(canonicalHost))];
  return [
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: use.server, clientAuth: use.client },
    ...(hosts.length === 0
      ? []
      : [{ name: 'subjectAltName', altNames: hosts.map((host) => (isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host })) }]),
  ];
};
