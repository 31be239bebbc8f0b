import { setMaxListeners } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { passCheck } from '@quorate/core/join/check-result';
import type { CheckId, JoinCheck } from '@quorate/core/join/saga';
import { type PrepareRequest, PrepareRequestSchema, type PrepareResponse } from '@quorate/core/join/wire';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EtcdMember } from '../../etcd/api';
import { freePorts } from '../../etcd/testing/free-port';
import { dialBack, listenNonce } from '../../host/dial';
import { systemClock } from '../../kit/clock';
import { joinIdOf, makeJoin, makeJoiner } from '../../store/testing/join-fixtures';
import { type ClusterChecksDeps, createClusterChecks } from './cluster-checks';
import type { JoinHost } from './joining-host';
import { runPreflight } from './preflight';
import { openSession } from './redeem';
import { pathsIn } from './testing/installing-host';
import { createScriptedCluster, type ScriptedCluster, type ScriptedReplica } from './testing/scripted-cluster';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
const HOST = '127.0.24.51';
const TIMERS = { heartbeatMs: 100, electionMs: 1_000 };
const VERSIONS = { quorate: '0.1.0', etcd: '3.5.16' };

let cluster: ScriptedCluster;
let one: ScriptedReplica;
let dataDir: string;
let peerPort = 0;
/** Where etcd keeps its data, if not in the data directory. */
let etcdDir: string | null = null;
let replicaPort = 0;
beforeAll(async () => {
  cluster = await createScriptedCluster();
  one = await cluster.replica('127.0.24.52');
  dataDir = await mkdtemp(join(tmpdir(), 'quorate-preflight-'));
  [peerPort = 0, replicaPort = 0] = await freePorts(HOST, 2);
});
afterAll(async () => {
  await one?.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(() => one.reset());

const host = (): JoinHost => ({
  paths: { ...pathsIn(join(dataDir, 'data')), ...(etcdDir === null ? {} : { etcdDir }) },
  name: 'n1',
  urls: { peer: `https://${HOST}:${peerPort}`, listenPeer: `https://${HOST}:${peerPort}`, replica: `https://${HOST}:${replicaPort}`, public: null },
  replicaAddress: { host: HOST, port: replicaPort },
  clusterToken: 'quorate-cluster',
  versions: VERSIONS,
  timers: TIMERS,
});
const joiner = () => makeJoiner(1, { peerUrl: host().urls.peer, replicaUrl: host().urls.replica });
const response = (part: Partial<PrepareResponse> = {}): PrepareResponse => ({
  checks: [passCheck({ id: 'token', side: 'cluster', detail: 'valid' })],
  clusterId: cluster.ca.clusterId,
  servedBy: 'n0',
  serverTime: new Date().toISOString(),
  timers: TIMERS,
  versions: VERSIONS,
  dbSizeBytes: 20_480,
  replicaUrls: [one.url],
  peerUrls: [one.url],
  ...part,
});
const verdict = (checks: readonly JoinCheck[], id: CheckId, side: JoinCheck['side'] = 'joiner') =>
  checks.find((check) => check.id === id && check.side === side);
const preflight = async (part: { isDaemonRunning?: boolean } = {}) => {
  const session = await openSession({ clock: systemClock }, { urls: [one.url], caFingerprint: cluster.ca.fingerprint, patienceMs: 0 }, NEVER);
  try {
    return await runPreflight({ clock: systemClock }, { session, ticket: { token: 'qrt_join_token' }, joiner: joiner(), host: host(), ...part }, NEVER);
  } finally {
    session.client.close();
  }
};

describe("the joiner's part of the preflight", () => {
  it('measures, dials, and puts the checks of both sides together', async () => {
    one.script(() => response());
    const { checks } = await preflight();
    expect(checks.filter((check) => check.verdict === 'fail')).toEqual([]);
    expect(checks.map(({ id, side }) => `${id} ${side}`)).toEqual([
      'token cluster',
      'local-data joiner',
      'listen-peer joiner',
      'listen-replica joiner',
      'clock joiner',
      'round-trip joiner',
      'fsync joiner',
      'free-space joiner',
      'dial-peer joiner',
    ]);
  });

  it('listens on both ports with a nonce each while the cluster looks, and no longer', async () => {
    const dials: boolean[] = [];
    one.script(async ({ body }) => {
      const request: PrepareRequest = PrepareRequestSchema.parse(body);
      dials.push((await dialBack({ host: HOST, port: peerPort, nonce: request.dialBack.peerNonce })).ok);
      dials.push((await dialBack({ host: HOST, port: replicaPort, nonce: request.dialBack.replicaNonce })).ok);
      dials.push((await dialBack({ host: HOST, port: peerPort, nonce: request.dialBack.replicaNonce })).ok);
      return response();
    });
    await preflight();
    expect(dials).toEqual([true, true, false]);
    expect(await dialBack({ host: HOST, port: peerPort, nonce: null })).toMatchObject({ ok: false, reason: 'refused' });
  });

  it('leaves nothing in the data directory', async () => {
    one.script(() => response());
    await preflight();
    expect(await readdir(host().paths.dataDir)).toEqual([]);
  });

  it('fails for a port that another program holds, and passes when it is the own daemon', async () => {
    const taken = await listenNonce({ host: HOST, port: peerPort, nonce: 'somebody else' });
    try {
      const nonces: (string | null)[] = [];
      one.script(({ body }) => {
        nonces.push(PrepareRequestSchema.parse(body).dialBack.peerNonce);
        return response();
      });
      const stranger = verdict((await preflight()).checks, 'listen-peer');
      expect(stranger).toMatchObject({ verdict: 'fail', code: 'JOIN_CHECK_FAILED', fix: expect.stringContaining(String(peerPort)) });
      expect(verdict((await preflight({ isDaemonRunning: true })).checks, 'listen-peer')?.verdict).toBe('pass');
      expect(nonces).toEqual([null, null]);
    } finally {
      if (!taken.inUse) await taken.close();
    }
  });

  it('finds a clock that is off, a voter that cannot be reached, and a disk that is too small', async () => {
    one.script(() => response({ serverTime: new Date(Date.now() - 3_600_000).toISOString(), peerUrls: ['https://127.0.24.53:9'], dbSizeBytes: 10 ** 15 }));
    const { checks } = await preflight();
    expect(verdict(checks, 'clock')).toMatchObject({ verdict: 'fail', code: 'JOIN_CLOCK_OFF' });
    expect(verdict(checks, 'dial-peer')).toMatchObject({ verdict: 'fail', detail: expect.stringContaining('127.0.24.53:9') });
    expect(verdict(checks, 'free-space')?.verdict).toBe('fail');
  });

  it('finds old data that cannot be set aside, before anything is spent', async (context) => {
    one.script(() => response());
    await mkdir(join(host().paths.etcdDir, 'member'), { recursive: true });
    expect(verdict((await preflight()).checks, 'local-data')).toMatchObject({ verdict: 'pass', detail: expect.stringContaining('set-aside') });
    await rm(host().paths.etcdDir, { recursive: true });
    const elsewhere = await mkdtemp('/dev/shm/quorate-preflight-').catch(() => null);
    if (elsewhere === null || (await stat(elsewhere)).dev === (await stat(dataDir)).dev) return context.skip('needs a second file system');
    try {
      await mkdir(join(elsewhere, 'member'));
      etcdDir = elsewhere;
      expect(verdict((await preflight()).checks, 'local-data')).toMatchObject({ verdict: 'fail', fix: expect.stringContaining(elsewhere) });
    } finally {
      etcdDir = null;
      await rm(elsewhere, { recursive: true, force: true });
    }
  });

  it('throws what the cluster refuses outright with, and closes its ports all the same', async () => {
    one.script(() => new AppError('JOIN_TOKEN_INVALID', { message: 'no' }));
    await expect(preflight()).rejects.toMatchObject({ code: 'JOIN_TOKEN_INVALID' });
    expect((await dialBack({ host: HOST, port: peerPort, nonce: null })).ok).toBe(false);
  });
});

describe("the cluster's part of the preflight", () => {
  const voter: EtcdMember = { id: 0xabcn, name: 'n0', peerUrls: ['https://127.0.24.54:2380'], clientUrls: [], isLearner: false };
  const check = async (
    part: { request?: Partial<PrepareRequest>; deps?: Partial<ClusterChecksDeps>; members?: readonly EtcdMember[]; queuePosition?: number } = {},
  ) => {
    const request: PrepareRequest = {
      v: 1,
      token: 'qrt_join_token',
      joiner: joiner(),
      dialBack: { peerNonce: 'p', replicaNonce: 'r' },
      sentAt: new Date().toISOString(),
      ...part.request,
    };
    const deps: ClusterChecksDeps = {
      clock: systemClock,
      clusterToken: 'quorate-cluster',
      timers: TIMERS,
      versions: () => VERSIONS,
      isInContact: () => true,
      liveJoins: async () => [],
      ...part.deps,
    };
    return createClusterChecks(deps)(request, { members: part.members ?? [voter], queuePosition: part.queuePosition ?? 1 }, NEVER);
  };
  const failed = (checks: readonly JoinCheck[]) => checks.filter((one) => one.verdict === 'fail').map(({ id, code }) => [id, code]);
  const listening = async <T>(act: () => Promise<T>): Promise<T> => {
    const ports = [await listenNonce({ host: HOST, port: peerPort, nonce: 'p' }), await listenNonce({ host: HOST, port: replicaPort, nonce: 'r' })];
    try {
      return await act();
    } finally {
      for (const port of ports) if (!port.inUse) await port.close();
    }
  };

  it('passes for a host that is who it says, and fits', async () => {
    const checks = await listening(() => check());
    expect(failed(checks)).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual([
      'token',
      'cluster-token',
      'name',
      'peer-url',
      'voters',
      'versions',
      'timers',
      'clock',
      'dial-back-peer',
      'dial-back-replica',
      'queue',
    ]);
  });

  it('fails for what does not fit, each with a code of its own', async () => {
    const misfit = {
      ...joiner(),
      name: 'n0',
      peerUrl: 'https://127.0.24.54:2380',
      clusterToken: 'other',
      versions: { quorate: '0.1.0', etcd: '3.4.9' },
      timers: { heartbeatMs: 20, electionMs: 250 },
    };
    const checks = await check({ request: { joiner: misfit, sentAt: new Date(Date.now() + 3_600_000).toISOString() } });
    expect(failed(checks)).toEqual([
      ['cluster-token', 'JOIN_CLUSTER_TOKEN_MISMATCH'],
      ['name', 'JOIN_NAME_TAKEN'],
      ['peer-url', 'JOIN_PEER_URL_TAKEN'],
      ['versions', 'JOIN_VERSION_INCOMPATIBLE'],
      ['timers', 'JOIN_CHECK_FAILED'],
      ['clock', 'JOIN_CLOCK_OFF'],
      ['dial-back-peer', 'JOIN_CHECK_FAILED'],
      ['dial-back-replica', 'JOIN_CHECK_FAILED'],
    ]);
  });

  it('fails when another host answers at the address of the joiner', async () => {
    const checks = await listening(() => check({ request: { dialBack: { peerNonce: 'other', replicaNonce: 'r' } } }));
    expect(failed(checks)).toEqual([['dial-back-peer', 'JOIN_CHECK_FAILED']]);
    expect(verdict(checks, 'dial-back-peer', 'cluster')?.detail).toContain('another host');
  });

  it('is content with any answer where the own daemon of the joiner holds the port', async () => {
    const checks = await listening(() => check({ request: { dialBack: { peerNonce: null, replicaNonce: null } } }));
    expect(failed(checks)).toEqual([]);
  });

  it('counts names and addresses of those that are about to be members, and never those of the joiner itself', async () => {
    const own = makeJoin(1, { id: joiner().joinId, joiner: joiner(), admittedAtMs: 1, memberId: 'def', phase: 'learner-added' });
    const ownEarlier = makeJoin(1, { id: joinIdOf(60), joiner: { ...joiner(), joinId: joinIdOf(60) } });
    const learner: EtcdMember = { id: 0xdefn, name: '', peerUrls: [joiner().peerUrl], clientUrls: [], isLearner: true };
    const resumed = await listening(() => check({ members: [voter, learner], deps: { liveJoins: async () => [own, ownEarlier] } }));
    expect(failed(resumed)).toEqual([]);
    const rival = makeJoin(2, { joiner: makeJoiner(2, { name: joiner().name }) });
    expect(failed(await listening(() => check({ deps: { liveJoins: async () => [rival] } })))).toEqual([['name', 'JOIN_NAME_TAKEN']]);
    const over = [
      makeJoin(2, { phase: 'undone', joiner: makeJoiner(2, { name: joiner().name }) }),
      makeJoin(3, { phase: 'reserved', joiner: makeJoiner(3, { name: joiner().name }) }),
    ];
    expect(failed(await listening(() => check({ deps: { liveJoins: async () => over } })))).toEqual([]);
  });

  it('asks whether the voters are up: a new one raises the votes that are needed', async () => {
    const contact = (known: readonly string[]) =>
      listening(() => check({ members: [voter, { ...voter, id: 0xdefn, name: 'n8', peerUrls: [] }], deps: { isInContact: (id) => known.includes(id) } }));
    expect(verdict(await contact(['abc', 'def']), 'voters', 'cluster')?.verdict).toBe('pass');
    const down = verdict(await contact(['abc']), 'voters', 'cluster');
    expect(down?.verdict).not.toBe('pass');
    expect(down?.detail).toContain('n8');
  });

  it('warns of the queue without keeping anybody from it', async () => {
    const rival = makeJoin(2);
    const checks = await listening(() => check({ queuePosition: 3, deps: { liveJoins: async () => [rival] } }));
    expect(verdict(checks, 'queue', 'cluster')).toMatchObject({ verdict: 'warn', detail: 'n2 is joining; this one is number 2 in the queue' });
  });
});
