import { AppError } from '@quorate/core/errors/app-error';

/** What a boot finds on disk, and what the configuration asks for. */
export type BootFacts = {
  readonly mode: 'single' | 'bootstrap' | 'join';
  readonly configuredName: string;
  readonly dataDir: string;
  readonly etcdDir: string;
  readonly caCertFile: string;
  readonly caKeyFile: string;
  /** The etcd member directory holds a write-ahead log. */
  readonly hasWal: boolean;
  readonly identity: { readonly memberName: string; readonly joinId: string | null; readonly hasServed: boolean } | null;
  readonly hasCaCert: boolean;
  readonly hasCaKey: boolean;
  /** A join that `quorated join` or an earlier boot began and that has not ended; null when there is none. */
  readonly pendingJoin: { readonly joinId: string; readonly name: string } | null;
};

export type BootPlan =
  /** Start etcd on the data that is here; `modeIgnored` when the configuration asks for something else. */
  | { readonly kind: 'resume'; readonly modeIgnored: boolean }
  | { readonly kind: 'new-single' }
  | { readonly kind: 'new-bootstrap' }
  /** Run the join saga, new or where it stopped. */
  | { readonly kind: 'join' };

/**
 * Decides how a replica starts. A member with a write-ahead log always resumes, whatever the mode says; only a join that was asked for
 * explicitly (`quorated join`) and has not installed its member yet goes before local data.
 *
 * Throws DATA_DIR_DAMAGED (identity and data disagree), IDENTITY_MISMATCH (another name is configured), PARTIAL_JOIN (files of a join that
 * nobody can continue), CA_MISSING (bootstrap without the shared CA).
 */
export const planBoot = (facts: BootFacts): BootPlan => {
  if (facts.pendingJoin !== null && facts.identity?.joinId !== facts.pendingJoin.joinId) return { kind: 'join' };
  if (facts.hasWal) return planResume(facts);
  // A first start that failed before etcd wrote anything left an identity and nothing to lose: it is begun again.
  if (facts.identity?.hasServed && facts.pendingJoin === null) throw lostData(facts);
  if (facts.pendingJoin !== null) return { kind: 'join' };
  if (facts.mode === 'join') return planFirstJoin(facts);
  if (facts.mode === 'single') return { kind: 'new-single' };
  if (!facts.hasCaCert || !facts.hasCaKey)
    throw new AppError('CA_MISSING', {
      message: `mode bootstrap needs the shared cluster CA in ${facts.caCertFile} and ${facts.caKeyFile}`,
      data: { missing: [facts.hasCaCert ? null : facts.caCertFile, facts.hasCaKey ? null : facts.caKeyFile].filter((file) => file !== null) },
    });
  return { kind: 'new-bootstrap' };
};

const planResume = (facts: BootFacts): BootPlan => {
  if (facts.identity === null)
    throw new AppError('DATA_DIR_DAMAGED', {
      message: `${facts.etcdDir} holds etcd data but ${facts.dataDir}/identity.json is missing`,
      hint: 'Put identity.json back from the same host, or move the data directory aside and join this replica again.',
    });
  // A finished join leaves the mode as it was written; only a name that differs is a contradiction.
  if (facts.identity.memberName !== facts.configuredName)
    throw new AppError('IDENTITY_MISMATCH', {
      message: `the data in ${facts.dataDir} belongs to member ${facts.identity.memberName}, the configuration says etcd.name: ${facts.configuredName}`,
    });
  return { kind: 'resume', modeIgnored: facts.mode === 'join' && facts.identity.joinId === null };
};

const lostData = (facts: BootFacts): AppError =>
  new AppError('DATA_DIR_DAMAGED', {
    message: `${facts.dataDir}/identity.json says this is member ${facts.identity?.memberName ?? ''}, but ${facts.etcdDir} holds no etcd data`,
    hint: `If the disk was replaced: move ${facts.dataDir} aside, remove the old member on another replica ("quorate cluster member remove"), and join again. If etcd.data_dir was changed: change it back.`,
  });

const planFirstJoin = (facts: BootFacts): BootPlan => {
  if (!facts.hasCaCert) return { kind: 'join' };
  const found = [facts.caCertFile, ...(facts.hasCaKey ? [facts.caKeyFile] : [])];
  throw new AppError('PARTIAL_JOIN', {
    message: `partial join: found ${found.join(' and ')}, but no etcd member in ${facts.etcdDir} and no record of a join that could be continued`,
    hint: 'Run "quorated join …" again: it sets these files aside and starts afresh. Or remove them by hand.',
    data: { found },
  });
};
