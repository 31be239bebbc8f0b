/** Resident memory of idle daemons, without their etcd, after they served for a while. */
import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytes } from '../harness/process-tree';
import { withBenchCluster } from './bench-cluster';
import { type BenchPart, figureBelow } from './part';

const LIMIT_MIB = 90;
const IDLE_MS = 20_000;

export const residentMemory: BenchPart = {
  name: 'memory',
  run: (context) =>
    withBenchCluster(context, { voters: 3 }, async (cluster) => {
      for (const replica of cluster.replicas) await cluster.status(replica);
      await sleep(IDLE_MS);
      const sizes = cluster.replicas.map((replica) => (residentBytes(replica.pid() ?? -1) ?? Number.NaN) / 1_048_576);
      context.say(`memory: ${sizes.map((size) => `${size.toFixed(0)} MiB`).join(', ')}`);
      return [
        figureBelow('resident memory of an idle daemon, largest of 3', Math.max(...sizes), { limit: LIMIT_MIB, format: (size) => `${size.toFixed(0)} MiB` }),
      ];
    }),
};
