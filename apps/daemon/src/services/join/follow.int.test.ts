import { setMaxListeners } from 'node:events';
import { AppError } from '@quorate/core/errors/app-error';
import type { ProgressResponse } from '@quorate/core/join/wire';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtcdClient, EtcdProcess } from '../../etcd/api';
import { startTestCluster, type TestCluster } from '../../etcd/testing/test-cluster';
import type { ReplicaClient } from '../../host/replica-client';
import { joinIdOf } from '../../store/testing/join-fixtures';
import { type FollowDeps, fetchCaKey, followJoin } from './follow';
import { createHastyClock, type HastyClock } from './testing/hasty-clock';
import { createScriptedCluster, type ScriptedReplica } from './testing/scripted-cluster';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
const JOIN = joinIdOf(7);
const PROGRESS = `POST /v1/cluster/join/${JOIN}/progress`;
const CA_KEY = 'POST /v1/replica/ca-key';

let etcd: TestCluster;
let voter: EtcdClient;
let learner: EtcdClient;
let one: ScriptedReplica;
let two: ScriptedReplica;
let client: ReplicaClient;
beforeAll(async () => {
  const [cluster] = await Promise.all([createScriptedCluster(), startTestCluster(['127.0.24.41'], ['127.0.24.42']).then((started) => (etcd = started))]);
  [one, two, client] = await Promise.all([cluster.replica('127.0.24.43'), cluster.replica('127.0.24.44'), cluster.client('n1')]);
  const newcomer = await etcd.newcomer('n1', '127.0.24.42');
  voter = etcd.members[0]?.client ?? newcomer.client;
  await voter.memberAddLearner(newcomer.flags.peerUrl);
  await newcomer.start();
  learner = newcomer.client;
});
afterAll(async () => {
  client?.close();
  await one?.close();
  await two?.close();
  await etcd?.stop();
});

let clock: HastyClock;
let lines: string[];
let points: string[];
beforeEach(() => {
  one.reset();
  two.reset();
  clock = createHastyClock();
  lines = [];
  points = [];
});

/** An etcd that has not opened its client port yet. */
const silent: Pick<EtcdClient, 'status'> = { status: () => Promise.reject(new AppError('ETCD_UNAVAILABLE', { message: 'not yet' })) };
const deps = (part: Partial<FollowDeps> = {}): FollowDeps => ({
  client: () => client,
  urls: () => [one.url, two.url],
  etcd: silent,
  process: () => null,
  clock,
  failpoint: (point) => void points.push(point),
  report: (line) => void lines.push(line),
  ...part,
});
const progress = (phase: ProgressResponse['phase'], part: Partial<ProgressResponse> = {}): ProgressResponse => ({
  phase,
  leaderIndex: '100',
  percent: null,
  etaSeconds: null,
  stallReason: null,
  undoneReason: null,
  ...part,
});
const gone = (code: 'JOIN_GONE' | 'FORBIDDEN') => () => new AppError(code, { message: 'not yours' });

