/**
 * The leaves of a replica on disk: peer (etcd), replica (client of other replicas) and server (replica listener).
 *
 * `replica.crt` and `server.crt` carry the CA behind the leaf, so that whoever knows only its fingerprint can see it. etcd and
 * Node read leaf files anew at each handshake, so a renewed certificate keeps its key: a pair that changes in two steps would
 * refuse connections in between.
 */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { readFileIfExists, writeFileAtomic } from '../kit/atomic-file';
import type { CertKind, ClusterCa, LeafSubject } from './api';
import { ownsKey } from './ca';
import { canonicalHost } from './certificate-builder';
import { identifyPeer } from './chain';
import { generateRsaKey } from './keys';
import { hostsOf, issueLeaf } from './leaf';

const KINDS = ['peer', 'replica', 'server'] as const satisfies readonly CertKind[];
const RENEW_BEFORE_MS = 30 * 24 * 3_600_000;

export type LeafFile = { readonly certFile: string; readonly keyFile: string };
export type LeafFiles = Readonly<Record<CertKind, LeafFile>>;

export type EnsureLeaves = {
  readonly dir: string;
  readonly ca: ClusterCa;
  readonly clusterId: string;
  readonly generation: number;
  readonly memberName: string;
  /** Own addresses: DNS names and IPs. */
  readonly hosts: readonly string[];
  /** Wall clock in milliseconds; default the system's. */
  readonly now?: () => number;
};

/** What is wrong with a leaf on disk. `stale`: it works but should be renewed. */
type Verdict = { readonly state: 'fresh' } | { readonly state: 'stale' | 'unusable'; readonly why: string };

/** Where the leaves of a replica live. */
export const leafFiles = (dir: string): LeafFiles => {
  const pair = (kind: CertKind): LeafFile => ({ certFile: join(dir, `${kind}.crt`), keyFile: join(dir, `${kind}.key`) });
  return { peer: pair('peer'), replica: pair('replica'), server: pair('server') };
};

/**
 * Makes sure that all three leaves are there and good. With the CA key, those that are missing, of another CA, generation or name,
 * without one of the hosts, or with less than 30 days left are issued anew; without it, usable ones are left alone.
 * Throws CERT_INVALID (data.file) for an unusable one that cannot be replaced here.
 */
export const ensureLeaves = async (wanted: EnsureLeaves): Promise<LeafFiles & { readonly issued: readonly CertKind[] }> => {
  const files = leafFiles(wanted.dir);
  const nowMs = (wanted.now ?? Date.now)();
  const issued: CertKind[] = [];
  await mkdir(wanted.dir, { recursive: true, mode: 0o700 });
  for (const kind of KINDS) {
    const found = await readPair(files[kind]);
    const verdict = judge(found, { ...wanted, kind }, nowMs);
    if (verdict.state === 'fresh' || (verdict.state === 'stale' && wanted.ca.keyPem === null)) continue;
    if (wanted.ca.keyPem === null) throw unusable(files[kind].certFile, verdict.why);
    const key = await reusableKey(found.keyPem);
    const certPem = issueLeaf(wanted.ca, { ...wanted, kind, nowMs }, key.publicKeyPem);
    await writePair(files[kind], { kind, certPem, keyPem: key.keyPem, caCertPem: wanted.ca.certPem });
    issued.push(kind);
  }
  return { ...files, issued };
};

/** When each leaf in the directory ends; files that are missing or unreadable are left out. */
export const leafExpiry = async (dir: string): Promise<{ readonly file: string; readonly notAfter: Date }[]> => {
  const found: { file: string; notAfter: Date }[] = [];
  for (const name of [...KINDS.map((kind) => `${kind}.crt`), 'client-ca.crt', 'client-server.crt', 'client.crt']) {
    const certificate = toCertificate(await readFileIfExists(join(dir, name)));
    if (certificate !== null) found.push({ file: join(dir, name), notAfter: new Date(certificate.validTo) });
  }
  return found;
};

type Pair = { readonly certPem: string | null; readonly keyPem: string | null };

const readPair = async (file: LeafFile): Promise<Pair> => ({ certPem: await readFileIfExists(file.certFile), keyPem: await readFileIfExists(file.keyFile) });

const writePair = async (file: LeafFile, leaf: { kind: CertKind; certPem: string; keyPem: string; caCertPem: string }): Promise<void> => {
  const leafPem = new X509Certificate(leaf.certPem).toString();
  await writeFileAtomic(file.keyFile, leaf.keyPem);
  await writeFileAtomic(file.certFile, leaf.kind === 'peer' ? leafPem : leafPem + new X509Certificate(leaf.caCertPem).toString());
};

const judge = (pair: Pair, wanted: LeafSubject & { readonly ca: ClusterCa }, nowMs: number): Verdict => {
  const certificate = toCertificate(pair.certPem);
  if (certificate === null || pair.keyPem === null) return { state: 'unusable', why: 'is missing or unreadable' };
  if (!ownsKey(certificate, pair.keyPem)) return { state: 'unusable', why: 'does not match its key' };
  const identity = identifyPeer(certificate, wanted.ca.certPem, nowMs);
  if (identity === null) return { state: 'unusable', why: 'is not a valid certificate of the cluster CA, or has expired' };
  if (identity.kind !== wanted.kind || identity.generation !== wanted.generation || identity.memberName !== wanted.memberName)
    return { state: 'unusable', why: `is for ${identity.kind} ${identity.memberName} of generation ${identity.generation}` };
  if (!hostsOf(wanted).every((host) => covers(certificate, host))) return { state: 'stale', why: 'lacks an address of this replica' };
  if (Date.parse(certificate.validTo) - nowMs < RENEW_BEFORE_MS) return { state: 'stale', why: 'ends soon' };
  return { state: 'fresh' };
};

const covers = (certificate: X509Certificate, host: string): boolean => {
  const name = canonicalHost(host);
  return (isIP(name) === 0 ? certificate.checkHost(name, { subject: 'never', wildcards: false }) : certificate.checkIP(name)) !== undefined;
};

const toCertificate = (pem: string | null): X509Certificate | null => {
  try {
    return pem === null ? null : new X509Certificate(pem);
  } catch {
    return null;
  }
};

const reusableKey = async (keyPem: string | null): Promise<{ keyPem: string; publicKeyPem: string }> => {
  try {
    if (keyPem === null) return await generateRsaKey(2048);
    const key = createPublicKey(keyPem);
    if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) return await generateRsaKey(2048);
    return { keyPem, publicKeyPem: key.export({ type: 'spki', format: 'pem' }).toString() };
  } catch {
    return generateRsaKey(2048);
  }
};

const unusable = (file: string, why: string): AppError =>
  new AppError('CERT_INVALID', {
    message: `${file} ${why}, and this replica holds no CA key to replace it`,
    hint: 'Join this replica again: "quorated join … --force".',
    data: { file },
  });
