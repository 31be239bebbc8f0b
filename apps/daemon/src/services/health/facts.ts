import type { JoinRecord } from '@quorate/core/join/join-record';
import type { ReplicaStatus } from '@quorate/core/join/wire';
import type { EtcdStatus } from '../../etcd/api';
import type { CachedMember } from './member-cache';

/** What a replica heard of another one. */
export type Heard = {
  readonly status: ReplicaStatus;
  /** Wall-clock milliseconds of the last answer. */
  readonly atMs: number;
  readonly rttMs: number;
  /** True while the last call succeeded. */
  readonly isFresh: boolean;
};

/** Everything that the picture of the cluster is drawn from, gathered in one turn of the observer. */
export type ClusterFacts = {
  readonly nowMs: number;
  readonly self: {
    readonly memberId: string;
    readonly name: string;
    readonly replicaUrl: string;
    readonly publicUrl: string | null;
    readonly quorateVersion: string;
  };
  readonly clusterId: string;
  readonly caFingerprint: string;
  readonly generation: number;
  /** Null while this replica's etcd does not answer. */
  readonly etcd: EtcdStatus | null;
  readonly members: readonly CachedMember[];
  /** By hex member id. */
  readonly heard: ReadonlyMap<string, Heard>;
  /** Live joins in the order in which they are admitted, and those undone within the last hour. */
  readonly joins: readonly JoinRecord[];
  /** Applied indexes over time, by join id, for percent and ETA. */
  readonly history: ReadonlyMap<string, readonly { readonly atMs: number; readonly appliedIndex: bigint }[]>;
  readonly evictAfterMs: number;
  readonly maxLagEntries: number;
  readonly quotaBytes: number;
  readonly etcdRestarting: { readonly restarts: number; readonly reason: string } | null;
  readonly modeIgnored: boolean;
  readonly certificates: readonly { readonly file: string; readonly notAfter: Date }[];
  readonly hasCaKey: boolean;
  readonly unreadableKeys: readonly string[];
};
