import { setMaxListeners } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { failCheck, passCheck } from '@quorate/core/join/check-result';
import type { JoinCheck } from '@quorate/core/join/saga';
import type { CommitRequest, CommitResponse, PrepareResponse } from '@quorate/core/join/wire';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePorts } from '../../etcd/testing/free-port';
import { publicKeySha256 } from '../../pki/chain';
import { type JoinHostDeps, type JoinRequest, releaseReservation, runJoin } from './join-host';
import { readJoinerState, writeJoinerState } from './joiner-state';
import type { JoinHost } from './joining-host';
import { createHastyClock } from './testing/hasty-clock';
import { filesOf, makeAnswer, makeDataDir, pathsIn, removeDataDir, writeOldData } from './testing/installing-host';
import { type Asked, createScriptedCluster, type ScriptedCluster, type ScriptedReplica } from './testing/scripted-cluster';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
const HOST = '127.0.24.61';
const TIMERS = { heartbeatMs: 100, electionMs: 1_000 };
const VERSIONS = { quorate: '0.1.0', etcd: '3.5.16' };
const PREPARE = 'POST /v1/cluster/join/prepare';
const COMMIT = 'POST /v1/cluster/join';

let cluster: ScriptedCluster;
let one: ScriptedReplica;
let answer: CommitResponse;
let peerPort = 0;
let replicaPort = 0;
beforeAll(async () => {
  [cluster, { answer }] = await Promise.all([createScriptedCluster(), makeAnswer()]);
  one = await cluster.replica('127.0.24.62');
  [peerPort = 0, replicaPort = 0] = await freePorts(HOST, 2);
});
afterAll(() => one?.close());

let dataDir: string;
let checks: readonly JoinCheck[];
let commit: (asked: Asked, count: number) => AppError | CommitResponse;
beforeEach(async () => {
  dataDir = await makeDataDir();
  checks = [passCheck({ id: 'token', side: 'cluster', detail: 'valid' })];
  commit = () => answer;
  one.reset();
  one.script((asked, count) => {
    if (asked.what === PREPARE) return prepared();
    if (asked.what === COMMIT) return commit(asked, count);
    return { phase: 'undone' };
  });
});
afterEach(() => removeDataDir(dataDir));

const prepared = (): PrepareResponse => ({
  checks: [...checks],
  clusterId: cluster.ca.clusterId,
  servedBy: 'n0',
  serverTime: new Date().toISOString(),
  timers: TIMERS,
  versions: VERSIONS,
  dbSizeBytes: 0,
  replicaUrls: [one.url],
  peerUrls: [one.url],
});
const host = (): JoinHost => ({
  paths: pathsIn(dataDir),
  name: 'n1',
  urls: { peer: `https://${HOST}:${peerPort}`, listenPeer: `https://${HOST}:${peerPort}`, replica: `https://${HOST}:${replicaPort}`, public: null },
  replicaAddress: { host: HOST, port: replicaPort },
  clusterToken: 'quorate-cluster',
  versions: VERSIONS,
  timers: TIMERS,
});
const request = (part: Partial<JoinRequest> = {}): JoinRequest => ({
  urls: [one.url],
  caFingerprint: cluster.ca.fingerprint,
  token: { text: 'qrt_join_token\n' },
  patienceMs: 2_000,
  ...part,
});
const run = async (part: { dieAt?: string; request?: Partial<JoinRequest> } = {}) => {
  const points: string[] = [];
  const lines: string[] = [];
  const deps: JoinHostDeps = {
    // Wall clock of the machine: the clocks of both sides are compared.
    clock: { ...createHastyClock(), now: Date.now },
    report: (line) => void lines.push(line),
    failpoint: (point) => {
      points.push(point);
      if (point === part.dieAt) throw new Error(`died at ${point}`);
    },
    writeIdentity: (identity) => writeFile(join(dataDir, 'identity.json'), JSON.stringify(identity)),
  };
  const joined = await runJoin(deps, { host: host(), request: request(part.request) }, NEVER);
  return { ...joined, points, lines };
};
const commits = () => one.asked.filter(({ what }) => what === COMMIT).map(({ body }) => body as CommitRequest);
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

