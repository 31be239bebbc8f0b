/**
 * Who may speak to this replica's etcd on loopback: only its own daemon. A CA made for that alone signs one server and one client
 * certificate, and its key is then forgotten, so nobody can ever sign a third.
 */
import { X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { readFileIfExists, writeFileAtomic } from '../kit/atomic-file';
import { ownsKey } from './ca';
import { buildCertificate, type CertificateSpec, canonicalHost } from './certificate-builder';
import { isSignedBy, validityAt } from './chain';
import { generateRsaKey } from './keys';

const RENEW_BEFORE_MS = 30 * 24 * 3_600_000;
/** Long, for etcd reads the CA only at start: the set can be renewed only when the replica restarts. It never leaves this host. */
const TEN_YEARS_MS = 3_652 * 24 * 3_600_000;

export type ClientPkiFiles = {
  readonly caFile: string;
  readonly server: { readonly certFile: string; readonly keyFile: string };
  readonly client: { readonly certFile: string; readonly keyFile: string };
};

/**
 * Makes sure that the set is there, belongs together, covers the hosts and has 30 days left; otherwise makes a new one as a whole.
 * Call it before etcd starts. `hosts` are those of the client listener (loopback); `now` is the wall clock in milliseconds.
 */
export const ensureClientPki = async (wanted: {
  readonly dir: string;
  readonly hosts: readonly string[];
  readonly now?: () => number;
}): Promise<ClientPkiFiles> => {
  const files = clientPkiFiles(wanted.dir);
  const nowMs = (wanted.now ?? Date.now)();
  await mkdir(wanted.dir, { recursive: true, mode: 0o700 });
  if (!(await isGood(files, wanted.hosts, nowMs))) await createSet(files, wanted.hosts, nowMs);
  return files;
};

export const clientPkiFiles = (dir: string): ClientPkiFiles => ({
  caFile: join(dir, 'client-ca.crt'),
  server: { certFile: join(dir, 'client-server.crt'), keyFile: join(dir, 'client-server.key') },
  client: { certFile: join(dir, 'client.crt'), keyFile: join(dir, 'client.key') },
});

const createSet = async (files: ClientPkiFiles, hosts: readonly string[], nowMs: number): Promise<void> => {
  const [caKey, serverKey, clientKey] = await Promise.all([generateRsaKey(2048), generateRsaKey(2048), generateRsaKey(2048)]);
  const sign = (commonName: string, publicKeyPem: string, part: Pick<CertificateSpec, 'issuerCertPem' | 'use'>): string =>
    buildCertificate({
      subject: [{ name: 'commonName', value: commonName }],
      publicKeyPem,
      issuerKeyPem: caKey.keyPem,
      nowMs,
      validForMs: TEN_YEARS_MS,
      ...part,
    });
  const caPem = sign('Quorate etcd client CA', caKey.publicKeyPem, { issuerCertPem: null, use: { kind: 'ca' } });
  // etcd's own gateway dials its client listener with the server certificate, hence both uses.
  const serverPem = sign('etcd', serverKey.publicKeyPem, { issuerCertPem: caPem, use: { kind: 'leaf', server: true, client: true, hosts } });
  const clientPem = sign('quorated', clientKey.publicKeyPem, { issuerCertPem: caPem, use: { kind: 'leaf', server: false, client: true, hosts: [] } });
  await writeFileAtomic(files.server.keyFile, serverKey.keyPem);
  await writeFileAtomic(files.server.certFile, serverPem);
  await writeFileAtomic(files.client.keyFile, clientKey.keyPem);
  await writeFileAtomic(files.client.certFile, clientPem);
  // Last: until the CA fits the leaves, the set counts as absent.
  await writeFileAtomic(files.caFile, caPem);
};

const isGood = async (files: ClientPkiFiles, hosts: readonly string[], nowMs: number): Promise<boolean> => {
  const ca = await readCertificate(files.caFile);
  const server = await readCertificate(files.server.certFile);
  const client = await readCertificate(files.client.certFile);
  if (ca === null || server === null || client === null) return false;
  const keys = [await readFileIfExists(files.server.keyFile), await readFileIfExists(files.client.keyFile)];
  return (
    [ca, server, client].every(
      (certificate) => isSignedBy(certificate, ca) && validityAt(certificate, nowMs) === 'valid' && Date.parse(certificate.validTo) - nowMs >= RENEW_BEFORE_MS,
    ) &&
    [server, client].every((certificate, i) => ownsKey(certificate, keys[i] ?? '')) &&
    hosts.map(canonicalHost).every((host) => (isIP(host) === 0 ? server.checkHost(host, { subject: 'never' }) : server.checkIP(host)) !== undefined)
  );
};

const readCertificate = async (file: string): Promise<X509Certificate | null> => {
  const pem = await readFileIfExists(file);
  try {
    return pem === null ? null : new X509Certificate(pem);
  } catch {
    return null;
  }
};
