import { setMaxListeners } from 'node:events';
import { AppError } from '@quorate/core/errors/app-error';
import type { ErrorCode } from '@quorate/core/errors/codes';
import { failCheck, passCheck, warnCheck } from '@quorate/core/join/check-result';
import type { CommitResponse, PrepareResponse } from '@quorate/core/join/wire';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publicKeySha256 } from '../../pki/chain';
import { readCsr } from '../../pki/csr';
import { makeJoiner } from '../../store/testing/join-fixtures';
import { type CommitInput, checksError, openSession, redeem } from './redeem';
import { createHastyClock, type HastyClock } from './testing/hasty-clock';
import { makeAnswer } from './testing/installing-host';
import { type Answer, createScriptedCluster, type ScriptedCluster, type ScriptedReplica } from './testing/scripted-cluster';

const NEVER = new AbortController().signal;
// Each handshake listens for as long as it might have taken.
setMaxListeners(0, NEVER);
const COMMIT = 'POST /v1/cluster/join';

let cluster: ScriptedCluster;
let one: ScriptedReplica;
let two: ScriptedReplica;
let answer: CommitResponse;
let keyPem: string;
beforeAll(async () => {
  [cluster, { answer, keyPem }] = await Promise.all([createScriptedCluster(), makeAnswer()]);
  [one, two] = await Promise.all([cluster.replica('127.0.24.31'), cluster.replica('127.0.24.32')]);
});
afterAll(async () => {
  await one?.close();
  await two?.close();
});

let clock: HastyClock;
let lines: string[];
let points: string[];
let preparations = 0;
beforeEach(() => {
  one.reset();
  two.reset();
  clock = createHastyClock();
  lines = [];
  points = [];
  preparations = 0;
});

const prepared = (replicaUrls: readonly string[]): PrepareResponse => ({
  checks: [],
  clusterId: cluster.ca.clusterId,
  servedBy: 'n0',
  serverTime: new Date().toISOString(),
  timers: { heartbeatMs: 100, electionMs: 1_000 },
  versions: { quorate: '0.1.0', etcd: '3.5.16' },
  dbSizeBytes: 0,
  replicaUrls: [...replicaUrls],
  peerUrls: [],
});
const input = (urls: readonly string[], part: Partial<CommitInput> = {}): CommitInput => ({
  ticket: { urls, token: 'qrt_join_a_token', caFingerprint: cluster.ca.fingerprint },
  joiner: makeJoiner(1, { publicKeySha256: publicKeySha256(keyPem) }),
  keyPem,
  patienceMs: 5_000,
  prepare: async () => {
    preparations += 1;
    return prepared(urls);
  },
  ...part,
});
const run = (urls: readonly string[], part: Partial<CommitInput> = {}, signal = NEVER) =>
  redeem({ clock, failpoint: (point) => void points.push(point), report: (line) => void lines.push(line) }, input(urls, part), signal);
/** Refuses the first `times` commits, then admits. */
const refuse =
  (code: ErrorCode, times: number, data: Record<string, unknown> = {}) =>
  (_asked: unknown, count: number) =>
    count <= times ? new AppError(code, { message: `${code} for now`, data }) : answer;
const admits = () => answer;

