/**
 * How certificates name things.
 *
 *   CA      CN=Quorate cluster CA   O=quorate-<clusterId>
 *   peer    CN=quorate-<clusterId>-g<generation>   O=…   OU=peer-g<generation>      UID=<memberName>
 *   replica CN=<memberName>                        O=…   OU=replica-g<generation>
 *   server  CN=<memberName>                        O=…   OU=server-g<generation>
 *
 * etcd compares a peer's CN with `--peer-cert-allowed-cn`, so it must be the same on all members of one generation and differ
 * between generations; the member's name therefore moves to UID there.
 */
import type { X509Certificate } from 'node:crypto';
import type { CertKind } from './api';

export const CA_COMMON_NAME = 'Quorate cluster CA';
const ORGANIZATION = /^quorate-([0-9a-f]{16})$/;
const UNIT = /^(peer|replica|server)-g([1-9]\d{0,8})$/;

export const organizationOf = (clusterId: string): string => `quorate-${clusterId}`;
export const unitOf = (kind: CertKind, generation: number): string => `${kind}-g${generation}`;

/** The CN that etcd demands of its peers (`--peer-cert-allowed-cn`). */
export const peerCommonName = (clusterId: string, generation: number): string => `quorate-${clusterId}-g${generation}`;

/** The id of the cluster that a certificate (the CA or a leaf) belongs to; null when it is not ours. */
export const clusterIdOf = (certificate: X509Certificate): string | null => ORGANIZATION.exec(subjectOf(certificate).O ?? '')?.[1] ?? null;

/** Kind and generation of a leaf; null when it is not ours. */
export const unitIn = (organizationalUnit: string | undefined): { kind: CertKind; generation: number } | null => {
  const match = UNIT.exec(organizationalUnit ?? '');
  return match === null ? null : { kind: match[1] as CertKind, generation: Number(match[2]) };
};

/** The subject by attribute; attributes that occur more than once are left out, for none of ours does. */
export const subjectOf = (certificate: X509Certificate): Readonly<Record<string, string>> => {
  const entries = certificate.subject.split('\n').map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  return Object.fromEntries(entries.filter(([name]) => entries.filter(([other]) => other === name).length === 1));
};
