/**
 * The cluster CA on disk: certificate on every replica, key on voters only.
 *
 * A new CA is made in three durable steps, so that a crash never leaves a certificate without its key: key under a pending name,
 * certificate, key under its name. A pending key is adopted when it fits the certificate, and discarded when there is none.
 */
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { readFileIfExists, removeFile, syncDirectory, writeFileAtomic } from '../kit/atomic-file';
import type { ClusterCa } from './api';
import { createClusterCa, ownsKey, parseCertificate, parseClusterCa } from './ca';

export type CaFiles = { readonly certFile: string; readonly keyFile: string };

/** The CA on disk, or a new one. `now` is the wall clock in milliseconds. Throws CERT_INVALID for what is there and unusable. */
export const loadOrCreateClusterCa = async (files: CaFiles, deps: { readonly now: () => number } = { now: Date.now }): Promise<ClusterCa> => {
  const found = await readClusterCa(files);
  if (found !== null) return found;
  const ca = await createClusterCa(deps);
  if (ca.keyPem !== null) await writePrivate(pendingFile(files), ca.keyPem);
  await writePrivate(files.certFile, ca.certPem);
  await adoptPendingKey(files);
  return ca;
};

/** The CA on disk; null when there is none. A certificate alone is fine (a learner's). Throws CERT_INVALID with data.file. */
export const readClusterCa = async (files: CaFiles): Promise<ClusterCa | null> => {
  const certPem = await readFileIfExists(files.certFile);
  if (certPem === null) {
    if ((await readFileIfExists(files.keyFile)) !== null) throw keyAlone(files);
    return null;
  }
  const keyPem = (await readFileIfExists(files.keyFile)) ?? (await readPendingKey(files, certPem));
  try {
    return parseClusterCa({ certPem, keyPem });
  } catch (cause) {
    throw new AppError('CERT_INVALID', {
      message: `the cluster CA in ${files.certFile} cannot be used`,
      hint: `Put back the ${files.certFile} and ${files.keyFile} that belong together. Do not create new ones: the cluster trusts only its own.`,
      cause,
      data: { file: files.certFile, keyFile: files.keyFile },
    });
  }
};

/** Writes the CA (checked by `parseClusterCa` before), key included if there is one. Replaces what is there. */
export const writeClusterCa = async (files: CaFiles, ca: ClusterCa): Promise<void> => {
  await writePrivate(files.certFile, ca.certPem);
  if (ca.keyPem === null) await removeFile(files.keyFile);
  else await writePrivate(files.keyFile, ca.keyPem);
};

/** Adds the key to a certificate that is here already: what a new voter does. Throws CA_MISSING, CERT_INVALID when it is another CA's. */
export const saveCaKey = async (files: CaFiles, keyPem: string): Promise<ClusterCa> => {
  const certPem = await readFileIfExists(files.certFile);
  if (certPem === null) throw new AppError('CA_MISSING', { message: `there is no CA certificate in ${files.certFile}` });
  const ca = parseClusterCa({ certPem, keyPem });
  await writePrivate(files.keyFile, keyPem);
  return ca;
};

const pendingFile = (files: CaFiles): string => `${files.keyFile}.pending`;

const writePrivate = async (path: string, data: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, data);
};

const readPendingKey = async (files: CaFiles, certPem: string): Promise<string | null> => {
  const keyPem = await readFileIfExists(pendingFile(files));
  if (keyPem === null || !ownsKey(parseCertificate(certPem), keyPem)) return null;
  await adoptPendingKey(files);
  return keyPem;
};

const adoptPendingKey = async (files: CaFiles): Promise<void> => {
  await rename(pendingFile(files), files.keyFile);
  await syncDirectory(dirname(files.keyFile));
};

const keyAlone = (files: CaFiles): AppError =>
  new AppError('CERT_INVALID', {
    message: `${files.keyFile} has no certificate beside it`,
    hint: `Put back ${files.certFile}, or remove the key if this host shall begin a new cluster.`,
    data: { file: files.certFile, keyFile: files.keyFile },
  });
