import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ClusterStatusSchema, MemberListSchema } from '@quorate/core/api/cluster';
import { CreateJoinTokenOutputSchema } from '@quorate/core/api/join-tokens';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../etcd/testing/tcp-proxy';
import { requestJson } from '../kit/http-json';
import { isProcessAlive } from '../kit/process-info';
import { createClusterCa } from '../pki/ca';
import { writeClusterCa } from '../pki/ca-files';
import { newJoinerState, writeJoinerState } from '../services/join/joiner-state';
import { createLocalReplica, type LocalReplica } from './testing/local-replica';

const replicas: LocalReplica[] = [];
const create = async (address: string, name = 'n0'): Promise<LocalReplica> => {
  const replica = await createLocalReplica(address, name);
  replicas.push(replica);
  return replica;
};
afterAll(async () => {
  for (const replica of replicas.splice(0)) await replica.remove();
});
const members = async (replica: LocalReplica) => MemberListSchema.parse(await replica.call('query', 'cluster.members')).members;
const etcdPid = async (replica: LocalReplica): Promise<number> => JSON.parse(await readFile(join(replica.dataDir, 'etcd.pid'), 'utf8')).pid as number;
const status = async (replica: LocalReplica) => ClusterStatusSchema.parse(await replica.call('query', 'cluster.status'));

