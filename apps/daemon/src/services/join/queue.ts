/** Who goes first: among hosts that hold a place on the same token, and among those that wait to be admitted. The age of the record decides. */
import { AppError } from '@quorate/core/errors/app-error';
import type { JoinRecord } from '@quorate/core/join/join-record';
import { isJoinLive } from '@quorate/core/join/saga';
import type { Joiner } from '@quorate/core/join/wire';
import type { JoinTokenRow } from '../../store/join-tokens-store';
import type { JoinsStore } from '../../store/joins-store';

type QueueDeps = { readonly joins: Pick<JoinsStore, 'list'> };

/**
 * True for a reservation that counts against this joiner: its checks passed, and it is another host's. A host that comes back under a new
 * id (another name, or after --check-only) has the same key, and must not wait for itself.
 */
export const isRival = (record: JoinRecord, joiner: Joiner): boolean =>
  record.phase === 'checked' && record.admittedAtMs === null && record.id !== joiner.joinId && record.joiner.publicKeySha256 !== joiner.publicKeySha256;

/**
 * A use counts when it is spent, or reserved by another host that came first: of two that prepared in the same moment one goes on.
 * Throws JOIN_TOKEN_EXHAUSTED.
 */
export const requireFreeUse = async (deps: QueueDeps, { token, joiner }: { token: JoinTokenRow; joiner: Joiner }, signal: AbortSignal): Promise<void> => {
  if (token.uses.some((use) => use.joinId === joiner.joinId)) return;
  const { records } = await deps.joins.list({ signal });
  const own = records.find(({ value }) => value.id === joiner.joinId);
  const reserved = records.filter(
    ({ value, createRevision }) => value.tokenId === token.id && isRival(value, joiner) && (own === undefined || createRevision < own.createRevision),
  );
  if (token.uses.length + reserved.length < token.maxUses) return;
  const by = [...token.uses.map((use) => use.memberName), ...reserved.map(({ value }) => `${value.joiner.name} (reserved)`)];
  throw new AppError('JOIN_TOKEN_EXHAUSTED', {
    message: `all ${token.maxUses} use(s) of the token are taken: ${by.join(', ')}`,
    data: { tokenId: token.id, maxUses: token.maxUses },
  });
};

/** 1 when this join may be admitted now: nobody is admitted, and no reservation with passed checks is older. */
export const positionInQueue = async (deps: QueueDeps, joiner: Joiner, signal: AbortSignal): Promise<number> => {
  const { records } = await deps.joins.list({ signal });
  const own = records.find(({ value }) => value.id === joiner.joinId);
  if (own && own.value.admittedAtMs !== null) return 1;
  const ahead = records.filter(({ value, createRevision }) => {
    if (value.admittedAtMs !== null) return isJoinLive(value.phase);
    return isRival(value, joiner) && (own === undefined || createRevision < own.createRevision);
  });
  return ahead.length + 1;
};
