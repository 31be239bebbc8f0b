/** The leader is stopped politely (SIGTERM) under writes through the other replicas: how many fail, and how long the longest stall is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { withBenchCluster } from './bench-cluster';
import { type BenchPart, figureBelow } from './part';
import { quorateEndpoints } from './quorate-endpoints';
import { formatMs, median } from './stats';
import { startWriteStream } from './write-stream';

const STALL_LIMIT_MS = 200;

export const politeStop: BenchPart = {
  name: 'polite',
  run: (context) =>
    withBenchCluster(context, { voters: 3 }, async (cluster) => {
      const stalls: number[] = [];
      let failed = 0;
      let acknowledged = 0;
      for (let round = 1; round <= context.rounds; round += 1) {
        const leader = await cluster.leader(cluster.replicas);
        const others = quorateEndpoints(cluster).filter((endpoint) => endpoint.name !== leader.name);
        const writing = startWriteStream(others, { timeoutMs: 5_000 });
        // The measured thing is time itself: some writing before and after the stop.
        await sleep(1_000);
        await leader.stop();
        await sleep(1_000);
        const seen = await writing.stop();
        stalls.push(seen.longestStallMs);
        failed += seen.failed;
        acknowledged += seen.acknowledged;
        context.say(
          `polite stop ${round}/${context.rounds}: ${seen.acknowledged} writes, ${seen.failed} failed, longest stall ${formatMs(seen.longestStallMs)}`,
        );
        leader.start();
        await leader.waitReady();
        await cluster.waitVoters(
          leader,
          cluster.replicas.map((replica) => replica.name),
        );
      }
      return [
        figureBelow(`polite stop of the leader: failed writes of ${acknowledged + failed}, ${context.rounds} stops`, failed, { limit: 0, format: String }),
        figureBelow(`polite stop of the leader: longest stall of a write, median of ${context.rounds}`, median(stalls), {
          limit: STALL_LIMIT_MS,
          format: formatMs,
          note: `worst ${formatMs(Math.max(...stalls))}`,
        }),
      ];
    }),
};