describe('a single replica', () => {
  let replica: LocalReplica;
  beforeAll(async () => {
    replica = await create('127.0.24.141');
  });
  afterEach(async () => {
    if ((await replica.state()) !== null) await replica.admin('POST', '/local/restart').catch(() => undefined);
    await expect.poll(() => replica.state(), { timeout: 20_000 }).toBeNull();
  });

  it('serves after its first start: CA, token and one voter are made without any input', async () => {
    const run = await replica.serve();
    expect(await members(replica)).toMatchObject([{ name: 'n0', role: 'voter', isLeader: true, phase: 'ready' }]);
    expect((await readdir(replica.dataDir)).sort()).toEqual(expect.arrayContaining(['admin-token', 'ca', 'etcd', 'identity.json', 'members.json', 'pki']));
    const { status: ready } = await requestJson({ method: 'GET', url: `http://${replica.address}:8080/readyz` });
    expect(ready).toBe(200);
    const pid = await etcdPid(replica);
    expect(await run.stop()).toBe('stopped');
    expect(await isProcessAlive(pid, null)).toBe(false);
    expect(await readdir(replica.dataDir)).not.toContain('quorated.lock');
  });

  it('is started anew when that is asked for', async () => {
    const run = await replica.serve();
    expect((await replica.admin('POST', '/local/restart')).status).toBe(202);
    expect(await run.end).toBe('restart');
  });

  it('cannot be started twice on the same data, and says who holds them', async () => {
    await replica.serve();
    expect(await replica.start().end).toMatchObject({ code: 'DATA_DIR_LOCKED', data: { pid: process.pid } });
    expect((await replica.state())?.stage).toBe('serving');
  });

  it('resumes whatever the mode says', async () => {
    await replica.serve({ etcd: { mode: 'join' }, cluster_join: { cp_url: 'https://127.0.24.199:8443', token: 'x', ca_fingerprint: 'y' } });
    expect((await status(replica)).conditions.map(({ code }) => code)).toContain('MODE_IGNORED');
    expect(await members(replica)).toHaveLength(1);
  });

  it('does not start under another name, and names both', async () => {
    expect(await replica.start({ etcd: { name: 'n9' } }).end).toMatchObject({ code: 'IDENTITY_MISMATCH', message: expect.stringMatching(/n0.*n9/) });
  });

  it('tells the others when its peer URL changed', async () => {
    const url = 'https://127.0.24.142:2380';
    const moved = await replica.serve({ etcd: { peer_url: url } });
    expect((await members(replica))[0]?.peerUrls).toEqual([url]);
    await moved.stop();
    await replica.serve();
    expect((await members(replica))[0]?.peerUrls).toEqual(['https://127.0.24.141:2380']);
  });

  it('tells them also when it died between writing that down and telling', async () => {
    const file = join(replica.dataDir, 'identity.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('127.0.24.141:2380', '127.0.24.142:2380'));
    await replica.serve({ etcd: { peer_url: 'https://127.0.24.142:2380' } });
    expect((await members(replica))[0]?.peerUrls).toEqual(['https://127.0.24.142:2380']);
  });

  it('does not start with the CA of another cluster, and names both sides', async () => {
    const files = { certFile: join(replica.dataDir, 'ca', 'cluster-ca.crt'), keyFile: join(replica.dataDir, 'ca', 'cluster-ca.key') };
    const [certPem, keyPem] = [await readFile(files.certFile, 'utf8'), await readFile(files.keyFile, 'utf8')];
    const { clusterId } = JSON.parse(await readFile(join(replica.dataDir, 'identity.json'), 'utf8'));
    const stranger = await createClusterCa({ now: Date.now });
    await writeClusterCa(files, stranger);
    expect(await replica.start().end).toMatchObject({ code: 'CA_DIVERGED', message: expect.stringMatching(new RegExp(`${clusterId}.*${stranger.clusterId}`)) });
    // Even with an identity to match: the row in etcd knows better.
    const identity = join(replica.dataDir, 'identity.json');
    const text = await readFile(identity, 'utf8');
    await writeFile(identity, text.replace(clusterId, stranger.clusterId));
    expect(await replica.start().end).toMatchObject({
      code: 'CA_DIVERGED',
      message: expect.stringContaining(files.certFile),
      data: { fileFingerprint: stranger.fingerprint, rowFingerprint: expect.stringMatching(/^sha256:/) },
    });
    await writeFile(identity, text);
    await writeFile(files.certFile, certPem);
    await writeFile(files.keyFile, keyPem);
    await replica.serve();
    expect(await members(replica)).toHaveLength(1);
  });
});

describe('a first start that fails', () => {
  it('because a port is taken says so, and succeeds once it is free', async () => {
    const replica = await create('127.0.24.143');
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen({ host: replica.address, port: 2380 }, resolve));
    expect(await replica.start().end).toMatchObject({ code: 'ETCD_START_FAILED', data: { reason: 'address-in-use' } });
    await new Promise<void>((resolve) => blocker.close(() => resolve()));
    await replica.serve();
    expect(await members(replica)).toHaveLength(1);
    await replica.remove();
  });

  it('because the others are not there yet can be stopped at any time', async () => {
    const replica = await create('127.0.24.144');
    await writeClusterCa(
      { certFile: join(replica.dataDir, 'ca', 'cluster-ca.crt'), keyFile: join(replica.dataDir, 'ca', 'cluster-ca.key') },
      await createClusterCa({ now: Date.now }),
    );
    const run = replica.start({ etcd: { mode: 'bootstrap', initial_cluster: 'n0=https://127.0.24.144:2380,n1=https://127.0.24.145:2380' } });
    await expect.poll(async () => (await replica.state())?.log, { timeout: 20_000 }).toContain('waiting for etcd');
    const { status: ready, json } = await requestJson({ method: 'GET', url: `http://${replica.address}:8080/readyz` });
    expect([ready, json]).toMatchObject([503, { reason: expect.stringMatching(/etcd|starting/) }]);
    const startedAt = performance.now();
    expect(await run.stop()).toBe('stopped');
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    await replica.remove();
  });
});

