/** Join tokens: minted, listed, revoked, and proven by a joiner. The plaintext is shown once; the store holds its SHA-256. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type CreateJoinTokenInput, type CreateJoinTokenOutput, JOIN_TOKEN_TTL_MS, type JoinToken } from '@quorate/core/api/join-tokens';
import { ConfigSchema } from '@quorate/core/config/schema';
import { AppError } from '@quorate/core/errors/app-error';
import type { RecordEvent } from '@quorate/core/events/event';
import { formatInvitation } from '@quorate/core/join/invitation';
import { formatJoinToken, formatTokenId, parseJoinToken, TOKEN_ID_BYTES, TOKEN_SECRET_BYTES } from '@quorate/core/join/token';
import type { Clock } from '../../kit/clock';
import type { Stored } from '../../store/codec';
import type { JoinTokenRow, JoinTokensStore } from '../../store/join-tokens-store';

type TokensDeps = {
  readonly store: JoinTokensStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly recordEvent: RecordEvent;
  readonly caFingerprint: string;
  /** etcd.cluster_token; invitations carry it, so that the joiner need not know it. */
  readonly clusterToken: string;
  /** Replica listeners of the cluster as known now, this one first. */
  readonly replicaUrls: () => readonly string[];
};

const DEFAULT_CLUSTER_TOKEN = ConfigSchema.parse({}).etcd.cluster_token;

type ActorName = { readonly name: string };

export const createJoinTokens = (deps: TokensDeps) => ({
  create: async (input: CreateJoinTokenInput, actor: ActorName, signal: AbortSignal): Promise<CreateJoinTokenOutput> => {
    const id = formatTokenId(randomBytes(TOKEN_ID_BYTES));
    const plaintext = formatJoinToken({ id, secret: randomBytes(TOKEN_SECRET_BYTES) });
    const nowMs = deps.clock.now();
    const row: JoinTokenRow = {
      v: 1,
      id,
      kind: input.kind,
      name: input.name ?? null,
      sha256: digest(plaintext).toString('hex'),
      createdAtMs: nowMs,
      createdBy: actor.name,
      expiresAtMs: nowMs + (input.ttl ?? JOIN_TOKEN_TTL_MS.default),
      maxUses: input.maxUses ?? 1,
      revokedAtMs: null,
      uses: [],
    };
    if (!(await deps.store.create(row, { signal }))) throw new AppError('CONFLICT', { message: `a token ${id} exists already` });
    deps.recordEvent({ type: 'token.created', subject: id, detail: `by ${actor.name}, ${row.maxUses} use(s)` });
    const urls = [...deps.replicaUrls()];
    const invitation = formatInvitation({
      token: plaintext,
      urls,
      caFingerprint: deps.caFingerprint,
      ...(deps.clusterToken === DEFAULT_CLUSTER_TOKEN ? {} : { clusterToken: deps.clusterToken }),
    });
    return {
      token: describeToken(row, nowMs),
      plaintext,
      invitation,
      caFingerprint: deps.caFingerprint,
      replicaUrls: urls,
      joinCommand: `sudo quorated join --invite ${invitation} --name "$(hostname)"`,
    };
  },

  list: async (signal: AbortSignal): Promise<readonly JoinToken[]> => {
    const { records } = await deps.store.list({ signal });
    const nowMs = deps.clock.now();
    return records.map((stored) => describeToken(stored.value, nowMs)).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  },

  /** Throws NOT_FOUND. Revoking a token twice is no error. */
  revoke: async (id: string, actor: ActorName, signal: AbortSignal): Promise<JoinToken> => {
    for (;;) {
      const stored = await deps.store.get(id, { signal });
      if (!stored) throw new AppError('NOT_FOUND', { message: `there is no join token ${id}`, data: { id } });
      if (stored.value.revokedAtMs !== null) return describeToken(stored.value, deps.clock.now());
      const row = { ...stored.value, revokedAtMs: deps.clock.now() };
      if (!(await deps.store.replace(stored, row, { signal }))) continue;
      deps.recordEvent({ type: 'token.revoked', subject: id, detail: `by ${actor.name}` });
      return describeToken(row, deps.clock.now());
    }
  },
});

/**
 * The token a joiner presents, proven. One public text for unknown, wrong, expired, revoked and wrong kind, so that nobody learns which
 * ids exist: JOIN_TOKEN_INVALID. A join that already spent a use of the token may present it again whatever became of it since.
 */
export const proveToken = async (
  deps: { readonly store: Pick<JoinTokensStore, 'get'>; readonly clock: Pick<Clock, 'now'> },
  presented: { plaintext: string; joinId: string },
  signal: AbortSignal,
): Promise<Stored<JoinTokenRow>> => {
  const parsed = parseJoinToken(presented.plaintext);
  const stored = parsed.ok ? await deps.store.get(parsed.id, { signal }) : null;
  const expected = stored ? Buffer.from(stored.value.sha256, 'hex') : Buffer.alloc(32);
  const matches = timingSafeEqual(digest(parsed.ok ? parsed.plaintext : ''), expected);
  if (!stored || !matches) throw invalidToken();
  if (stored.value.uses.some((use) => use.joinId === presented.joinId)) return stored;
  if (stored.value.revokedAtMs !== null || stored.value.expiresAtMs <= deps.clock.now()) throw invalidToken();
  return stored;
};

const invalidToken = (): AppError => new AppError('JOIN_TOKEN_INVALID', { message: 'the join token is not valid' });

const digest = (plaintext: string): Buffer => createHash('sha256').update(plaintext).digest();

/** What the API shows of a token. */
export const describeToken = (row: JoinTokenRow, nowMs: number): JoinToken => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  state: tokenState(row, nowMs),
  createdAt: new Date(row.createdAtMs).toISOString(),
  createdBy: row.createdBy,
  expiresAt: new Date(row.expiresAtMs).toISOString(),
  maxUses: row.maxUses,
  uses: row.uses.map((use) => ({ joinId: use.joinId, memberName: use.memberName, at: new Date(use.atMs).toISOString(), from: use.from })),
});

const tokenState = (row: JoinTokenRow, nowMs: number): JoinToken['state'] => {
  if (row.revokedAtMs !== null) return 'revoked';
  if (row.uses.length >= row.maxUses) return 'exhausted';
  return row.expiresAtMs <= nowMs ? 'expired' : 'active';
};
