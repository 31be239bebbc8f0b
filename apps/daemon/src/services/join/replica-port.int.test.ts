import { X509Certificate } from 'node:crypto';
import { toAppError } from '@quorate/core/errors/app-error';
import { CommitResponseSchema, PrepareResponseSchema, ReplicaStatusSchema } from '@quorate/core/join/wire';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kit/logger';
import type { ClusterCa, PeerIdentity } from '../../pki/api';
import { createClusterCa } from '../../pki/ca';
import { identifyPeer, publicKeySha256 } from '../../pki/chain';
import { createCsr } from '../../pki/csr';
import { generateRsaKey } from '../../pki/keys';
import { makeJoiner } from '../../store/testing/join-fixtures';
import { createReplicaPort, type JoinReports } from './replica-port';
import { type AdmittingReplica, NEVER, prepareRequest, startAdmittingReplica, URLS } from './testing/admitting-replica';

const FROM = '127.0.24.200';
const TIMERS = { heartbeatMs: 100, electionMs: 1_000 };
const VERSIONS = { quorate: '0.1.0', etcd: '3.5.16' };

let replica: AdmittingReplica;
let fullCa: ClusterCa;
let key: { keyPem: string; publicKeyPem: string };
let otherKey: { keyPem: string };
beforeAll(async () => {
  [replica, fullCa, key, otherKey] = await Promise.all([
    startAdmittingReplica('127.0.24.71'),
    createClusterCa({ now: Date.now }),
    generateRsaKey(2048),
    generateRsaKey(2048),
  ]);
});
afterAll(() => replica?.server.stop());

let ca: ClusterCa;
let reports: JoinReports;
let hosts = 0;
let joiner = makeJoiner(0);
beforeEach(async () => {
  await replica.reset();
  ca = fullCa;
  reports = new Map();
  hosts += 1;
  joiner = makeJoiner(500 + hosts, { name: 'n1', publicKeySha256: publicKeySha256(key.keyPem), publicUrl: 'https://n1.example:8080' });
});

const port = () =>
  createReplicaPort(
    {
      etcd: replica.etcd,
      joins: replica.joins,
      tokens: replica.tokens,
      clock: replica.clock,
      logger: silentLogger,
      recordEvent: () => undefined,
      failpoint: () => undefined,
      wakeMembership: () => undefined,
      self: { name: 'test', replicaUrl: URLS[0] ?? '', publicUrl: null, clusterToken: 'quorate-cluster' },
      ca: () => ca,
      generation: 3,
      timers: TIMERS,
      versions: () => VERSIONS,
      replicaUrls: () => URLS,
      view: () => ({ members: [], joins: [] }),
    },
    { clock: replica.clock, clusterToken: 'quorate-cluster', timers: TIMERS, versions: () => VERSIONS, isInContact: () => true, liveJoins: async () => [] },
    reports,
  );
/** Reserved by the room itself: nobody listens at the addresses of the joiner, so its checks would fail. */
const reserved = async () => {
  const { id, plaintext } = await replica.mint();
  await replica.prepare(joiner, plaintext);
  return { id, plaintext };
};
const commit = (plaintext: string, keyPem = key.keyPem) =>
  port().commit({ v: 1, token: plaintext, joiner, csrPem: createCsr(keyPem, joiner.name) }, FROM, NEVER);
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'done',
    (error: unknown) => toAppError(error).code,
  );
const peer = (part: Partial<PeerIdentity> = {}): PeerIdentity => ({
  kind: 'replica',
  clusterId: fullCa.clusterId,
  generation: 3,
  memberName: 'n1',
  publicKeySha256: joiner.publicKeySha256,
  ...part,
});

describe('the answer to prepare', () => {
  it('tells what the joiner needs to measure itself against, and the checks of the cluster', async () => {
    const { plaintext } = await replica.mint();
    const answer = PrepareResponseSchema.parse(await port().prepare(prepareRequest(joiner, plaintext), FROM, NEVER));
    expect(answer).toMatchObject({ clusterId: fullCa.clusterId, servedBy: 'test', timers: TIMERS, versions: VERSIONS, replicaUrls: URLS });
    expect(answer.peerUrls).toEqual([replica.server.flags.peerUrl]);
    expect(answer.dbSizeBytes).toBeGreaterThan(0);
    expect(answer.checks.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id)).toEqual(['dial-back-peer', 'dial-back-replica']);
  });
});