describe('a second replica', () => {
  let first: LocalReplica;
  let second: LocalReplica;
  /** The wire between the joiner and the replica listener of the first one, which advertises it instead of its own address. */
  let wire: TcpProxy;
  beforeAll(async () => {
    [first, second, wire] = await Promise.all([
      create('127.0.24.146', 'n0'),
      create('127.0.24.147', 'n1'),
      startTcpProxy('https://127.0.24.146:8443', '127.0.24.148'),
    ]);
    // Nobody is promoted but on the word of the joiner itself.
    await first.serve({ membership: { promote_interval: '1h' }, replica: { advertise_url: wire.url } });
  });
  afterAll(() => wire?.close());
  const mint = async () => CreateJoinTokenOutputSchema.parse(await first.call('mutation', 'joinTokens.create', { kind: 'cluster' }));
  /** What `quorated join` leaves for the daemon: token, configuration, and the wish to replace local data. */
  const joinConfig = async (minted: Awaited<ReturnType<typeof mint>>) => {
    await writeJoinerState(second.dataDir, newJoinerState('n1', true));
    const path = join(second.dataDir, 'join-token');
    await writeFile(path, minted.plaintext);
    return {
      etcd: { mode: 'join' },
      cluster_join: { cp_url: `https://${first.address}:8443`, token_path: path, ca_fingerprint: minted.caFingerprint, timeout: '5s' },
    };
  };
  const sidecar = () =>
    access(join(second.dataDir, 'join', 'state.json')).then(
      () => true,
      () => false,
    );

  it('with data of its own goes on with them when its join is refused', async () => {
    const before = await second.serve();
    await before.stop();
    const minted = await mint();
    await first.call('mutation', 'joinTokens.revoke', { id: minted.token.id });
    const run = second.start(await joinConfig(minted));
    expect(await run.end).toBe('restart');
    expect(run.joinFailures).toMatchObject([{ code: 'JOIN_TOKEN_INVALID' }]);
    expect(await sidecar()).toBe(false);
    const after = await second.serve();
    expect(await members(second)).toHaveLength(1);
    await after.stop();
  });

  it('is given its old data back when the cluster undoes the join, although its etcd ends before it has heard why', async () => {
    // From here on the joiner is cut off, and its etcd is not.
    const failpoint = (point: string) => {
      if (point === 'joiner:installed') wire.mute(true);
    };
    const run = second.start(await joinConfig(await mint()), { failpoint });
    const learner = async () => (await members(first)).find(({ role }) => role === 'learner');
    await expect.poll(async () => (await learner())?.phase, { timeout: 20_000 }).toBe('catching-up');
    const pid = await etcdPid(second);
    await first.call('mutation', 'cluster.removeMember', { id: (await learner())?.id });
    // It is started once more, is told that it is no member, and ends for good.
    let last = pid;
    const isNext = async () => {
      last = await etcdPid(second).catch(() => last);
      return last !== pid;
    };
    await expect.poll(isNext, { timeout: 20_000, interval: 5 }).toBe(true);
    await expect.poll(() => isProcessAlive(last, null), { timeout: 20_000 }).toBe(false);
    wire.cut();
    wire.mute(false);
    expect(await run.end).toBe('restart');
    expect(run.joinFailures).toMatchObject([{ code: 'JOIN_UNDONE', message: expect.stringContaining('removed by') }]);
    expect(await sidecar()).toBe(false);
    const after = await second.serve();
    expect(await members(second)).toMatchObject([{ name: 'n1', role: 'voter' }]);
    await after.stop();
  });

  it('becomes a voter with the CA key, and keeps nothing of its token', async () => {
    const config = await joinConfig(await mint());
    await expect.poll(async () => (await members(first)).length).toBe(1);
    const run = await second.serve(config);
    expect((await second.state())?.log).toEqual(expect.arrayContaining(['promoted to voter', 'CA key received', 'ready']));
    expect((await members(second)).map(({ name, role }) => [name, role])).toEqual([
      ['n0', 'voter'],
      ['n1', 'voter'],
    ]);
    expect(await sidecar()).toBe(false);
    await expect(access(config.cluster_join.token_path)).rejects.toThrow();
    expect(await readFile(join(second.dataDir, 'ca', 'cluster-ca.key'), 'utf8')).toBe(await readFile(join(first.dataDir, 'ca', 'cluster-ca.key'), 'utf8'));
    expect(await run.stop()).toBe('stopped');
  });

  it('resumes as what it became, without its token', async () => {
    await second.serve({ etcd: { mode: 'join' }, cluster_join: { cp_url: `https://${first.address}:8443`, token_path: '/nonexistent', ca_fingerprint: 'x' } });
    expect((await members(second)).map(({ role }) => role)).toEqual(['voter', 'voter']);
    expect((await status(second)).conditions.map(({ code }) => code)).not.toContain('MODE_IGNORED');
  });
});
