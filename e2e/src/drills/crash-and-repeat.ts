import type { CreateJoinTokenOutput } from '@quorate/core/api/join-tokens';
import { expect } from 'vitest';
import type { Cluster } from '../harness/cluster';
import type { Replica } from '../harness/replica';
import { describeExit } from '../harness/replica-process';
import { GaveUp, waitFor } from '../harness/wait-for';

/** Environment that lets a process die, as by kill -9, once it made the named point durable. */
export const dieAt = (point: string): { readonly env: Readonly<Record<string, string>> } => ({ env: { QUORATE_FAILPOINT: point } });

/** Runs a replica's daemon again each time it gives up, as systemd would, until it serves. */
export const keepRestarting = async (replica: Replica, attempts = 6): Promise<void> => {
  for (let left = attempts; ; left -= 1) {
    if (!replica.isRunning()) replica.start();
    try {
      return await replica.waitReady();
    } catch (error) {
      if (left <= 1 || replica.isRunning()) throw error;
    }
  }
};

/** What must be true after an interrupted join was repeated: a voter, no learner, the token used once and by this joiner. */
export const expectJoinedOnce = async (cluster: Cluster, joiner: Replica, minted: CreateJoinTokenOutput): Promise<void> => {
  const first = cluster.replica(0);
  await cluster.waitVoters(first, [first.name, joiner.name]);
  const token = (await cluster.tokens(first)).find((one) => one.id === minted.token.id);
  expect(token).toMatchObject({ state: 'exhausted', uses: [{ memberName: joiner.name }] });
  await waitFor(async () => (await cluster.status(first)).joins.length === 0, { timeoutMs: 20_000, what: 'the cluster to hold no join for open' });
};

/** A new cluster of one and a joiner that never was: what each case starts from, whatever the one before left. */
export const startOver = async (cluster: Cluster): Promise<void> => {
  await Promise.all(cluster.replicas.map((replica) => replica.killAll()));
  for (const replica of cluster.replicas) replica.wipe();
  await cluster.found();
};

/** Resolves when the process died at its failpoint; rejects when it ended otherwise, or went past the point alive. */
export const expectKilled = async (replica: Replica, timeoutMs = 30_000): Promise<void> => {
  await waitFor(
    () => {
      if (!replica.isRunning()) return true;
      if (replica.log().some((line) => line.msg === 'ready') && replica.log().some((line) => line['stage'] === 'joining'))
        throw new GaveUp(`${replica.name} went past its failpoint alive`);
      return false;
    },
    { timeoutMs, what: `${replica.name} to die at its failpoint` },
  );
  expect(describeExit(replica.exit()), replica.logTail(10)).toBe('SIGKILL');
};
