/** The only place that knows key strings. Everything Quorate stores lies below one root, so that a snapshot can be read by kind. */

const ROOT = '/quorate/v1';

export const keys = {
  root: `${ROOT}/`,
  /** Certificate of the cluster CA: compared with the file on every boot. */
  ca: `${ROOT}/ca`,
  /** SHA-256 of the administrator token. */
  adminToken: `${ROOT}/access/admin-token`,
  joinTokens: `${ROOT}/join-tokens/`,
  joinToken: (id: string) => `${ROOT}/join-tokens/${id}`,
  joins: `${ROOT}/joins/`,
  join: (id: string) => `${ROOT}/joins/${id}`,
  /** Holds the id of the one join that is admitted and not finished. */
  admission: `${ROOT}/join-admission`,
  replicas: `${ROOT}/replicas/`,
  replica: (memberId: string) => `${ROOT}/replicas/${memberId}`,
  events: `${ROOT}/events/`,
  event: (id: string) => `${ROOT}/events/${id}`,
} as const;
