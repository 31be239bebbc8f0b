import type { CreateJoinTokenOutput } from '@quorate/core/api/join-tokens';
import { expect } from 'vitest';
import type { Cluster } from '../harness/cluster';
import type { Replica } from '../harness/replica';
import { describeExit } from '../harness/replica-process';

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
  expect((await cluster.status(first)).joins).toEqual([]);
};

/** Back to a cluster of one, with a joiner that never was: the state before each case. */
export const takeOut = async (cluster: Cluster, joiner: Replica): Promise<void> => {
  const first = cluster.replica(0);
  await cluster.remove(first, joiner.name);
  await cluster.waitVoters(first, [first.name]);
  await joiner.killAll();
  joiner.wipe();
};

/** The process died at its failpoint, and of nothing else. */
export const expectKilled = async (replica: Replica): Promise<void> => {
  const exit = await replica.exited();
  expect(describeExit(exit), replica.logTail(10)).toBe('SIGKILL');
};
