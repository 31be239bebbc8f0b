/**
 * The closed set of error codes and what each means at every edge.
 *
 * A code without a row does not compile: `ErrorCode` is derived from the table. Adding a code is adding a row,
 * and every edge (HTTP, tRPC, exit status, printed remedy) follows.
 *
 * Exit statuses follow sysexits(3): 64 usage, 65 data, 69 unavailable, 70 internal, 73 cannot create, 75 try again,
 * 77 no permission, 78 configuration.
 */

/** tRPC error keys that Quorate uses (a subset of the tRPC v11 set). */
export type TrpcCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'PRECONDITION_FAILED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_MANY_REQUESTS'
  | 'INTERNAL_SERVER_ERROR'
  | 'SERVICE_UNAVAILABLE'
  | 'TIMEOUT';

/** One row of the error map. `remedy` tells the operator what to do next. */
export type ErrorRow = {
  readonly http: number;
  readonly trpc: TrpcCode;
  readonly exit: number;
  readonly remedy: string;
};

export const errorTable = {
  // --- input and access
  INVALID_INPUT: { http: 400, trpc: 'BAD_REQUEST', exit: 64, remedy: 'Correct the named field and send the request again.' },
  UNAUTHENTICATED: {
    http: 401,
    trpc: 'UNAUTHORIZED',
    exit: 77,
    remedy: 'Send the administrator token: "Authorization: Bearer qrt_admin_…" (file admin-token in the data directory of the first replica).',
  },
  FORBIDDEN: { http: 403, trpc: 'FORBIDDEN', exit: 77, remedy: 'Use credentials that are allowed to do this.' },
  NOT_FOUND: { http: 404, trpc: 'NOT_FOUND', exit: 65, remedy: 'List the records first and use an id from that list.' },
  CONFLICT: { http: 409, trpc: 'CONFLICT', exit: 75, remedy: 'Somebody changed the record in between. Read it again and repeat.' },
  PAYLOAD_TOO_LARGE: { http: 413, trpc: 'PAYLOAD_TOO_LARGE', exit: 64, remedy: 'Send a smaller body.' },
  UNSUPPORTED_MEDIA_TYPE: { http: 415, trpc: 'UNSUPPORTED_MEDIA_TYPE', exit: 64, remedy: 'Send the body as JSON, with "content-type: application/json".' },
  RATE_LIMITED: { http: 429, trpc: 'TOO_MANY_REQUESTS', exit: 75, remedy: 'Wait for the time in Retry-After and repeat.' },
  CONFIRMATION_REQUIRED: { http: 412, trpc: 'PRECONDITION_FAILED', exit: 64, remedy: 'Read what will happen and confirm it (--yes on the command line).' },

  // --- configuration and the host
  CONFIG_INVALID: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', exit: 78, remedy: 'Correct the named key; check with "quorated config check".' },
  DATA_DIR_LOCKED: {
    http: 500,
    trpc: 'INTERNAL_SERVER_ERROR',
    exit: 73,
    remedy: 'Another quorated uses this data directory. Stop it first, or use another data_dir.',
  },
  DATA_DIR_DAMAGED: {
    http: 500,
    trpc: 'INTERNAL_SERVER_ERROR',
    exit: 65,
    remedy: 'Do not delete anything. Set the directory aside and join again, or restore it from a backup.',
  },
  IDENTITY_MISMATCH: {
    http: 500,
    trpc: 'INTERNAL_SERVER_ERROR',
    exit: 78,
    remedy: 'The configuration names another member than the data directory holds. Correct etcd.name or the data_dir.',
  },
  PARTIAL_JOIN: { http: 409, trpc: 'CONFLICT', exit: 75, remedy: 'Run the same "quorated join …" command again: it cleans up or finishes what it finds.' },
  TIMER_PROFILE_UNSAFE: {
    http: 500,
    trpc: 'INTERNAL_SERVER_ERROR',
    exit: 78,
    remedy: 'Choose etcd.timer_profile: default, or make the disk and the network faster.',
  },
  LISTEN_FAILED: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', exit: 73, remedy: 'Free the address or choose another one in the configuration.' },

  // --- etcd
  ETCD_NOT_FOUND: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', exit: 69, remedy: 'Install etcd 3.5 or newer, or name it with etcd.binary.' },
  ETCD_VERSION_UNSUPPORTED: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', exit: 69, remedy: 'Install etcd 3.5 or newer.' },
  ETCD_START_FAILED: { http: 503, trpc: 'SERVICE_UNAVAILABLE', exit: 69, remedy: 'Read the last lines of its log below.' },
  ETCD_UNAVAILABLE: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    exit: 69,
    remedy: "This replica's etcd does not answer. Use another replica, and look at its log.",
  },
  NO_LEADER: { http: 503, trpc: 'SERVICE_UNAVAILABLE', exit: 75, remedy: 'An election is in progress. Repeat in a second or two.' },
  NO_QUORUM: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    exit: 75,
    remedy: 'Start the replicas that are down. Until a majority of voters is back nothing can be written.',
  },
  NO_SPACE: { http: 507, trpc: 'SERVICE_UNAVAILABLE', exit: 75, remedy: 'The database quota is used up. Compact, defragment, then disarm the alarm.' },
  ETCD_CORRUPT: { http: 503, trpc: 'SERVICE_UNAVAILABLE', exit: 75, remedy: 'Replace the corrupt member: remove it, set its data aside, join it again.' },
  LEARNER_READ_ONLY: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    exit: 75,
    remedy: 'This replica is still catching up. Use another replica until it is a voter.',
  },
  RECORD_UNREADABLE: {
    http: 500,
    trpc: 'INTERNAL_SERVER_ERROR',
    exit: 65,
    remedy: 'A stored record does not have the expected form. Report it with the named key.',
  },

  // --- certificates
  CA_DIVERGED: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', exit: 78, remedy: 'Put the CA files that belong to this data back, or join this replica again.' },
  CA_MISSING: {
    http: 500,
    trpc: 'INTERNAL_SERVER_ERROR',
    exit: 78,
    remedy: 'Put the shared CA on this host first: "quorated ca init" on one host, then copy both files to all.',
  },
  CA_KEY_MISSING: { http: 409, trpc: 'CONFLICT', exit: 75, remedy: 'This replica does not hold the CA key yet. Ask a voter.' },
  CERT_INVALID: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', exit: 78, remedy: 'Remove the named certificate file and restart: it is issued anew.' },

  // --- joining
  JOIN_TOKEN_INVALID: { http: 401, trpc: 'UNAUTHORIZED', exit: 77, remedy: 'Mint a new one on a replica of the cluster: "quorate cluster join-token create".' },
  JOIN_TOKEN_EXHAUSTED: { http: 409, trpc: 'CONFLICT', exit: 77, remedy: 'The token has no uses left. Mint a new one: "quorate cluster join-token create".' },
  JOIN_FINGERPRINT_MISMATCH: {
    http: 403,
    trpc: 'FORBIDDEN',
    exit: 77,
    remedy:
      'The answering host is not part of the cluster you named, or something sits in between. Compare the fingerprint with "quorated ca fingerprint" on a replica.',
  },
  JOIN_UNREACHABLE: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    exit: 69,
    remedy: 'Check that the address is a replica listener (port 8443 by default) and that no firewall is in between.',
  },
  JOIN_CHECK_FAILED: {
    http: 412,
    trpc: 'PRECONDITION_FAILED',
    exit: 75,
    remedy: 'Correct each failed check and run the same command again. The token is not spent.',
  },
  JOIN_NAME_TAKEN: { http: 409, trpc: 'CONFLICT', exit: 78, remedy: 'Choose another --name, or remove the old member: "quorate cluster member remove <id>".' },
  JOIN_PEER_URL_TAKEN: {
    http: 409,
    trpc: 'CONFLICT',
    exit: 78,
    remedy: 'Set another etcd.peer_url, or remove the old member: "quorate cluster member remove <id>".',
  },
  JOIN_CLUSTER_TOKEN_MISMATCH: { http: 409, trpc: 'CONFLICT', exit: 78, remedy: 'Set etcd.cluster_token to the value of the cluster.' },
  JOIN_VERSION_INCOMPATIBLE: { http: 409, trpc: 'CONFLICT', exit: 78, remedy: 'Install a compatible version on this host.' },
  JOIN_CLOCK_OFF: { http: 409, trpc: 'CONFLICT', exit: 78, remedy: 'Set the clock of this host (NTP) and run the same command again.' },
  JOIN_QUEUED: { http: 409, trpc: 'CONFLICT', exit: 75, remedy: 'Another replica is joining. This join waits for its turn; the token is not spent.' },
  JOIN_GONE: { http: 410, trpc: 'CONFLICT', exit: 75, remedy: 'The join was undone. Run the same command again.' },
  JOIN_TIMEOUT: { http: 504, trpc: 'TIMEOUT', exit: 75, remedy: 'Run the same command again: it continues where it stopped.' },
  JOIN_UNDONE: { http: 409, trpc: 'CONFLICT', exit: 75, remedy: 'Correct the reason and run the same command again.' },
  JOIN_LOCAL_DATA: {
    http: 409,
    trpc: 'CONFLICT',
    exit: 73,
    remedy: 'This host already belongs to a cluster of several members. Repeat with --force to set its data aside.',
  },

  // --- membership
  MEMBER_NOT_FOUND: { http: 404, trpc: 'NOT_FOUND', exit: 65, remedy: 'List the members: "quorate cluster member list".' },
  MEMBER_REMOVED: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    exit: 78,
    remedy: 'It cannot come back with its old data. Join again: "quorated join …" sets the data aside.',
  },
  MEMBER_REMOVE_UNSAFE: {
    http: 409,
    trpc: 'CONFLICT',
    exit: 75,
    remedy: 'Bring the other replicas back first, or repeat with --force if you accept the loss of tolerance.',
  },
  MEMBER_REMOVE_REFUSED: {
    http: 409,
    trpc: 'CONFLICT',
    exit: 75,
    remedy: 'This cannot be done safely now. Bring the other replicas back, or add replicas, first.',
  },
  CLUSTER_UNSETTLED: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    exit: 75,
    remedy: 'etcd allows the next change once all members have been connected for a few seconds. Repeat shortly.',
  },

  // --- edges
  DAEMON_UNREACHABLE: { http: 503, trpc: 'SERVICE_UNAVAILABLE', exit: 69, remedy: 'Is quorated running? Name another replica with --endpoint.' },
  STARTING: { http: 503, trpc: 'SERVICE_UNAVAILABLE', exit: 75, remedy: 'This replica is still starting. Repeat in a few seconds or use another one.' },
  STOPPING: { http: 503, trpc: 'SERVICE_UNAVAILABLE', exit: 75, remedy: 'This replica is stopping. Use another one.' },
  TIMEOUT: { http: 504, trpc: 'TIMEOUT', exit: 75, remedy: 'Repeat; if it stays so, look at "quorate cluster status".' },
  CANCELLED: { http: 499, trpc: 'TIMEOUT', exit: 130, remedy: 'It was cancelled. Repeat when you are ready.' },
  UNSUPPORTED: { http: 501, trpc: 'PRECONDITION_FAILED', exit: 69, remedy: 'This machine lacks what is needed; the message says what.' },
  INTERNAL: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', exit: 70, remedy: "This is a defect of Quorate. Report it with the request id and the daemon's log." },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** The row of a code. */
export const errorRow = (code: ErrorCode): ErrorRow => errorTable[code];

/** True when the text is one of our codes (for bodies that came over the wire). */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorTable, text);
