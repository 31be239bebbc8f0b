import type { ClusterCa, KeyAndCert, LeafSubject } from '../../pki/api';
import { createClusterCa } from '../../pki/ca';
import { createLeaf, type LeafRequest } from '../../pki/leaf';

export type TestPki = {
  readonly ca: ClusterCa;
  /** A leaf of this CA; by default the replica n2 of generation 1. */
  readonly leaf: (part?: Partial<LeafRequest>) => Promise<KeyAndCert>;
  /** A server leaf with the CA behind it, for 127.0.23.1. */
  readonly server: () => Promise<KeyAndCert>;
};

/** A cluster CA and what it signs. */
export const createTestPki = async (): Promise<TestPki> => {
  const ca = await createClusterCa({ now: Date.now });
  const subject: LeafSubject = { kind: 'replica', clusterId: ca.clusterId, generation: 1, memberName: 'n2', hosts: ['127.0.23.1'] };
  const leaf = (part: Partial<LeafRequest> = {}) => createLeaf(ca, { ...subject, ...part });
  const server = async (): Promise<KeyAndCert> => {
    const { certPem, keyPem } = await leaf({ kind: 'server', memberName: 'n1' });
    return { certPem: `${certPem}\n${ca.certPem}`, keyPem };
  };
  return { ca, leaf, server };
};