describe('the answer to commit', () => {
  it('holds the CA and three certificates for the key of the joiner, its id and the list of members', async () => {
    const { plaintext } = await reserved();
    const answer = CommitResponseSchema.parse(await commit(plaintext));
    const { peerPem, replicaPem, serverPem } = answer.certificates;
    for (const [kind, pem] of [
      ['peer', peerPem],
      ['replica', replicaPem],
      ['server', serverPem],
    ] as const)
      expect(identifyPeer(new X509Certificate(pem), answer.caCertPem)).toEqual(peer({ kind }));
    expect(answer).toMatchObject({ clusterId: fullCa.clusterId, generation: 3, caCertPem: fullCa.certPem, replicaUrls: URLS });
    expect(answer.memberId).toBe((await replica.record(joiner)).value.memberId);
    expect(answer.initialCluster).toBe(`test=${replica.server.flags.peerUrl},n1=${joiner.peerUrl}`);
  });

  it('holds certificates for every address of the joiner', async () => {
    const { plaintext } = await reserved();
    const server = new X509Certificate((await commit(plaintext)).certificates.serverPem);
    expect(server.checkIP('127.0.24.200')).toBeDefined();
    expect(server.checkHost('n1.example')).toBeDefined();
  });

  it('holds no private key, neither its own nor that of the CA', async () => {
    const { plaintext } = await reserved();
    expect(JSON.stringify(await commit(plaintext))).not.toContain('PRIVATE KEY');
  });

  it('is the same member when it is asked for again', async () => {
    const { plaintext } = await reserved();
    const [once, twice] = [await commit(plaintext), await commit(plaintext)];
    expect([twice.memberId, twice.initialCluster]).toEqual([once.memberId, once.initialCluster]);
  });

  it('spends nothing when this replica could not sign', async () => {
    const { id, plaintext } = await reserved();
    ca = { ...fullCa, keyPem: null };
    expect(await codeOf(commit(plaintext))).toBe('CA_KEY_MISSING');
    expect((await replica.token(id)).uses).toEqual([]);
  });

  it('spends nothing for a request that is for another key than the reservation', async () => {
    const { id, plaintext } = await reserved();
    expect(await codeOf(commit(plaintext, otherKey.keyPem))).toBe('INVALID_INPUT');
    expect((await replica.token(id)).uses).toEqual([]);
    expect(await replica.learners()).toEqual([]);
  });
});

describe('the answer to a report', () => {
  const report = (appliedIndex: string | null) =>
    port().progress({ joinId: joiner.joinId, request: { phase: 'catching-up', appliedIndex, dbSizeBytes: null }, peer: peer() }, NEVER);
  beforeEach(async () => {
    const { plaintext } = await reserved();
    await commit(plaintext);
  });

  it('tells how far it is, and this replica remembers when the index last grew', async () => {
    const first = await report('1');
    expect(first).toMatchObject({ phase: 'catching-up', undoneReason: null });
    expect(first.percent).toBeGreaterThan(0);
    expect(first.percent).toBeLessThan(100);
    const at = replica.clock.now();
    expect(reports.get(joiner.joinId)).toMatchObject({ appliedIndex: 1n, atMs: at });
    await replica.clock.advance(1_000);
    await report('1');
    await report(null);
    expect(reports.get(joiner.joinId)).toMatchObject({ appliedIndex: 1n, atMs: at });
    await report('2');
    expect(reports.get(joiner.joinId)).toMatchObject({ appliedIndex: 2n, atMs: at + 1_000 });
  });

  it('tells the end and its reason, and forgets the join', async () => {
    await report('1');
    await replica.undo(joiner.joinId, 'evicted');
    expect(await report('2')).toMatchObject({ phase: 'undone', undoneReason: 'evicted' });
    expect(reports.size).toBe(0);
  });

  it('undoes the join when its joiner gives up', async () => {
    const wish = { joinId: joiner.joinId, reason: 'the disk is full', proof: { peer: peer() } };
    expect(await port().undo(wish, NEVER)).toEqual({ phase: 'undone' });
    expect(await replica.learners()).toEqual([]);
  });
});

describe('the CA key', () => {
  it('goes to a voter', async () => {
    expect(await port().caKey(peer({ memberName: 'test' }), NEVER)).toEqual({ keyPem: fullCa.keyPem });
  });

  it('goes to nobody who is no member: a certificate alone is not enough', async () => {
    expect(await codeOf(port().caKey(peer({ memberName: 'stranger' }), NEVER))).toBe('FORBIDDEN');
    await replica.etcd.memberAddLearner(joiner.peerUrl);
    expect(await codeOf(port().caKey(peer(), NEVER))).toBe('FORBIDDEN');
  });

  it('cannot come from a replica that does not hold it', async () => {
    ca = { ...fullCa, keyPem: null };
    expect(await codeOf(port().caKey(peer({ memberName: 'test' }), NEVER))).toBe('CA_KEY_MISSING');
  });
});

describe('what a replica tells of itself', () => {
  it('is what its etcd says now', async () => {
    const status = await replica.etcd.status();
    expect(ReplicaStatusSchema.parse(await port().replicaStatus())).toMatchObject({
      memberId: status.memberId.toString(16),
      leaderId: status.leaderId.toString(16),
      name: 'test',
      isLearner: false,
      generation: 3,
      hasCaKey: true,
    });
    ca = { ...fullCa, keyPem: null };
    expect((await port().replicaStatus()).hasCaKey).toBe(false);
  });

  it('includes its view of the others, for learners', () => {
    expect(port().view()).toEqual({ members: [], joins: [] });
  });
});
