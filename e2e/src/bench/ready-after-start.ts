/** Start of a replica that has data → it serves as a voter, in a cluster that runs. */
import { withBenchCluster } from './bench-cluster';
import { fillDatabase } from './fill-database';
import { type BenchPart, figureBelow } from './part';
import { formatMs, median } from './stats';

const LIMIT_MS = 3_000;
const MEGABYTES = 100;

export const readyAfterStart: BenchPart = {
  name: 'ready',
  run: (context) =>
    withBenchCluster(context, { voters: 3 }, async (cluster) => {
      await fillDatabase(cluster.replica(0), MEGABYTES);
      const replica = cluster.replica(1);
      const times: number[] = [];
      for (let round = 1; round <= context.rounds; round += 1) {
        await replica.stop();
        const startedAt = performance.now();
        replica.start();
        await replica.waitReady();
        times.push(performance.now() - startedAt);
        context.say(`ready ${round}/${context.rounds}: ${formatMs(times.at(-1) ?? 0)}`);
      }
      return [
        figureBelow(`replica with ${MEGABYTES} MB ready after start, median of ${times.length}`, median(times), {
          limit: LIMIT_MS,
          format: formatMs,
          note: `worst ${formatMs(Math.max(...times))}`,
        }),
      ];
    }),
};
