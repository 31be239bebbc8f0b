/**
 * What the edges (tRPC, REST, replica listener, admin socket) need from the services: declared here by the consumer, built in `main.ts`.
 * Every method throws AppError only.
 */
import type { ClusterStatus, MemberList, QuorumReport, RemovalPreview, SimulateOutput } from '@quorate/core/api/cluster';
import type { ListEventsOutput } from '@quorate/core/api/events';
import type { CreateJoinTokenInput, CreateJoinTokenOutput, JoinToken } from '@quorate/core/api/join-tokens';
import type { PeerView } from '@quorate/core/join/join-record';
import type { JoinPhase } from '@quorate/core/join/saga';
import type { CommitRequest, CommitResponse, PrepareRequest, PrepareResponse, ProgressRequest, ProgressResponse, ReplicaStatus } from '@quorate/core/join/wire';
import type { PeerIdentity } from '../pki/api';

/** Who asks. `from` is the remote address, or "admin-socket". */
export type Actor = { readonly kind: 'admin-token' | 'admin-socket'; readonly name: string; readonly from: string };

export type ClusterPort = {
  /** Present view of this replica; from memory, no etcd call, also without quorum. */
  readonly status: () => ClusterStatus;
  /** The present view at once, then each changed one, until the signal aborts. */
  readonly watch: (signal: AbortSignal) => AsyncIterable<ClusterStatus>;
  readonly members: () => MemberList;
  readonly previewRemoval: (id: string) => RemovalPreview;
  readonly removeMember: (
    input: { id: string; force: boolean },
    actor: Actor,
    signal: AbortSignal,
  ) => Promise<{ removedId: string; before: QuorumReport; after: QuorumReport }>;
  /** `down` holds ids or names. */
  readonly simulate: (down: readonly string[]) => SimulateOutput;
};

export type TokensPort = {
  readonly create: (input: CreateJoinTokenInput, actor: Actor, signal: AbortSignal) => Promise<CreateJoinTokenOutput>;
  readonly list: (signal: AbortSignal) => Promise<readonly JoinToken[]>;
  readonly revoke: (id: string, actor: Actor, signal: AbortSignal) => Promise<JoinToken>;
};

export type EventsPort = { readonly list: (input: { limit: number; cursor?: string | undefined }, signal: AbortSignal) => Promise<ListEventsOutput> };

/** Whether this replica serves: what the unauthenticated health routes answer from. */
export type Health = {
  /** The process answers. Always true here; a dead process answers nothing. */
  readonly live: true;
  /** Serves reads and writes: etcd ready, quorum, voter, not stopping. */
  readonly ready: boolean;
  /** Why not; null when ready. */
  readonly reason: string | null;
  readonly isLeader: boolean;
  readonly hasQuorum: boolean;
};
export type HealthPort = { readonly check: (signal: AbortSignal) => Promise<Health> };

/** The cluster's side of a join, and what replicas ask each other. `from` is the remote address. */
export type ReplicaPort = {
  readonly prepare: (request: PrepareRequest, from: string, signal: AbortSignal) => Promise<PrepareResponse>;
  readonly commit: (request: CommitRequest, from: string, signal: AbortSignal) => Promise<CommitResponse>;
  readonly progress: (report: { joinId: string; request: ProgressRequest; peer: PeerIdentity }, signal: AbortSignal) => Promise<ProgressResponse>;
  /** `proof` is the joiner's certificate or its token. */
  readonly undo: (
    wish: { joinId: string; reason: string; proof: { peer: PeerIdentity } | { token: string } },
    signal: AbortSignal,
  ) => Promise<{ phase: JoinPhase }>;
  readonly replicaStatus: () => Promise<ReplicaStatus>;
  /** Members and joins, for a learner, whose own etcd serves no lists. `GET /v1/replica/view`, replica certificate. */
  readonly view: () => PeerView;
  /** Only for a certificate whose member is a voter. */
  readonly caKey: (peer: PeerIdentity, signal: AbortSignal) => Promise<{ keyPem: string }>;
};

export type AccessPort = {
  /** True when the text is the administrator token; constant time. Works from a cached digest, also without quorum. */
  readonly isAdminToken: (token: string) => boolean;
};

/** Only on the admin socket. */
export type LocalPort = {
  /** Ends this run of the replica and starts it again with the configuration as it is now (used by `quorated join`). */
  readonly restart: () => void;
  readonly state: () => LocalState;
};
/** What `quorated` commands on this host learn from the running daemon, also while it joins or waits for etcd. */
export type LocalState = {
  readonly pid: number;
  readonly stage: 'starting' | 'joining' | 'serving' | 'stopping' | 'failed';
  readonly memberName: string;
  readonly dataDir: string;
  /** One line per step of the present stage, oldest first. */
  readonly log: readonly string[];
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
};

export type ApiServices = {
  readonly cluster: ClusterPort;
  readonly tokens: TokensPort;
  readonly events: EventsPort;
  readonly health: HealthPort;
  readonly access: AccessPort;
};