describe('a join on its host', () => {
  it('goes from nothing to an installed member', async () => {
    const { state, initialCluster, points, lines } = await run();
    expect(state.phase).toBe('installed');
    expect(initialCluster).toBe(answer.initialCluster);
    expect(points).toEqual(['joiner:reserved', 'joiner:checked', 'joiner:learner-added', 'joiner:cleared', 'joiner:installed']);
    expect(lines).toContain('pass token (cluster): valid');
    expect(lines.at(-1)).toBe(`admitted as learner ${answer.memberId}`);
    expect(JSON.parse((await filesOf(dataDir))['identity.json'] ?? '')).toEqual({
      clusterId: answer.clusterId,
      memberName: 'n1',
      generation: 3,
      joinId: state.joinId,
    });
  });

  it('presents the token without the newline of its file, and its one key in every step', async () => {
    await run();
    const key = await readFile(join(dataDir, 'join', 'join.key'), 'utf8');
    for (const { body } of one.asked) {
      const { token, joiner } = body as CommitRequest;
      expect([token, joiner.publicKeySha256]).toEqual(['qrt_join_token', publicKeySha256(key)]);
    }
  });

  it.each(['joiner:reserved', 'joiner:checked', 'joiner:learner-added', 'joiner:cleared', 'joiner:installed'])(
    'that dies at %s goes on with the same command, under the same id',
    async (point) => {
      await writeOldData(dataDir);
      await expect(run({ dieAt: point })).rejects.toThrow(`died at ${point}`);
      const { state } = await run();
      expect(state.phase).toBe('installed');
      expect(new Set(commits().map(({ joiner }) => joiner.joinId))).toEqual(new Set([state.joinId]));
      expect((await readdir(join(dataDir, 'set-aside'))).length).toBe(1);
      expect((await filesOf(dataDir))['ca/cluster-ca.crt']).toBe(answer.caCertPem);
    },
  );

  it('asks the cluster nothing more once it has the answer', async () => {
    await run({ dieAt: 'joiner:learner-added' }).catch(() => undefined);
    await run({ dieAt: 'joiner:cleared' }).catch(() => undefined);
    await run();
    await run();
    expect(commits()).toHaveLength(1);
  });

  it('changes nothing on its host when a check fails, and keeps its id for the next try', async () => {
    await writeOldData(dataDir);
    const before = await filesOf(dataDir);
    checks = [failCheck({ id: 'name', side: 'cluster', detail: 'n1 is taken', fix: 'choose another', code: 'JOIN_NAME_TAKEN' })];
    await expect(run()).rejects.toMatchObject({ code: 'JOIN_NAME_TAKEN', hint: 'choose another' });
    expect(await filesOf(dataDir)).toEqual(before);
    expect(commits()).toEqual([]);
    const { joinId, phase } = (await readJoinerState(dataDir)) ?? {};
    expect(phase).toBe('requested');
    checks = [];
    expect((await run()).state.joinId).toBe(joinId);
  });

  it('that the cluster undid meanwhile begins anew, once, under another id and with another key', async () => {
    commit = (_asked, count) =>
      count === 1 ? new AppError('JOIN_GONE', { message: 'this join was undone: evicted', data: { undoneReason: 'evicted' } }) : answer;
    const { lines } = await run();
    expect(lines).toContain('this join was undone: evicted; beginning anew');
    const joiners = commits().map(({ joiner }) => joiner);
    expect(new Set(joiners.map(({ joinId }) => joinId)).size).toBe(2);
    expect(new Set(joiners.map(({ publicKeySha256: key }) => key)).size).toBe(2);
    await removeDataDir(join(dataDir, 'join'));
    commit = () => new AppError('JOIN_GONE', { message: 'again', data: { undoneReason: 'evicted' } });
    expect(await codeOf(run())).toBe('JOIN_GONE');
    expect(commits()).toHaveLength(4);
  });
});

describe('the token of a join', () => {
  it('may lie in a file', async () => {
    const path = join(dataDir, 'join-token');
    await writeFile(path, 'qrt_join_from_file\n');
    await run({ request: { token: { path } } });
    expect(commits()[0]?.token).toBe('qrt_join_from_file');
  });

  it('that is missing or empty says which file, before anything is asked', async () => {
    const path = join(dataDir, 'join-token');
    await expect(run({ request: { token: { path } } })).rejects.toMatchObject({ code: 'JOIN_TOKEN_INVALID', message: `there is no token file ${path}` });
    await writeFile(path, ' \n');
    await expect(run({ request: { token: { path } } })).rejects.toMatchObject({ code: 'JOIN_TOKEN_INVALID', message: `the token file ${path} is empty` });
    expect(one.asked).toEqual([]);
  });

  it('is not needed any more once the cluster has answered', async () => {
    await run({ dieAt: 'joiner:learner-added' }).catch(() => undefined);
    expect((await run({ request: { token: { path: join(dataDir, 'nowhere') } } })).state.phase).toBe('installed');
  });
});

describe('giving a reservation back', () => {
  const release = () => releaseReservation({ clock: createHastyClock() }, { dataDir, request: request() });

  it('tells the cluster, with the token', async () => {
    commit = () => new AppError('JOIN_NAME_TAKEN', { message: 'taken' });
    await run().catch(() => undefined);
    const { joinId } = (await readJoinerState(dataDir)) ?? {};
    await release();
    expect(one.asked.at(-1)).toMatchObject({ what: `POST /v1/cluster/join/${joinId}/undo`, body: { token: 'qrt_join_token', reason: expect.any(String) } });
  });

  it('tells nothing for a join that was admitted: it goes on, or is undone by other means', async () => {
    const { state } = await run();
    await writeJoinerState(dataDir, { ...state, phase: 'admitted' });
    const before = one.asked.length;
    await release();
    expect(one.asked).toHaveLength(before);
  });

  it('never fails: the reservation dies by itself', async () => {
    await expect(release()).resolves.toBeUndefined();
    one.script(() => 'cut');
    await run().catch(() => undefined);
    await expect(release()).resolves.toBeUndefined();
  });
});
