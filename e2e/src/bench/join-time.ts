/** Token redeemed → voter, as the cluster's own events time it: join.admitted is written with the token's use, member.promoted after the promotion. */
import type { Cluster } from '../harness/cluster';
import type { Replica } from '../harness/replica';
import { waitFor } from '../harness/wait-for';
import { withBenchCluster } from './bench-cluster';
import { fillDatabase } from './fill-database';
import { type BenchContext, type BenchPart, type Figure, figureBelow } from './part';
import { formatMs, median, percentile } from './stats';

const EMPTY_LIMIT_MS = 2_000;
const FULL_LIMIT_MS = 4_000;
const FULL_MEGABYTES = 100;

export const joinTime: BenchPart = {
  name: 'join',
  run: (context) =>
    withBenchCluster(context, { voters: 1, count: 2 }, async (cluster) => {
      const empty = await rounds(context, cluster, 'empty');
      await fillDatabase(cluster.replica(0), FULL_MEGABYTES);
      const full = await rounds(context, cluster, `${FULL_MEGABYTES} MB`);
      return [row('empty cluster', empty, EMPTY_LIMIT_MS), row(`${FULL_MEGABYTES} MB of data`, full, FULL_LIMIT_MS)];
    }),
};

const row = (what: string, times: readonly number[], limit: number): Figure =>
  figureBelow(`token redeemed → voter, ${what}, median of ${times.length}`, median(times), {
    limit,
    format: formatMs,
    note: `worst ${formatMs(percentile(times, 1))}`,
  });

const rounds = async (context: BenchContext, cluster: Cluster, label: string): Promise<readonly number[]> => {
  const [first, joiner] = [cluster.replica(0), cluster.replica(1)];
  const times: number[] = [];
  for (let round = 1; round <= context.rounds; round += 1) {
    await cluster.grow(joiner, { timeoutMs: 60_000 });
    times.push(await redeemedToVoter(cluster, first, joiner.name));
    context.say(`join, ${label}, ${round}/${context.rounds}: ${formatMs(times.at(-1) ?? 0)}`);
    await cluster.remove(first, joiner.name);
    await cluster.waitVoters(first, [first.name]);
    await joiner.killAll();
    joiner.wipe();
  }
  return times;
};

const redeemedToVoter = (cluster: Cluster, via: Replica, name: string): Promise<number> =>
  waitFor(
    async () => {
      const events = await cluster.events(via);
      const promoted = events.find((event) => event.type === 'member.promoted' && event.subject === name);
      const admitted = events.find((event) => event.type === 'join.admitted' && event.subject === name);
      if (!promoted || !admitted || Date.parse(promoted.at) < Date.parse(admitted.at)) return null;
      return Date.parse(promoted.at) - Date.parse(admitted.at);
    },
    { timeoutMs: 10_000, what: `the events of the join of ${name}` },
  );
