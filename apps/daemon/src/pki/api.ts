/** Shapes of the PKI room. RSA 3072 CA, RSA 2048 leaves; key pairs from node:crypto, certificates by node-forge. PEM everywhere. */

export type CertKind = 'peer' | 'replica' | 'server';

export type KeyAndCert = { readonly certPem: string; readonly keyPem: string };

/** The cluster CA. `keyPem` is null on a replica that is not a voter yet. */
export type ClusterCa = {
  readonly certPem: string;
  readonly keyPem: string | null;
  /** sha256:<64 hex digits> of the DER certificate. */
  readonly fingerprint: string;
  /** 16 hex digits, carried in the subject of the CA certificate: O=quorate-<clusterId>. */
  readonly clusterId: string;
};

/** What a leaf says about its holder. */
export type LeafSubject = {
  readonly kind: CertKind;
  readonly clusterId: string;
  readonly generation: number;
  readonly memberName: string;
  /** DNS names and IP addresses; 127.0.0.1, ::1 and localhost are always added to peer leaves. */
  readonly hosts: readonly string[];
};

/** Who presented a certificate on the replica listener, once the chain is verified. */
export type PeerIdentity = {
  readonly kind: CertKind;
  readonly clusterId: string;
  readonly generation: number;
  readonly memberName: string;
  /** SHA-256 (hex) of the DER SubjectPublicKeyInfo. */
  readonly publicKeySha256: string;
};
