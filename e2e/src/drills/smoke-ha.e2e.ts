/**
 * The smoke story of high availability: one replica with data becomes three voters through the product alone; one of three is cut off
 * and then killed, writes go on; two of three are lost, writes are refused in bounded time and the replica says why; all come back, and
 * nothing that was acknowledged is missing. At no moment do two replicas say that they lead.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type LeaderWatch, watchLeaders } from '../checks/single-leader';
import type { Cluster } from '../harness/cluster';
import { hasNamespaces } from '../harness/namespaces';
import type { Replica } from '../harness/replica';
import { useCluster } from '../harness/test-cluster';
import { waitFor } from '../harness/wait-for';
import { createWriteLog, type WriteLog } from '../traffic/token-writes';

/** A write must be answered within this time, also when the answer is no. */
const REFUSED_WITHIN_MS = 8_000;
/** Until the majority elected a new leader and accepts writes. */
const FAILOVER_WITHIN_MS = 8_000;
/** Until status and page tell what happened. */
const TOLD_WITHIN_MS = 5_000;

const isolated = await hasNamespaces();
const three = ['quorate-0', 'quorate-1', 'quorate-2'];

describe(`one replica becomes three and survives the loss of one (${isolated ? 'cut by pulling its cable' : 'cut by freezing it'})`, () => {
  const present = useCluster('smoke-ha', { count: 3, block: 31, isolated, story: true });
  let writes: WriteLog;
  let leaders: LeaderWatch;

  it('starts single, without input, and takes writes', { timeout: 40_000 }, async () => {
    const cluster = present();
    const first = await cluster.found();
    writes = createWriteLog(cluster.adminToken);
    for (let count = 0; count < 5; count += 1) expect(await writes.write(first)).toMatchObject({ kind: 'acknowledged' });
    expect(await cluster.status(first)).toMatchObject({
      quorum: { voters: 1, hasQuorum: true, toleranceNow: 0 },
      servedBy: { name: 'quorate-0', role: 'voter' },
    });
  });

  it('grows to three voters through tokens and the join, without touching the first replica', { timeout: 90_000 }, async () => {
    const cluster = present();
    const first = cluster.replica(0);
    const configBefore = readFileSync(first.configFile);
    const pidBefore = first.pid();
    leaders = watchLeaders(cluster.replicas);
    await cluster.grow(cluster.replica(1));
    await cluster.grow(cluster.replica(2), { via: cluster.replica(1) });
    for (const replica of cluster.replicas) await cluster.waitVoters(replica, three);
    expect(readFileSync(first.configFile).equals(configBefore)).toBe(true);
    expect(first.pid()).toBe(pidBefore);
    expect(writes.missingFrom(await cluster.tokens(first))).toEqual([]);
    expect(await cluster.status(first)).toMatchObject({ quorum: { voters: 3, toleranceNominal: 1, toleranceNow: 1 } });
  });

  it('replicates: what is written through one replica is read through the others', { timeout: 30_000 }, async () => {
    const cluster = present();
    for (const replica of cluster.replicas) expect(await writes.write(replica)).toMatchObject({ kind: 'acknowledged' });
    for (const replica of cluster.replicas) expect(writes.missingFrom(await cluster.tokens(replica))).toEqual([]);
  });

  it('goes on writing while the leader is cut off, and the leader that is cut off stops', { timeout: 90_000 }, async () => {
    const cluster = present();
    const leader = await cluster.leader(cluster.replicas);
    const others = cluster.replicas.filter((replica) => replica !== leader);
    await cut(cluster, leader);
    await acknowledgedThroughAll(writes, others);
    if (cluster.namespaces) {
      await expectNoWrites(writes, leader);
      expect((await leader.call({ path: '/api/leader-check' })).status).not.toBe(200);
    }
    await heal(cluster, leader);
    await cluster.waitVoters(leader, three, 30_000);
    await acknowledgedThroughAll(writes, cluster.replicas);
  });

  it('goes on writing when the leader is killed, and takes it back when it returns', { timeout: 90_000 }, async () => {
    const cluster = present();
    const leader = await cluster.leader(cluster.replicas);
    const others = cluster.replicas.filter((replica) => replica !== leader);
    await leader.killAll();
    await acknowledgedThroughAll(writes, others);
    const survivor = others[0] ?? leader;
    await waitFor(async () => (await cluster.status(survivor)).quorum.toleranceNow === 0, {
      timeoutMs: 15_000,
      what: 'the survivors to say that they survive no further loss',
    });
    leader.start();
    await leader.waitReady();
    await cluster.waitVoters(survivor, three, 30_000);
  });

  it('refuses writes in bounded time without quorum, says so everywhere, and heals on restart', { timeout: 120_000 }, async () => {
    const cluster = present();
    const [survivor, ...lost] = cluster.replicas;
    if (!survivor) throw new Error('there is no replica');
    await Promise.all(lost.map((replica) => replica.killAll()));
    await waitFor(async () => (await survivor.call({ path: '/v1/health/quorum' })).status === 503, {
      timeoutMs: 15_000,
      what: 'the survivor to notice that quorum is lost',
    });
    await expectNoWrites(writes, survivor);
    expect((await survivor.call({ path: '/readyz' })).status).toBe(503);
    expect((await survivor.call({ path: '/healthz' })).status).toBe(200);
    expect((await survivor.call({ path: '/api/leader-check' })).status).not.toBe(200);
    const status = await waitFor(async () => ((found) => (found.quorum.hasQuorum ? null : found))(await cluster.status(survivor)), {
      timeoutMs: TOLD_WITHIN_MS,
      what: 'the status to say that quorum is lost',
    });
    expect(status.quorum.voters).toBe(3);
    expect(status.quorum.words).toContain('cannot write');
    expect((await survivor.quorate(['cluster', 'status'])).stdout).toContain('cannot write');
    for (const replica of lost) replica.start();
    await Promise.all(lost.map((replica) => replica.waitReady()));
    await cluster.waitVoters(survivor, three, 30_000);
    await acknowledgedThroughAll(writes, cluster.replicas);
  });

  it('lost nothing that it acknowledged, and never had two leaders', { timeout: 30_000 }, async () => {
    const cluster = present();
    const watched = await leaders.stop();
    expect(watched.rounds).toBeGreaterThan(50);
    expect(watched.violations).toEqual([]);
    for (const replica of cluster.replicas) expect(writes.missingFrom(await cluster.tokens(replica))).toEqual([]);
  });

  it('stops politely: exit status 0 and no etcd left behind', { timeout: 60_000 }, async () => {
    const cluster = present();
    for (const replica of cluster.replicas) expect(await replica.stop()).toEqual({ code: 0, signal: null });
    for (const replica of cluster.replicas) await expect(replica.call({ path: '/healthz', timeoutMs: 1_000 })).rejects.toThrow();
  });
});

