/**
 * What the rest of the daemon may ask of etcd. Implemented by `client.ts`; consumers take the narrow `Pick` they need.
 * Keys are strings (ours are ASCII), values bytes. Revisions and ids are bigint: they exceed 2^53.
 */

export type KeyValue = {
  readonly key: string;
  readonly value: Uint8Array;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  /** Lease the key hangs on; 0n for none. */
  readonly lease: bigint;
};

export type Compare =
  | { readonly kind: 'create-revision'; readonly key: string; readonly equals: bigint }
  | { readonly kind: 'mod-revision'; readonly key: string; readonly equals: bigint };

export type Op =
  | { readonly kind: 'put'; readonly key: string; readonly value: Uint8Array; readonly lease?: bigint }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'get'; readonly key: string };

export type TxnResult = {
  readonly succeeded: boolean;
  readonly revision: bigint;
  /** Answers of the `get` operations of the branch that ran, in order; null where the key does not exist. */
  readonly gets: readonly (KeyValue | null)[];
};

export type RangeOptions = {
  readonly prefix: string;
  readonly limit?: number;
  /** First key to return; within the prefix. */
  readonly from?: string;
  readonly order?: 'ascending' | 'descending';
  /** Answers from this member alone, perhaps stale; works without quorum and on learners. */
  readonly serializable?: boolean;
  readonly keysOnly?: boolean;
  readonly revision?: bigint;
};
export type RangeResult = { readonly kvs: readonly KeyValue[]; readonly more: boolean; readonly count: bigint; readonly revision: bigint };

export type WatchEvent = { readonly kind: 'put' | 'delete'; readonly kv: KeyValue };
export type WatchBatch = { readonly revision: bigint; readonly events: readonly WatchEvent[] };

export type EtcdMember = {
  readonly id: bigint;
  /** Empty until the member has started once. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
};

export type EtcdStatus = {
  readonly version: string;
  readonly memberId: bigint;
  readonly clusterId: bigint;
  readonly revision: bigint;
  readonly dbSizeBytes: bigint;
  readonly dbInUseBytes: bigint;
  /** 0n when there is none. */
  readonly leaderId: bigint;
  readonly raftIndex: bigint;
  readonly raftTerm: bigint;
  readonly raftAppliedIndex: bigint;
  readonly isLearner: boolean;
  readonly errors: readonly string[];
};

export type Alarm = { readonly memberId: bigint; readonly kind: 'NOSPACE' | 'CORRUPT' };

export type CallOptions = {
  readonly signal?: AbortSignal;
  /** Deadline of the whole call. Default 5,000 ms. */
  readonly timeoutMs?: number;
};

/**
 * Errors thrown (all AppError): NO_LEADER, NO_QUORUM, TIMEOUT, ETCD_UNAVAILABLE, NO_SPACE, ETCD_CORRUPT, LEARNER_READ_ONLY,
 * CANCELLED; membership calls add MEMBER_NOT_FOUND, CLUSTER_UNSETTLED, JOIN_QUEUED (too many learners), JOIN_PEER_URL_TAKEN.
 * A write that fails with TIMEOUT or ETCD_UNAVAILABLE may have been applied: only `store/txn.ts` decides what to do then.
 * `data.outcome` ('not-applied' | 'unknown') says it for each error, `data.etcd` names etcd's own reason (errors.ts).
 */
export type EtcdClient = {
  readonly range: (options: RangeOptions, call?: CallOptions) => Promise<RangeResult>;
  readonly get: (key: string, call?: CallOptions & { readonly serializable?: boolean }) => Promise<KeyValue | null>;
  /** One transaction: all compares must hold for `then`. Sent exactly once, never retried here. */
  readonly txn: (
    txn: { readonly compares: readonly Compare[]; readonly then: readonly Op[]; readonly otherwise?: readonly Op[] },
    call?: CallOptions,
  ) => Promise<TxnResult>;
  /**
   * Batches of changes below a prefix, gap-free and in order, from `fromRevision` on (default: now). Resumes by itself after
   * a lost connection; ends when the signal aborts. Throws AppError TIMEOUT with data.compactRevision when the history is
   * compacted: the caller lists again.
   */
  readonly watch: (options: { readonly prefix: string; readonly fromRevision?: bigint; readonly signal: AbortSignal }) => AsyncIterable<WatchBatch>;
  readonly leaseGrant: (ttlSeconds: number, call?: CallOptions) => Promise<bigint>;
  /** 0 seconds: the lease has ended. */
  readonly leaseKeepAliveOnce: (lease: bigint, call?: CallOptions) => Promise<{ readonly ttlSeconds: number }>;
  readonly leaseRevoke: (lease: bigint, call?: CallOptions) => Promise<void>;
  readonly memberList: (call?: CallOptions & { readonly linearizable?: boolean }) => Promise<readonly EtcdMember[]>;
  readonly memberAddLearner: (peerUrl: string, call?: CallOptions) => Promise<EtcdMember>;
  /** Resolves to false when etcd says the learner is not in sync yet, to true also when the member is a voter already. */
  readonly memberPromote: (id: bigint, call?: CallOptions) => Promise<boolean>;
  readonly memberRemove: (id: bigint, call?: CallOptions) => Promise<void>;
  readonly memberUpdate: (id: bigint, peerUrl: string, call?: CallOptions) => Promise<void>;
  /** Must be asked of the leader; any other member throws NO_LEADER with data.etcd = 'not-leader'. */
  readonly moveLeader: (to: bigint, call?: CallOptions) => Promise<void>;
  /** What this member knows; needs no leader, works on learners, never repeated. */
  readonly status: (call?: CallOptions) => Promise<EtcdStatus>;
  /** Needs a leader (etcd sends the question through the log); without one, `status().errors` names the alarms. */
  readonly alarms: (call?: CallOptions) => Promise<readonly Alarm[]>;
  readonly close: () => void;
};

/** Command line of one etcd member. Paths are absolute. */
export type EtcdFlags = {
  readonly binary: string;
  readonly name: string;
  readonly dataDir: string;
  readonly peerUrl: string;
  readonly listenPeerUrl: string;
  readonly clientUrl: string;
  readonly initialCluster: string;
  readonly initialClusterState: 'new' | 'existing';
  readonly clusterToken: string;
  readonly heartbeatMs: number;
  readonly electionMs: number;
  readonly quotaBackendBytes: number;
  readonly peer: { readonly certFile: string; readonly keyFile: string; readonly caFile: string; readonly allowedCn: string };
  readonly client: { readonly certFile: string; readonly keyFile: string; readonly caFile: string };
};

export type EtcdExit = { readonly code: number | null; readonly signal: string | null; readonly planned: boolean; readonly lastLines: readonly string[] };

/** A running etcd child. */
export type EtcdProcess = {
  readonly pid: number;
  /** Resolves once, when the process is gone; never rejects. */
  readonly exited: Promise<EtcdExit>;
  /** SIGTERM, then SIGKILL after `graceMs` (default 5,000). Idempotent. */
  readonly stop: (options?: { readonly graceMs?: number }) => Promise<EtcdExit>;
  /** Newest log lines, oldest first, made readable (the zap JSON reduced to "level message key=value"). */
  readonly lastLines: () => readonly string[];
  /** Highest raft index that the log proves to be applied ("applied snapshot"), before the client port opens; null if none. */
  readonly appliedIndexSeen: () => bigint | null;
};
