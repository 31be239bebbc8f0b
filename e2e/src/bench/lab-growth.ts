/** The lab from nothing to three voters, as `npm start` does it. */
import { createCluster } from '../harness/cluster';
import { bringUp } from '../lab/bring-up';
import { createProgress } from '../lab/progress';
import { type BenchPart, figureBelow } from './part';
import { formatMs, median } from './stats';

const LIMIT_MS = 20_000;
const BLOCK = 42;

export const labGrowth: BenchPart = {
  name: 'lab',
  run: async (context) => {
    const times: number[] = [];
    for (let round = 1; round <= Math.min(context.rounds, 3); round += 1) {
      const startedAt = performance.now();
      const cluster = await createCluster({ dir: context.dir, block: BLOCK, count: 3, wholeLoopback: context.wholeLoopback });
      try {
        await bringUp({ cluster, progress: createProgress(() => {}, { color: false }) });
        times.push(performance.now() - startedAt);
      } finally {
        await cluster.close();
      }
      context.say(`lab 1 → 3, ${round}: ${formatMs(times.at(-1) ?? 0)}`);
    }
    return [figureBelow(`lab from nothing to three voters, median of ${times.length}`, median(times), { limit: LIMIT_MS, format: formatMs })];
  },
};