const cut = async (cluster: Cluster, replica: Replica): Promise<void> => {
  if (cluster.namespaces) return cluster.namespaces.cut(cluster.replicas.indexOf(replica));
  replica.pause();
};

const heal = async (cluster: Cluster, replica: Replica): Promise<void> => {
  if (cluster.namespaces) return cluster.namespaces.heal(cluster.replicas.indexOf(replica));
  replica.resume();
};

/** Every replica acknowledges a write; at once, or after an election in bounded time. */
const acknowledgedThroughAll = async (writes: WriteLog, replicas: readonly Replica[]): Promise<void> => {
  for (const replica of replicas) {
    const acknowledged = async () => {
      const outcome = await writes.write(replica, { timeoutMs: 3_000 });
      if (outcome.kind !== 'acknowledged') throw new Error(JSON.stringify(outcome));
      return outcome;
    };
    await waitFor(acknowledged, { timeoutMs: FAILOVER_WITHIN_MS, what: `${replica.name} to acknowledge a write` });
  }
};

/**
 * Writes are refused as the contract says: 503 and a code that names the reason, in bounded time. A write that was on its way when
 * quorum was lost may end as TIMEOUT: nobody can know whether it took place.
 */
const expectNoWrites = async (writes: WriteLog, replica: Replica): Promise<void> => {
  const isNamed = async () => {
    const outcome = await writes.write(replica, { timeoutMs: REFUSED_WITHIN_MS + 5_000 });
    expect(outcome).toMatchObject({ kind: 'refused', code: expect.stringMatching(/^(NO_QUORUM|NO_LEADER|TIMEOUT)$/) });
    expect(outcome.durationMs).toBeLessThan(REFUSED_WITHIN_MS);
    return outcome.kind === 'refused' && outcome.status === 503 && outcome.code !== 'TIMEOUT';
  };
  if (!(await isNamed())) expect(await isNamed()).toBe(true);
};
