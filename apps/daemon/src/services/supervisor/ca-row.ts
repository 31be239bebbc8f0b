import { AppError } from '@quorate/core/errors/app-error';
import type { ClusterCa } from '../../pki/api';
import type { CaStore } from '../../store/ca-store';

/**
 * Compares the CA on disk with the CA row in etcd; the first member of a new cluster writes the row. Throws CA_DIVERGED naming both sides:
 * a replica that trusts another CA than its cluster must not serve. Resolves to whether the row was written now: the cluster is new.
 */
export const reconcileCa = async (store: CaStore, local: { ca: ClusterCa; certFile: string }, signal: AbortSignal): Promise<boolean> => {
  const { ca } = local;
  const found = await store.get({ signal });
  const isNew = found === null && (await store.create({ v: 1, certPem: ca.certPem, fingerprint: ca.fingerprint, clusterId: ca.clusterId }, { signal }));
  const row = found ?? (await store.get({ signal }));
  if (row?.fingerprint === ca.fingerprint) return isNew;
  throw new AppError('CA_DIVERGED', {
    message: `the CA file ${local.certFile} has fingerprint ${ca.fingerprint}, the CA row in etcd has ${row?.fingerprint ?? 'none'}`,
    hint: `Put the CA that belongs to this data at ${local.certFile} (it is the same on every voter), or restore a snapshot that belongs to this CA.`,
    data: { file: local.certFile, fileFingerprint: ca.fingerprint, rowFingerprint: row?.fingerprint ?? null },
  });
};