describe('finding the cluster', () => {
  it('takes the first address that answers with the pinned CA', async () => {
    const session = await openSession(
      { clock },
      { urls: ['https://127.0.24.33:9', two.url, one.url], caFingerprint: cluster.ca.fingerprint, patienceMs: 0 },
      NEVER,
    );
    session.client.close();
    expect(session).toMatchObject({ url: two.url, caCertPem: cluster.ca.certPem });
    expect(two.asked).toEqual([]);
  });

  it('refuses another CA at once, before a word of the token was sent', async () => {
    const other = `sha256:${'0'.repeat(64)}`;
    await expect(run([one.url], { ticket: { urls: [one.url], token: 'qrt_join_a_token', caFingerprint: other } })).rejects.toMatchObject({
      code: 'JOIN_FINGERPRINT_MISMATCH',
    });
    expect(one.asked).toEqual([]);
    expect(clock.slept()).toBe(0);
  });

  it('goes on asking as long as patience lasts, then names every address and why it failed', async () => {
    const urls = ['https://127.0.24.33:9', 'https://127.0.24.33:10'];
    await expect(run(urls, { patienceMs: 3_000 })).rejects.toMatchObject({
      code: 'JOIN_UNREACHABLE',
      message: expect.stringMatching(/127\.0\.24\.33:9 .*127\.0\.24\.33:10/),
      data: { urls },
    });
    expect(clock.slept()).toBe(3_000);
    expect(preparations).toBe(0);
  });

  it('ends at once when it is cancelled', async () => {
    const reason = new AppError('STOPPING', { message: 'stop' });
    await expect(run(['https://127.0.24.33:9'], {}, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('being admitted', () => {
  it('checks first and spends last: token and certificate request go in one call, after the checks', async () => {
    one.script(admits);
    expect(await run([one.url])).toEqual(answer);
    expect(points).toEqual(['joiner:checked']);
    expect(one.asked).toHaveLength(1);
    const body = one.asked[0]?.body as { token: string; csrPem: string; joiner: { publicKeySha256: string } };
    expect(one.asked[0]?.what).toBe(COMMIT);
    expect(body.token).toBe('qrt_join_a_token');
    expect(readCsr(body.csrPem).publicKeySha256).toBe(body.joiner.publicKeySha256);
    expect(JSON.stringify(body)).not.toContain('PRIVATE KEY');
  });

  it('never asks when a check failed', async () => {
    const failure = new AppError('JOIN_CHECK_FAILED', { message: 'port closed' });
    await expect(run([one.url], { prepare: () => Promise.reject(failure) })).rejects.toBe(failure);
    expect(one.asked).toEqual([]);
  });

  it('refuses an answer of another form instead of installing it', async () => {
    one.script(() => ({ ...answer, generation: 'first' }));
    await expect(run([one.url])).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' });
  });
});

describe('a refusal', () => {
  it.each([
    'JOIN_TOKEN_INVALID',
    'JOIN_TOKEN_EXHAUSTED',
    'JOIN_NAME_TAKEN',
    'JOIN_PEER_URL_TAKEN',
    'JOIN_CLUSTER_TOKEN_MISMATCH',
    'JOIN_VERSION_INCOMPATIBLE',
    'FORBIDDEN',
    'INVALID_INPUT',
    'RATE_LIMITED',
  ] as const)('with %s is final: repeating cannot change it', async (code) => {
    one.script(refuse(code, 99));
    await expect(run([one.url])).rejects.toMatchObject({ code, message: `${code} for now`, data: { refusedBy: one.url } });
    expect(one.asked).toHaveLength(1);
    expect(clock.slept()).toBe(0);
  });

  it.each([
    'CONFLICT',
    'CLUSTER_UNSETTLED',
    'NO_LEADER',
    'NO_QUORUM',
    'TIMEOUT',
    'ETCD_UNAVAILABLE',
    'LEARNER_READ_ONLY',
    'CA_KEY_MISSING',
    'STARTING',
    'STOPPING',
  ] as const)('with %s passes: it is asked again, without the checks', async (code) => {
    one.script(refuse(code, 2));
    expect(await run([one.url])).toEqual(answer);
    expect(one.asked).toHaveLength(3);
    expect(preparations).toBe(1);
    expect(lines).toEqual([`${code} for now`]);
  });

  it('that does not pass in time is the error of the join', async () => {
    one.script(refuse('NO_LEADER', 99));
    await expect(run([one.url], { patienceMs: 2_000 })).rejects.toMatchObject({ code: 'NO_LEADER' });
    expect(clock.slept()).toBe(2_000);
  });

  it('because the reservation ran out makes a new one', async () => {
    one.script(refuse('JOIN_GONE', 1));
    expect(await run([one.url])).toEqual(answer);
    expect(preparations).toBe(2);
    expect(points).toEqual(['joiner:checked', 'joiner:checked']);
  });

  it('because the join was undone is final: it needs a new id', async () => {
    one.script(refuse('JOIN_GONE', 99, { undoneReason: 'evicted' }));
    await expect(run([one.url])).rejects.toMatchObject({ code: 'JOIN_GONE', data: { undoneReason: 'evicted' } });
    expect(preparations).toBe(1);
  });

  it('because others come first is waited out for far longer than a silence, and told once', async () => {
    one.script(refuse('JOIN_QUEUED', 10, { position: 2 }));
    expect(await run([one.url], { patienceMs: 1_000 })).toEqual(answer);
    expect(clock.slept()).toBe(5_000);
    expect(lines).toEqual(['JOIN_QUEUED for now']);
  });

  it('because others come first is not waited out for ever', async () => {
    clock = createHastyClock({ factor: 120 });
    one.script(refuse('JOIN_QUEUED', 1_000));
    await expect(run([one.url], { patienceMs: 61_000 })).rejects.toMatchObject({ code: 'JOIN_QUEUED' });
    expect(clock.slept()).toBe(15 * 60_000);
  });
});

describe('a replica that fails in between', () => {
  it('is left for another one, which goes on where it stopped', async () => {
    one.script(() => 'cut');
    two.script(admits);
    expect(await run([one.url, two.url])).toEqual(answer);
    expect([one.asked.length, two.asked.length, preparations]).toEqual([1, 1, 1]);
  });

  it('is left for one that the cluster named, although the ticket did not', async () => {
    one.script(refuse('STOPPING', 99));
    two.script(admits);
    const prepare = async () => prepared([one.url, two.url]);
    expect(await run([one.url], { prepare })).toEqual(answer);
    expect([one.asked.length, two.asked.length]).toEqual([1, 1]);
  });

  it('may be asked again when it is the only one', async () => {
    one.script((_asked, count): Answer => (count < 3 ? 'cut' : answer));
    expect(await run([one.url])).toEqual(answer);
    expect(one.asked).toHaveLength(3);
  });
});

describe('the checks of both sides', () => {
  const common = { side: 'cluster', detail: 'found' } as const;

  it('are no error while none failed, warnings or not', () => {
    expect(checksError([])).toBeNull();
    expect(checksError([passCheck({ ...common, id: 'token' }), warnCheck({ ...common, id: 'clock', fix: 'set it' })])).toBeNull();
  });

  it('are the error of the first failure in the order of the checks, and tell all of them', () => {
    const error = checksError([
      failCheck({ ...common, id: 'dial-peer', detail: 'port closed', fix: 'open it', code: 'JOIN_CHECK_FAILED' }),
      failCheck({ ...common, id: 'name', detail: 'name taken', fix: 'choose another', code: 'JOIN_NAME_TAKEN' }),
    ]);
    expect(error).toMatchObject({
      code: 'JOIN_NAME_TAKEN',
      hint: 'choose another',
      message: 'port closed; name taken',
      data: { checks: ['dial-peer', 'name'] },
    });
  });

  it('are JOIN_CHECK_FAILED when the other side names a code that this version does not know', () => {
    const failed = { ...failCheck({ ...common, id: 'queue', fix: 'wait', code: 'JOIN_QUEUED' }), code: 'A_LATER_CODE' };
    expect(checksError([failed])?.code).toBe('JOIN_CHECK_FAILED');
  });
});
