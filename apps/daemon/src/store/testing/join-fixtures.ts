import { createHash } from 'node:crypto';
import type { JoinRecord } from '@quorate/core/join/join-record';
import type { Joiner } from '@quorate/core/join/wire';
import type { JoinTokenRow } from '../join-tokens-store';

/** Noon of a day; only differences count. */
export const NOON_MS = Date.UTC(2026, 0, 15, 12);

/** A join id made of one number. */
export const joinIdOf = (number: number): string => number.toString(16).padStart(32, '0');

/** A joiner of its own for each number: name, addresses and key differ. */
export const makeJoiner = (number: number, part: Partial<Joiner> = {}): Joiner => ({
  joinId: joinIdOf(number),
  name: `n${number}`,
  peerUrl: `https://127.0.24.200:${20_000 + number}`,
  replicaUrl: `https://127.0.24.200:${30_000 + number}`,
  publicUrl: null,
  publicKeySha256: createHash('sha256').update(`key ${number}`).digest('hex'),
  clusterToken: 'quorate-cluster',
  versions: { quorate: '0.1.0', etcd: '3.5.16' },
  timers: { heartbeatMs: 100, electionMs: 1_000 },
  ...part,
});

/** A join whose checks passed; not admitted yet. */
export const makeJoin = (number: number, part: Partial<JoinRecord> = {}): JoinRecord => ({
  v: 1,
  id: joinIdOf(number),
  phase: 'checked',
  joiner: makeJoiner(number),
  tokenId: 'token1',
  from: '127.0.24.200',
  startedAtMs: NOON_MS,
  updatedAtMs: NOON_MS,
  admittedAtMs: null,
  memberId: null,
  appliedIndex: null,
  leaderIndexAtStart: null,
  progressedAtMs: NOON_MS,
  undoneReason: null,
  ...part,
});

/** An unused token for one replica, an hour long. */
export const makeToken = (id: string, part: Partial<JoinTokenRow> = {}): JoinTokenRow => ({
  v: 1,
  id,
  kind: 'cluster',
  name: null,
  sha256: createHash('sha256').update(id).digest('hex'),
  createdAtMs: NOON_MS,
  createdBy: 'administrator',
  expiresAtMs: NOON_MS + 3_600_000,
  maxUses: 1,
  revokedAtMs: null,
  uses: [],
  ...part,
});
