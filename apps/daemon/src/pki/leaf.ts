import { AppError } from '@quorate/core/errors/app-error';
import type { ClusterCa, KeyAndCert, LeafSubject } from './api';
import { buildCertificate, type CertificateSpec, type SubjectAttribute } from './certificate-builder';
import { generateRsaKey } from './keys';
import { organizationOf, peerCommonName, unitOf } from './names';

const ONE_YEAR_MS = 365 * 24 * 3_600_000;
/** etcd compares a peer's certificate with the source address of its connection, which on one host is loopback whatever it listens on. */
const PEER_HOSTS = ['127.0.0.1', '::1', 'localhost'];
/** userId of RFC 4519. */
const UID = '0.9.2342.19200300.100.1.1';

/** Whom a certificate is for; `nowMs` (wall clock, default now) and `validForMs` (default a year) say when. */
export type LeafRequest = LeafSubject & { readonly nowMs?: number; readonly validForMs?: number };

/** Signs a leaf for a public key. Throws CA_KEY_MISSING without the CA key, INVALID_INPUT for a bad host or another cluster's id. */
export const issueLeaf = (ca: ClusterCa, request: LeafRequest, publicKeyPem: string): string => {
  if (ca.keyPem === null) throw new AppError('CA_KEY_MISSING', { message: 'this replica cannot sign certificates' });
  if (request.clusterId !== ca.clusterId)
    throw new AppError('INVALID_INPUT', { message: `the CA of cluster ${ca.clusterId} signs nothing for cluster ${request.clusterId}` });
  return buildCertificate({
    subject: subjectFor(request),
    publicKeyPem,
    issuerCertPem: ca.certPem,
    issuerKeyPem: ca.keyPem,
    nowMs: request.nowMs ?? Date.now(),
    validForMs: request.validForMs ?? ONE_YEAR_MS,
    use: useOf(request),
  });
};

/** A new RSA 2048 key and its leaf. Throws as `issueLeaf`. */
export const createLeaf = async (ca: ClusterCa, request: LeafRequest): Promise<KeyAndCert> => {
  const key = await generateRsaKey(2048);
  return { certPem: issueLeaf(ca, request, key.publicKeyPem), keyPem: key.keyPem };
};

/** The hosts that a leaf carries: those asked for, and loopback in peer leaves. */
export const hostsOf = (subject: Pick<LeafSubject, 'kind' | 'hosts'>): readonly string[] =>
  subject.kind === 'peer' ? [...subject.hosts, ...PEER_HOSTS] : subject.hosts;

const subjectFor = (subject: LeafSubject): SubjectAttribute[] => [
  { name: 'commonName', value: subject.kind === 'peer' ? peerCommonName(subject.clusterId, subject.generation) : subject.memberName },
  { name: 'organizationName', value: organizationOf(subject.clusterId) },
  { name: 'organizationalUnitName', value: unitOf(subject.kind, subject.generation) },
  ...(subject.kind === 'peer' ? [{ type: UID, value: subject.memberName }] : []),
];

const useOf = (subject: LeafSubject): CertificateSpec['use'] => ({
  kind: 'leaf',
  client: subject.kind !== 'server',
  server: subject.kind !== 'replica',
  hosts: hostsOf(subject),
});