describe('following a join', () => {
  it('ends without a word when the own etcd knows that it is a voter', async () => {
    await followJoin(deps({ etcd: voter }), JOIN, NEVER);
    expect(one.asked).toEqual([]);
  });

  it('reports how far the own etcd has come, by its own certificate, until it is promoted', async () => {
    one.script((_asked, count) => progress(count < 3 ? 'catching-up' : 'promoted'));
    await followJoin(deps({ etcd: learner }), JOIN, NEVER);
    const { raftAppliedIndex } = await learner.status();
    expect(one.asked.map(({ what, by }) => [what, by])).toEqual([1, 2, 3].map(() => [PROGRESS, 'n1']));
    expect(one.asked[0]?.body).toEqual({ phase: 'catching-up', appliedIndex: raftAppliedIndex.toString(), dbSizeBytes: expect.any(Number) });
  });

  it('reports a start as long as nothing is known, then what the log of etcd proves', async () => {
    let seen: bigint | null = null;
    one.script((_asked, count) => {
      if (count === 2) seen = 2n ** 60n;
      return progress(count < 3 ? 'started' : 'promoted');
    });
    const process = (): EtcdProcess => ({ appliedIndexSeen: () => seen }) as EtcdProcess;
    await followJoin(deps({ process }), JOIN, NEVER);
    expect(one.asked.map(({ body }) => body)).toEqual([
      { phase: 'started', appliedIndex: null, dbSizeBytes: null },
      { phase: 'started', appliedIndex: null, dbSizeBytes: null },
      { phase: 'catching-up', appliedIndex: (2n ** 60n).toString(), dbSizeBytes: null },
    ]);
  });

  it('tells every phase to the failpoints once and every whole percent to the operator once', async () => {
    const script = [
      progress('started'),
      progress('catching-up', { percent: 10.2, etaSeconds: 12.2 }),
      progress('catching-up', { percent: 10.9 }),
      progress('catching-up', { percent: 99.5 }),
      progress('promoted', { percent: 100 }),
    ];
    one.script((_asked, count) => script[count - 1] ?? progress('promoted'));
    await followJoin(deps(), JOIN, NEVER);
    expect(points).toEqual(['joiner:started', 'joiner:catching-up', 'joiner:promoted']);
    expect(lines).toEqual(['catching up: 10 %, about 13 s left', 'catching up: 99 %', 'catching up: 100 %']);
  });

  it('ends as JOIN_UNDONE with the reason of the cluster', async () => {
    one.script(() => progress('undone', { undoneReason: 'no progress for 300 s' }));
    await expect(followJoin(deps(), JOIN, NEVER)).rejects.toMatchObject({ code: 'JOIN_UNDONE', message: expect.stringContaining('no progress for 300 s') });
  });

  it.each(['JOIN_GONE', 'FORBIDDEN'] as const)('takes %s for the end of the join: it is not known any more, or another key has it', async (code) => {
    one.script(gone(code));
    await expect(followJoin(deps(), JOIN, NEVER)).rejects.toMatchObject({ code: 'JOIN_UNDONE' });
  });

  it('asks the next replica while one is down, restarts or has no quorum', async () => {
    const troubles = [
      'cut',
      new AppError('STARTING', { message: 'a' }),
      new AppError('NO_QUORUM', { message: 'b' }),
      new AppError('UNAUTHENTICATED', { message: 'c' }),
    ] as const;
    one.script((_asked, count) => troubles[count - 1] ?? 'cut');
    two.script((_asked, count) => progress(count < 4 ? 'catching-up' : 'promoted'));
    await followJoin(deps(), JOIN, NEVER);
    expect([one.asked.length, two.asked.length]).toEqual([4, 4]);
  });

  it('goes on while nobody answers at all, and rejects with the reason of its signal', async () => {
    const abort = new AbortController();
    const reason = new AppError('STOPPING', { message: 'stop' });
    one.script((_asked, count) => {
      if (count === 3) abort.abort(reason);
      return 'cut';
    });
    two.script(() => 'cut');
    await expect(followJoin(deps(), JOIN, abort.signal)).rejects.toBe(reason);
    expect(one.asked).toHaveLength(3);
  });
});

describe('the CA key', () => {
  it('is asked for until somebody gives it: the promotion may not have reached everybody', async () => {
    one.script((_asked, count) => (count < 3 ? new AppError('CONFLICT', { message: 'n1 is not a voter yet' }) : { keyPem: 'the key' }));
    two.script(() => new AppError('CA_KEY_MISSING', { message: 'I do not hold it myself' }));
    expect(await fetchCaKey(deps(), NEVER)).toBe('the key');
    expect(one.asked.map(({ what, by }) => [what, by])).toEqual([1, 2, 3].map(() => [CA_KEY, 'n1']));
    expect(two.asked).toHaveLength(2);
  });

  it('is not waited for by a member that was removed meanwhile', async () => {
    one.script(gone('FORBIDDEN'));
    await expect(fetchCaKey(deps(), NEVER)).rejects.toMatchObject({ code: 'JOIN_UNDONE' });
  });

  it('is taken only in the form that was agreed', async () => {
    one.script(() => ({ key: 'misnamed' }));
    two.script(() => ({ keyPem: 'the key' }));
    expect(await fetchCaKey(deps(), NEVER)).toBe('the key');
  });
});
