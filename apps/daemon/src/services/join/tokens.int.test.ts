import { toAppError } from '@quorate/core/errors/app-error';
import { parseInvitation } from '@quorate/core/join/invitation';
import { formatAdminToken, formatJoinToken, TOKEN_SECRET_BYTES } from '@quorate/core/join/token';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../kit/testing/fake-clock';
import { keys } from '../../store/keys';
import { joinIdOf, NOON_MS } from '../../store/testing/join-fixtures';
import { type AdmittingReplica, FINGERPRINT, NEVER, startAdmittingReplica, URLS } from './testing/admitting-replica';
import { createJoinTokens, proveToken } from './tokens';

const ACTOR = { name: 'administrator' };

let replica: AdmittingReplica;
beforeAll(async () => {
  replica = await startAdmittingReplica('127.0.24.21');
});
afterAll(() => replica?.server.stop());
beforeEach(() => replica.reset());

const prove = (plaintext: string, joinId = joinIdOf(1), nowMs = NOON_MS) =>
  proveToken({ store: replica.tokens, clock: createFakeClock(nowMs) }, { plaintext, joinId }, NEVER);
/** Everything a joiner can see of a refusal. */
const refusalOf = async (attempt: Promise<unknown>) => {
  const { code, message, hint, data } = await attempt.then(() => Promise.reject(new Error('it was not refused')), toAppError);
  return { code, message, hint, data };
};
const spend = async (id: string, joinId: string) => {
  const stored = await replica.tokens.get(id);
  if (!stored) throw new Error('it was just minted');
  await replica.tokens.replace(stored, { ...stored.value, uses: [...stored.value.uses, { joinId, memberName: 'n1', atMs: NOON_MS, from: '127.0.24.200' }] });
};

describe('a new join token', () => {
  it('is shown once, with everything that a new host needs in one string', async () => {
    const created = await replica.tokenService.create({ kind: 'cluster', name: 'rack 7' }, ACTOR, NEVER);
    expect(parseInvitation(created.invitation)).toMatchObject({ token: created.plaintext, urls: URLS, caFingerprint: FINGERPRINT });
    expect(created.joinCommand).toContain(created.invitation);
    expect(created.token).toMatchObject({ name: 'rack 7', state: 'active', maxUses: 1, uses: [], createdBy: 'administrator' });
    expect(Date.parse(created.token.expiresAt) - Date.parse(created.token.createdAt)).toBe(3_600_000);
  });

  it('lies in etcd as a digest alone', async () => {
    const { token, plaintext } = await replica.tokenService.create({ kind: 'cluster' }, ACTOR, NEVER);
    const value = new TextDecoder().decode((await replica.etcd.get(keys.joinToken(token.id)))?.value);
    expect(value).not.toContain(plaintext.slice(-20));
    expect(JSON.stringify(await replica.tokenService.list(NEVER))).not.toContain(plaintext.slice(-20));
  });

  it('is an event that names who made it, without the secret', async () => {
    const { token, plaintext } = await replica.tokenService.create({ kind: 'cluster', maxUses: 3 }, ACTOR, NEVER);
    expect(replica.events).toEqual([{ type: 'token.created', subject: token.id, detail: 'by administrator, 3 use(s)' }]);
    expect(JSON.stringify(replica.events)).not.toContain(plaintext.slice(-20));
  });
});

describe('the list of join tokens', () => {
  it('tells which are active, expired, revoked and used up, newest first', async () => {
    const clock = createFakeClock(NOON_MS);
    const service = createJoinTokens({
      store: replica.tokens,
      clock,
      recordEvent: () => undefined,
      caFingerprint: FINGERPRINT,
      clusterToken: 'quorate-cluster',
      replicaUrls: () => URLS,
    });
    const ids: string[] = [];
    for (const ttl of [60_000, 3_600_000, 3_600_000, 3_600_000]) {
      ids.push((await service.create({ kind: 'cluster', ttl }, ACTOR, NEVER)).token.id);
      await clock.advance(1_000);
    }
    await service.revoke(ids[1] ?? '', ACTOR, NEVER);
    await spend(ids[2] ?? '', joinIdOf(1));
    await clock.advance(60_000);
    const listed = await service.list(NEVER);
    expect(listed.map(({ id, state }) => [id, state])).toEqual([
      [ids[3], 'active'],
      [ids[2], 'exhausted'],
      [ids[1], 'revoked'],
      [ids[0], 'expired'],
    ]);
    expect(listed[1]?.uses).toEqual([{ joinId: joinIdOf(1), memberName: 'n1', at: new Date(NOON_MS).toISOString(), from: '127.0.24.200' }]);
  });
});

describe('revoking a join token', () => {
  it('is told once, however often it is asked for', async () => {
    const { id } = await replica.mint();
    const revoked = await Promise.all([1, 2, 3].map(() => replica.tokenService.revoke(id, ACTOR, NEVER)));
    expect(revoked.map(({ state }) => state)).toEqual(['revoked', 'revoked', 'revoked']);
    expect(replica.events.filter(({ type }) => type === 'token.revoked')).toHaveLength(1);
  });

  it('of one that does not exist is NOT_FOUND', async () => {
    await expect(replica.tokenService.revoke('nosuchtoke', ACTOR, NEVER)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a presented join token', () => {
  it('is proven, also with the newline that a file ends with', async () => {
    const { id, plaintext } = await replica.mint();
    expect((await prove(`${plaintext}\n`)).value.id).toBe(id);
  });

  it('is refused in one and the same way, whatever is wrong with it', async () => {
    const [known, revoked] = [await replica.mint(), await replica.mint()];
    await replica.tokenService.revoke(revoked.id, ACTOR, NEVER);
    const otherSecret = new Uint8Array(TOKEN_SECRET_BYTES).fill(7);
    const refusals = await Promise.all([
      refusalOf(prove('')),
      refusalOf(prove('no token at all')),
      refusalOf(prove(`${known.plaintext.slice(0, -1)}${known.plaintext.endsWith('a') ? 'b' : 'a'}`)),
      refusalOf(prove(formatJoinToken({ id: 'aaaaaaaaaa', secret: otherSecret }))),
      refusalOf(prove(formatJoinToken({ id: known.id, secret: otherSecret }))),
      refusalOf(prove(formatAdminToken(otherSecret))),
      refusalOf(prove(revoked.plaintext)),
      refusalOf(prove(known.plaintext, joinIdOf(1), NOON_MS + 3_600_000)),
    ]);
    expect(refusals[0]?.code).toBe('JOIN_TOKEN_INVALID');
    for (const refusal of refusals) expect(refusal).toEqual(refusals[0]);
  });

  it('is good until the very end of its life', async () => {
    const { plaintext } = await replica.mint();
    await expect(prove(plaintext, joinIdOf(1), NOON_MS + 3_599_999)).resolves.toBeDefined();
  });

  it('that this join spent already is good whatever became of it since', async () => {
    const { id, plaintext } = await replica.mint();
    await spend(id, joinIdOf(1));
    await replica.tokenService.revoke(id, ACTOR, NEVER);
    await expect(prove(plaintext, joinIdOf(1), NOON_MS + 86_400_000)).resolves.toBeDefined();
    await expect(prove(plaintext, joinIdOf(2))).rejects.toMatchObject({ code: 'JOIN_TOKEN_INVALID' });
  });
});
