import { setTimeout as sleep } from 'node:timers/promises';
import type { Replica } from '../harness/replica';

export type LeaderSighting = { readonly at: string; readonly names: readonly string[] };

export type LeaderWatch = {
  /** Ends the watch. `violations` are moments at which two replicas said in two rounds running that they lead. */
  readonly stop: () => Promise<{ readonly rounds: number; readonly violations: readonly LeaderSighting[] }>;
};

/** Time between two rounds of questions. */
const ROUND_MS = 40;

/**
 * Asks all replicas at once, again and again, whether they lead. Answers of one round are not simultaneous: leadership that moves within
 * a round shows two names once. Two rounds running with the same two names cannot be explained so.
 */
export const watchLeaders = (replicas: readonly Replica[]): LeaderWatch => {
  const ending = new AbortController();
  const violations: LeaderSighting[] = [];
  let rounds = 0;
  const watching = (async () => {
    for (let before: readonly string[] = []; !ending.signal.aborted; ) {
      const now = await leadersNow(replicas);
      const twice = now.filter((name) => before.includes(name));
      if (twice.length > 1) violations.push({ at: new Date().toISOString(), names: twice });
      before = now;
      rounds += 1;
      await sleep(ROUND_MS);
    }
  })();
  return {
    stop: async () => {
      ending.abort();
      await watching;
      return { rounds, violations };
    },
  };
};

const leadersNow = async (replicas: readonly Replica[]): Promise<readonly string[]> => {
  const answers = await Promise.all(
    replicas.map(async (replica) => {
      const answer = await replica.call({ path: '/api/leader-check', timeoutMs: 1_000 }).catch(() => null);
      return answer?.status === 200 ? [replica.name] : [];
    }),
  );
  return answers.flat();
};
