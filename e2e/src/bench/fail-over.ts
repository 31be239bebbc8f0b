/**
 * Leader killed → next acknowledged write through any endpoint that is left. Quorate and a plain etcd are killed in turn, in the same
 * run, by the same loop.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../harness/wait-for';
import { withBenchCluster } from './bench-cluster';
import type { BenchPart, Figure } from './part';
import { startPlainEtcd } from './plain-etcd';
import { quorateEndpoints } from './quorate-endpoints';
import { formatMs, median, percentile } from './stats';
import type { WriteEndpoint } from './write-endpoint';

const P50_LIMIT_MS = 1_500;
const P99_LIMIT_MS = 2_000;
const RATIO_LIMIT = 1.15;
/** Each attempt may take this long; then the next endpoint is asked. */
const ATTEMPT_MS = 200;

export const failOver: BenchPart = {
  name: 'failover',
  run: (context) =>
    withBenchCluster(context, { voters: 3 }, async (cluster) => {
      const plain = await startPlainEtcd({ dir: `${context.dir}-plain-etcd`, wholeLoopback: context.wholeLoopback });
      try {
        const times = { quorate: [] as number[], etcd: [] as number[] };
        for (let round = 1; round <= context.rounds; round += 1) {
          times.quorate.push(await killLeader(quorateEndpoints(cluster)));
          times.etcd.push(await killLeader(plain.endpoints));
          context.say(`failover ${round}/${context.rounds}: quorate ${formatMs(times.quorate.at(-1) ?? 0)}, plain etcd ${formatMs(times.etcd.at(-1) ?? 0)}`);
        }
        return figures(times);
      } finally {
        await plain.close();
      }
    }),
};

const figures = ({ quorate, etcd }: { readonly quorate: readonly number[]; readonly etcd: readonly number[] }): readonly Figure[] =>
  [
    { name: 'p50', share: 0.5, limit: P50_LIMIT_MS },
    { name: 'p99', share: 0.99, limit: P99_LIMIT_MS },
  ].map(({ name, share, limit }) => {
    const [ours, theirs] = [percentile(quorate, share), percentile(etcd, share)];
    return {
      what: `leader killed → next acknowledged write, ${name} of ${quorate.length}`,
      measured: formatMs(ours),
      against: `≤ ${formatMs(limit)}; plain etcd ${formatMs(theirs)}, ratio ${(ours / theirs).toFixed(2)} (≤ ${RATIO_LIMIT}; medians ${(median(quorate) / median(etcd)).toFixed(2)})`,
      verdict: ours <= limit && ours / theirs <= RATIO_LIMIT ? ('met' as const) : ('missed' as const),
    };
  });

const killLeader = async (endpoints: readonly WriteEndpoint[]): Promise<number> => {
  await settled(endpoints);
  const leader = await waitFor(async () => (await Promise.all(endpoints.map(async (one) => ((await one.isLeader()) ? [one] : [])))).flat()[0], {
    timeoutMs: 10_000,
    what: 'a leader',
  });
  const others = endpoints.filter((one) => one !== leader);
  const killedAt = performance.now();
  const gone = leader.kill();
  let acknowledgedMs: number | null = null;
  for (let attempt = 0; acknowledgedMs === null; attempt += 1) {
    const endpoint = others[attempt % others.length];
    if (endpoint && (await endpoint.write(ATTEMPT_MS))) acknowledgedMs = performance.now() - killedAt;
    else if (performance.now() - killedAt > 30_000) throw new Error('no write was acknowledged within 30 s');
    else await sleep(5);
  }
  await gone;
  await leader.restart();
  return acknowledgedMs;
};

/** All endpoints take writes again and again: an election would show. */
const settled = async (endpoints: readonly WriteEndpoint[]): Promise<void> => {
  let good = 0;
  await waitFor(
    async () => {
      const answers = await Promise.all(endpoints.map((one) => one.write(1_000)));
      good = answers.every(Boolean) ? good + 1 : 0;
      return good >= 20;
    },
    { timeoutMs: 30_000, what: 'all endpoints to take writes' },
  );
};
